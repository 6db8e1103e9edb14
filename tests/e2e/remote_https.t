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
wait_until "a web server listens" 5 test -s port
web=https://127.0.0.1:$(cat port)

# --- the address itself
status "an http address is wrong usage" 2 vnetlab check "http://127.0.0.1/x.json"
like "the message says that only https is fetched" "$err" 'only https:// addresses are fetched'
status "a file address is wrong usage" 2 vnetlab check "file:///etc/passwd"
status "an address with a password is wrong usage" 2 vnetlab check "https://me:secret@127.0.0.1/x.json"
unlike "the message does not repeat the password" "$err" 'me:secret@.*me:secret'
like "the message says that no password belongs there" "$err" 'no user and password belong into an address'
status "an address of a folder is wrong usage" 2 vnetlab check "$web/d/"
like "the message says that it names no file" "$err" 'names no file'

# --- whom to trust
status "a certificate of an unknown authority is refused" 5 vnetlab check "$web/d/far.vnetlab.json"
like "the message says that the certificate is not trusted" "$err" "certificate is not trusted: .*"
like "the message names the variables that help" "$err" 'CURL_CA_BUNDLE=FILE or SSL_CERT_FILE=FILE'
status "a certificate of a known authority is accepted" 0 env CURL_CA_BUNDLE="$work/ca.pem" "$B/vnetlab" check "$web/d/far.vnetlab.json"
export SSL_CERT_FILE=$work/ca.pem
status "a certificate of another host is refused" 5 vnetlab check "https://localhost:$(cat port)/d/far.vnetlab.json"
like "the message says that it is not trusted" "$err" 'certificate is not trusted'

# --- a design with its files
: >requests
status "check takes an address" 0 vnetlab check "$web/d/far.vnetlab.json"
is "check names the design by its address" "$out" "$web/d/far.vnetlab.json: no findings"
is "check asks for the design and its file alone" "$(grep -o 'GET [^ ]*' requests | sort -u)" \
	"$(printf 'GET /d/far.vnetlab.json\nGET /d/nva/my%%20bird.conf')"
is "check leaves nothing of it" "$(ls tmp)" ""
status "check follows redirects of an address with a query" 0 vnetlab check -t "$web/r/far.vnetlab.json?token=x#y"
status "graph takes an address" 0 vnetlab graph "$web/d/far.vnetlab.json" --format dot
status "up takes an address" 0 vnetlab up "$web/d/far.vnetlab.json"
status "the appliance has the file from there" 0 vnetlab exec nva -- grep mine /etc/bird/bird.conf
status "plan of the same address has no change" 0 vnetlab plan "$web/d/far.vnetlab.json" --detailed-exitcode
status "down ends the lab" 0 vnetlab down far
# What its files want of this machine is said before it is built.
cp "www/d/nva/my bird.conf" kept.conf
echo 'log "/srv/far.log" all;' >>"www/d/nva/my bird.conf"
status "up takes a design that reaches out of its node" 0 vnetlab up "$web/d/far.vnetlab.json" --dry-run
like "up reports IMAGE-03 with its place" "$err" 'IMAGE-03 at https://.*json:[0-9]+:[0-9]+ \(/virtualMachines/nva/config/bird\.conf\)'
like "the finding names file, line and words" "$err" 'nva/my bird.conf, line [0-9]+: "log "/srv/far.log" all": the daemon writes its log to /srv/far.log'
# Whether BIRD ends because of it, and when, differs with its version.
run vnetlab test "$web/d/far.vnetlab.json"
like "test reports it, too" "$err" 'writes its log to /srv/far.log, which is not the node.s own'
mv kept.conf "www/d/nva/my bird.conf"

# --- a template's linked ones
printf '%s' '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
"resources": [{"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-04-01", "name": "Linked", "location": "westeurope",
"properties": {"addressSpace": {"addressPrefixes": ["10.8.0.0/16"]}, "subnets": [{"name": "a", "properties": {"addressPrefix": "10.8.0.0/24"}}]}}]}' >www/linked.json
printf '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
"resources": [{"type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "l",
"properties": {"mode": "Incremental", "templateLink": {"uri": "%s/linked.json"}}}]}' "$web" >main.json
status "check without --fetch refuses a linked template" 3 vnetlab check main.json
like "the message names --fetch" "$out" '--fetch gets it'
status "import --fetch gets the linked template" 0 vnetlab import --fetch main.json
like "import reads the linked template" "$out" '"Linked"'
sed 's|/linked.json|/big|' main.json >big.json
status "a linked template that is too big is refused" 3 vnetlab check --fetch big.json
like "the message says that it cannot be fetched" "$out" 'cannot be fetched'

# --- what is not taken
status "an address that is not there is refused" 5 vnetlab check "$web/d/none.json"
like "the message has the server's 404" "$err" 'the server says that it is not there \(HTTP 404\)'
status "a design whose file is not there is refused" 5 vnetlab check "$web/d/lacks.vnetlab.json"
like "the message has the file's address and the 404" "$err" "a file that the design names: $web/d/nva/none\.conf: .*HTTP 404"
: >requests
status "a design that names a file outside of its folder is refused" 3 vnetlab check "$web/d/out.vnetlab.json"
unlike "that file is not asked for" "$(cat requests)" 'secret'
status "a page in HTML is refused" 3 vnetlab check "$web/d/page.html"
like "the message says that it is no JSON" "$out" 'TOPO-JSON-01'
status "an address that is forbidden is refused" 5 vnetlab check "$web/private"
like "the message has the 403 and what to do" "$err" 'does not give it to everybody \(HTTP 403\); download it'
status "a server's error is reported" 5 vnetlab check "$web/broken"
like "the message has the 500" "$err" 'answers with HTTP 500'
status "redirects in a circle are refused" 5 vnetlab check "$web/loop"
like "the message says that there were more than five" "$err" 'redirected more than 5 times'
status "a redirect to http is refused" 5 vnetlab check "$web/plain"
like "the message says that it is not https" "$err" 'redirected to an address that is not https'
status "a redirect to a file is refused" 5 vnetlab check "$web/file"
like "the message says that it is not https, either" "$err" 'redirected to an address that is not https'
status "a design that is too big is refused" 5 vnetlab check "$web/big"
like "the message names the limit of 64 MiB" "$err" 'bigger than 64 MiB'
status "a design without an end is refused" 5 vnetlab check "$web/endless"
like "the message names the limit, too" "$err" 'bigger than 64 MiB'
status "a server that stalls is given up in time" 124 vnetlab check "$web/stall" --connect-timeout 1s
like "the message says that nothing came" "$err" 'nothing came for 1000 ms'
status "an address without a server is refused" 5 vnetlab check "https://127.0.0.1:1/x.json"
like "the message says that there is no connection" "$err" 'no connection: '
status "a name that cannot be resolved is refused" 5 vnetlab check "https://no-such-machine.invalid/x.json" --connect-timeout 30s
like "the message says that it cannot be resolved" "$err" 'the name cannot be resolved'
is "all of that leaves no file" "$(ls tmp)" ""

# --- fetched here, run there
. "$root/tests/lib/sshd.sh"
# shellcheck disable=SC2119 # no directives of ours
sshd_start
status "up on another machine takes an address" 0 vnetlab up -H "$url" "$web/d/far.vnetlab.json"
status "the appliance there has the file from the address" 0 vnetlab exec -H "$url" nva -- grep mine /etc/bird/bird.conf
done_testing
