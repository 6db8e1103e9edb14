#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A design may be an https:// address: from a real web server, with limits of every kind.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 openssl

cd "$work" || exit 1
mkdir -p www/d/nva tmp
export TMPDIR=$work/tmp
# What whoever runs the tests needs for the real Internet.
unset CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR https_proxy HTTPS_PROXY all_proxy ALL_PROXY
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out ca.pem -days 2 \
	-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
cat >www/d/far.vnetlab.json <<'JSON'
{ "name": "far", "virtualNetworks": { "N": { "addressPrefixes": ["10.7.0.0/16"], "subnets": { "a": { "addressPrefix": "10.7.0.0/24" } } } },
  "virtualMachines": { "nva": { "image": "bird", "nic": { "subnet": "N/a" }, "config": { "bird.conf": "nva/my bird.conf" } } } }
JSON
printf 'router id 10.7.0.4;\nprotocol device { }\n# mine\n' >"www/d/nva/my bird.conf"
sed 's|nva/my bird.conf|nva/none.conf|' www/d/far.vnetlab.json >www/d/lacks.vnetlab.json
sed 's|nva/my bird.conf|../secret.conf|' www/d/far.vnetlab.json >www/d/out.vnetlab.json
echo '<html>hello</html>' >www/d/page.html
echo secret >www/secret.conf
cat >server.py <<'PY'
import http.server, ssl, sys, time
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    def do_GET(self):
        to = {"/loop": "/loop", "/plain": "http://127.0.0.1:1/d/far.vnetlab.json", "/file": "file:///etc/passwd",
              "/r/far.vnetlab.json": "/d/far.vnetlab.json", "/r/nva/my%20bird.conf": "/d/nva/my%20bird.conf"}.get(self.path.split("?")[0])
        if to:
            self.send_response(302)
            self.send_header("Location", to)
            self.end_headers()
        elif self.path in ("/big", "/endless", "/stall"):
            self.send_response(200)
            if self.path == "/big":
                self.send_header("Content-Length", str(1 << 40))
            self.end_headers()
            block = b" " * (1 << 20)
            try:
                while self.path == "/endless":
                    self.wfile.write(block)
                self.wfile.write(b" ")
                self.wfile.flush()
                while self.path == "/stall":
                    time.sleep(0.1)
                    if stopping: break
            except OSError:
                pass
        elif self.path in ("/private", "/broken"):
            self.send_error(403 if self.path == "/private" else 500)
        else:
            super().do_GET()
