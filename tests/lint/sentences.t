#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The name of an e2e test is a sentence with a subject: a report that prints it alone says what holds.
# Three rules see to that, for each name that is given to ok, is, like and so on:
#   - it has one of the verbs below, as one says it of somebody (`says`, `run`), not `running`;
#   - it does not begin with a verb of the third person: then the subject lacks;
#   - it does not begin with a conjunction or the like: then it leans on the name before it.
# A variable in a name counts as a noun.  A name that is nothing but a variable is its caller's: when
# that is a function of the file which hands on its first argument, the calls of it are looked at.
. "$(dirname "$0")/common.sh"

fragments() { # FILE...: names that are no sentences, each with its place and the rule
	python3 -c "$script" "$@"
}
script='
import ast, re, sys

VERBS = set("""
is isn aren are was were has have had hasn haven does do did didn can cannot could may might must shall should will would
acknowledges adds advertises agree agrees allows announce announces answer answers applies arrive arrives asks becomes began
begin begins belongs boots break breaks bring brings builds buries calls came carries carry changes checks come comes completes
converges corrects cost costs counts covers creates cures deallocates delivers denies deploys depends die dies differ differs
draws drives drop drops end ends equal equals expects explain explains fail failed fails find finds fit fits flaps flow flows
follow follows forwards freezes gain gains get gets give gives go goes grades greets hang hangs hear hears hide hides hold holds
hurt hurts keep keeps kept kills know knows lack lacks last lasts lead leads learn learned learns leave leaves left let lets lie
lies list listen listens lists live lived lives look looks loop loops lose loses lost made make makes mark marks match matches
mean means meet meets mend mends mentions name names need needs offer offers open opens orphans overrides pass passes peers
ping pings prepends print prints program programs publishes puts ran reach reaches read reads reboots rebuilds receive receives
reconfigures redirects refuse refuses reject rejects remain remains removes repairs replaces report reports reproduces restarts
return returns reveals revokes run runs said saw say says see sees send sends serve serves sets shortens show shows shuts skip
skips speak speaks stand stands start starts stay stays steers stop stops streams submits succeed succeeds suggests survive
survives take takes talk talks tell tells tests thaws think thinks told took touch touches translates tries try turn turns use
uses vanishes wait waits wake wakes walk walks wants warn warns went win wins wires wraps write writes work works wrote
""".split())
THIRD = {v for v in VERBS if v.endswith("s")} - {"routes", "flows", "answers", "checks", "names", "tests", "programs", "peers", "pings", "redirects", "reports"}
LEANING = set("and or but nor where which whose not than".split())
API = {"ok": 1, "golden": 0, "check": 0}  # of Python: which argument is the name
SHELL = "ok|not_ok|is|isnt|like|unlike|status|json|wait_until|golden"
WORD = r"\"((?:[^\"\\]|\\.)*)\"|\x27([^\x27]*)\x27"

def of_python(text):
    for n in ast.walk(ast.parse(text)):
        if not isinstance(n, ast.Call):
            continue
        at = API.get(n.func.attr if isinstance(n.func, ast.Attribute) else getattr(n.func, "id", ""))
        if at is not None and len(n.args) > at:
            yield n.args[at].lineno, spoken(n.args[at])

def spoken(a):
    if isinstance(a, ast.Constant):
        return str(a.value)
    if isinstance(a, ast.JoinedStr):
        return "".join(map(spoken, a.values))
    if isinstance(a, ast.FormattedValue) and isinstance(a.value, ast.IfExp):
        return spoken(a.value.body)  # a sentence with either
    return "$x"

def of_shell(text):
    text = re.sub(r"(?m)^[ \t]*#.*$", "", text)
    wrappers = [f[1] for f in re.finditer(r"(?m)^(\w+)\(\) \{(.*\}|(?:.*\n)+?\})$", text)
                if re.search(rf"\b({SHELL}) \"\$1\"", f[2])]
    calls = "|".join([SHELL, *wrappers])
    for m in re.finditer(rf"(?:^|[;&|({{]|\bthen|\bdo|\belse)[ \t]*(?:{calls})[ \t]+(?:{WORD})|\bcheck\(f?(?:{WORD})", text, re.M):
        yield text.count("\n", 0, m.start()) + 1 + (m[0][0] == "\n"), next(g for g in m.groups() if g is not None)

def why_no_sentence(name):
    if re.fullmatch(r"\$\{?\w+\}?", name):
        return None
    words = [w.lower() for w in re.findall(r"\$\{?\w+\S*|[A-Za-z0-9-]+", name)]
    if not words or words[0] in LEANING:
        return "leans on the name before it"
    if words[0] in THIRD:
        return "has no subject"
    if not VERBS & set(words[1:]):
        return "has no verb"
    return None

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for line, name in (of_python if "python" in text.partition("\n")[0] else of_shell)(text):
        why = why_no_sentence(name)
        if why:
            print(f"{path}:{line}: \"{name}\" {why}")
'
need python3
out=$(fragments tests/e2e/*.t 2>&1)
result 'names of e2e tests are sentences' $((!!${#out})) "$out"

# What is no sentence is found, in both languages; what is one is not.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/shell.t" <<'END'
#!/bin/sh
ok "the message names the cure" true
routes() { is "$1" a a; }
is "and nobody waits" a a && like 'says so' a a
	json "learned routes" .
routes "another lab"
END
cat >"$work/python.t" <<'END'
#!/usr/bin/env python3
ok(True, f"PUT {x} is refused")
ok(True, f"PUT {x}", ok)
tap.golden("with the same lab", "file", "text")
END
wanted='shell.t:4: "and nobody waits" leans on the name before it
shell.t:4: "says so" has no subject
shell.t:5: "learned routes" has no verb
shell.t:6: "another lab" has no verb
python.t:3: "PUT $x" has no verb
python.t:4: "with the same lab" has no verb'
out=$(diff <(echo "$wanted") <(cd "$work" && fragments shell.t python.t 2>&1))
result 'a planted name that is no sentence is found' $((!!${#out})) "$out"
finish