stopping = False
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Handler(*a, directory="www"))
server.daemon_threads = True
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("ca.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
PY
python3 server.py >port 2>>requests &
server=$!
on_exit "kill $server"
wait_until "a web server" 5 test -s port
web=https://127.0.0.1:$(cat port)

# --- the address itself
status "http is not https" 2 vnetlab check "http://127.0.0.1/x.json"
like "and not fetched" "$err" 'only https:// addresses are fetched'
status "nor is anything else" 2 vnetlab check "file:///etc/passwd"
status "a password in it" 2 vnetlab check "https://me:secret@127.0.0.1/x.json"
unlike "is not repeated" "$err" 'me:secret@.*me:secret'
like "is told" "$err" 'no user and password belong into an address'
status "a folder" 2 vnetlab check "$web/d/"
like "is no file" "$err" 'names no file'

# --- whom to trust
status "an authority that we do not know" 5 vnetlab check "$web/d/far.vnetlab.json"
like "is told, with what to do" "$err" "certificate is not trusted: .*"
like "namely" "$err" 'CURL_CA_BUNDLE=FILE or SSL_CERT_FILE=FILE'
status "one that we do" 0 env CURL_CA_BUNDLE="$work/ca.pem" "$B/vnetlab" check "$web/d/far.vnetlab.json"
export SSL_CERT_FILE=$work/ca.pem
status "the certificate of another host" 5 vnetlab check "https://localhost:$(cat port)/d/far.vnetlab.json"
like "is refused" "$err" 'certificate is not trusted'

# --- a design with its files
: >requests
status "check" 0 vnetlab check "$web/d/far.vnetlab.json"
is "names it by its address" "$out" "$web/d/far.vnetlab.json: no findings"
is "the design and its file were asked for, nothing else" "$(grep -o 'GET [^ ]*' requests | sort -u)" \
	"$(printf 'GET /d/far.vnetlab.json\nGET /d/nva/my%%20bird.conf')"
is "nothing of it is left" "$(ls tmp)" ""
status "by redirects, with a query, by -t" 0 vnetlab check -t "$web/r/far.vnetlab.json?token=x#y"
status "a picture" 0 vnetlab graph "$web/d/far.vnetlab.json" --format dot
status "up" 0 vnetlab up "$web/d/far.vnetlab.json"
status "the file is the appliance's" 0 vnetlab exec nva -- grep mine /etc/bird/bird.conf
status "nothing to do" 0 vnetlab plan "$web/d/far.vnetlab.json" --detailed-exitcode
status "down" 0 vnetlab down far
# What its files want of this machine is said before it is built.
cp "www/d/nva/my bird.conf" kept.conf
echo 'log "/srv/far.log" all;' >>"www/d/nva/my bird.conf"
status "a design with a long arm" 0 vnetlab up "$web/d/far.vnetlab.json" --dry-run
like "up says so" "$err" 'IMAGE-03 at /virtualMachines/nva/config/bird\.conf'
like "with file, line and words" "$err" 'nva/my bird.conf, line [0-9]+: "log "/srv/far.log" all": the daemon writes its log to /srv/far.log'
# Whether BIRD ends because of it, and when, differs with its version.
run vnetlab test "$web/d/far.vnetlab.json"
like "a test of it says so, too" "$err" 'writes its log to /srv/far.log, which is not the node.s own'
mv kept.conf "www/d/nva/my bird.conf"

# --- a template's linked ones
printf '%s' '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
"resources": [{"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-04-01", "name": "Linked", "location": "westeurope",
"properties": {"addressSpace": {"addressPrefixes": ["10.8.0.0/16"]}, "subnets": [{"name": "a", "properties": {"addressPrefix": "10.8.0.0/24"}}]}}]}' >www/linked.json
printf '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
"resources": [{"type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "l",
"properties": {"mode": "Incremental", "templateLink": {"uri": "%s/linked.json"}}}]}' "$web" >main.json
status "without --fetch nothing is asked for" 3 vnetlab check main.json
like "and --fetch is named" "$err" '--fetch gets it'
status "with it" 0 vnetlab import --fetch main.json
like "the linked template is read" "$out" '"Linked"'
sed 's|/linked.json|/big|' main.json >big.json
status "one that is too big" 3 vnetlab check --fetch big.json
like "is told" "$err" 'cannot be fetched'

# --- what is not taken
status "not there" 5 vnetlab check "$web/d/none.json"
like "is told" "$err" 'the server says that it is not there \(HTTP 404\)'
status "a file of it is not there" 5 vnetlab check "$web/d/lacks.vnetlab.json"
like "is told with its address" "$err" "a file that the design names: $web/d/nva/none\.conf: .*HTTP 404"
: >requests
status "a file outside of its folder" 3 vnetlab check "$web/d/out.vnetlab.json"
unlike "is not asked for" "$(cat requests)" 'secret'
status "a page" 3 vnetlab check "$web/d/page.html"
like "is no design" "$err" 'TOPO-JSON-01'
status "not for everybody" 5 vnetlab check "$web/private"
like "is told" "$err" 'does not give it to everybody \(HTTP 403\); download it'
status "a server in trouble" 5 vnetlab check "$web/broken"
like "is told" "$err" 'answers with HTTP 500'
status "round and round" 5 vnetlab check "$web/loop"
like "five times" "$err" 'redirected more than 5 times'
status "down to http" 5 vnetlab check "$web/plain"
like "is not followed" "$err" 'redirected to an address that is not https'
status "down to a file" 5 vnetlab check "$web/file"
like "neither" "$err" 'redirected to an address that is not https'
status "a big one" 5 vnetlab check "$web/big"
like "is refused" "$err" 'bigger than 64 MiB'
status "one that never ends" 5 vnetlab check "$web/endless"
like "is cut off" "$err" 'bigger than 64 MiB'
status "one that stalls" 124 vnetlab check "$web/stall" --connect-timeout 1s
like "is given up" "$err" 'nothing came for 1000 ms'
status "no server" 5 vnetlab check "https://127.0.0.1:1/x.json"
like "is told" "$err" 'no connection: '
status "a name that there is not" 5 vnetlab check "https://no-such-machine.invalid/x.json" --connect-timeout 30s
like "is told" "$err" 'the name cannot be resolved'
is "nothing of all that is left" "$(ls tmp)" ""

# --- fetched here, run there
. "$root/tests/lib/sshd.sh"
# shellcheck disable=SC2119 # no directives of ours
sshd_start
status "up on another machine" 0 vnetlab up -H "$url" "$web/d/far.vnetlab.json"
status "with its file" 0 vnetlab exec -H "$url" nva -- grep mine /etc/bird/bird.conf
done_testing
