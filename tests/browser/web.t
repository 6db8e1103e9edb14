#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""vnetlab web in a real Chromium: a lab that lives, by keyboard, light and dark, narrow and wide, with a stranger's words in its design.

`make test-browser`; the screenshots stay in build/browser.
"""
import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from cdp import CHROMIUM, Browser  # noqa: E402
from tap import ENV, ROOT, VNETLAB, end, ok, run  # noqa: E402

if not CHROMIUM:
    print("1..0 # SKIP there is no Chromium: apt-get install chromium")
    sys.exit(0)
B = os.path.join(ROOT, os.environ.get("B", "build"))
OUT = os.path.join(B, "browser")
os.makedirs(OUT, exist_ok=True)
EVIL = "<img src=x onerror=\"window.evil=1\"><script>window.evil=1</script>"
GONE = "!!document.querySelector('#picture [data-nic=\"NVA_1VMNic\"] .gone')"
WELL = "!!document.querySelector('#picture [data-nic=\"NVA_1VMNic\"] rect') && !document.querySelector('#picture .gone, #picture [data-ends].down')"


def design(folder):
    """route-server, as somebody would write it who means ill."""
    subprocess.run(["cp", "-r", f"{ROOT}/topologies/route-server", folder], check=True)
    path = f"{folder}/route-server.vnetlab.json"
    with open(path, encoding="utf-8") as f:
        d = json.load(f)
    d["description"] = EVIL
    d["checks"] = {EVIL: {"bgp": "RouteServer/NVA_1", "expect": "Established"}} | {"all arrives": {"from": "Backend", "to": "NVA_2", "expect": "reach"}}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(d, f)
    return path


def by_keyboard(b, name):
    """Goes on with Tab until the element that has the focus is the one; how many keys that took, or None."""
    for n in range(60):
        if b.run(f"!!document.activeElement?.matches({json.dumps(name)})"):
            return n
        b.key("Tab")
    return None


def followed(b):
    """How long the page takes to show an appliance that is killed: the best of three, as machines are busy."""
    best = None
    for _ in range(3):
        run("fault", "kill", "NVA_1", "--hold", "-n", "one")
        took = b.until(GONE, 10)
        best = took if best is None or (took is not None and took < best) else best
        if best is not None and best <= 1:
            return best
        run("fault", "clear", "-n", "one")
        b.until(WELL, 30)
    return best


work = tempfile.mkdtemp()
atexit.register(shutil.rmtree, work, True)
os.chmod(work, 0o711)
ENV["VNETLAB_RUN_DIR"] = work + "/run"
os.mkdir(work + "/run", 0o700)
atexit.register(run, "down", "--all", "-q")
status, _, err = run("up", design(work + "/design"), "-n", "one", "-q")
ok(status == 0, "the lab comes up", err)
if status:
    end()
page = subprocess.Popen([VNETLAB, "web", "--port", "0", "--control", "one", "later", "-o", "json"], env=ENV, stdout=subprocess.PIPE, text=True)
url = json.loads(page.stdout.readline())["url"]
b = Browser(work)
b.view(1280, 1000)
b.open(url + "#lab=one")
ok(b.until(WELL, 20) is not None, "the page has the picture of the lab", "\n".join(b.said))
ok(b.until("document.querySelectorAll('.w-tile').length === 2", 5) is not None, "each lab has a tile", "")
ok(b.until("document.querySelector('[href=\"#lab=one\"]').textContent.includes('2 of 2 checks hold')", 30) is not None, "the tile says how many checks hold",
   b.run("document.querySelector('#tiles').textContent"))
ok(b.run(f"document.querySelector('#details').textContent.includes({json.dumps(EVIL)})"), "a stranger's words are text", "")
ok(b.run("document.querySelectorAll('#details img, #picture img, #picture script').length === 0 && window.evil === undefined"), "and no more than that", "")

for role in "button", "link", "combobox", "spinbutton", "table", "region":
    names = b.names(role)
    ok(names and all(names), f"a screen reader has a name for each {role}", str(names))
ok(by_keyboard(b, '.chip[data-nic="BackendVMNic"]') is not None, "Tab leads to a machine of the picture", "")
b.key("Enter")
ok(b.until("document.querySelector('#routes')?.textContent.includes('learned by instance')", 10) is not None, "Enter shows its effective routes with reasons",
   b.run("document.querySelector('#routes').textContent"))
ok(by_keyboard(b, "input[name=from]") is not None, "Tab leads on to the form of a way", "")
b.type("Backend")
by_keyboard(b, "input[name=to]")
b.type("8.8.8.8")
b.key("Enter")
ok(b.until("document.querySelectorAll('#picture .w-there').length === 4", 10) is not None, "a way is drawn hop by hop, an arrow each",
   b.run("document.querySelector('#way').textContent"))
ok(b.run("document.querySelectorAll('#way li').length") == 6, "and told hop by hop, there and back", "")

b.run("document.querySelector('.chip[data-nic=\"NVA_1VMNic\"]').focus()")
took = followed(b)
ok(took is not None and took <= 1, f"the picture follows a killed appliance ({took if took is None else round(took * 1000)} ms)", "")
ok(b.until("document.querySelectorAll('#picture [data-ends].down').length > 0", 5) is not None, "its sessions are down", "")
ok(b.run("document.activeElement?.dataset?.nic") == "NVA_1VMNic", "who had the focus has it in the new picture", "")
ok(b.run("document.querySelectorAll('#picture .w-there').length") == 4, "the way is there, too", "")
ok(b.until("document.querySelector('#timeline').textContent.includes('kill --hold')", 5) is not None, "the timeline has the fault", "")
for width, dark in ((375, False), (375, True), (1600, False), (1600, True)):
    name = f"{width} pixels, {'dark' if dark else 'light'}"
    b.view(width, 900, dark)
    ok(b.run("document.documentElement.scrollWidth") <= width, f"nothing stands out of the page, {name}", "")
    b.view(width, b.run("document.documentElement.scrollHeight"), dark)
    b.shoot(f"{OUT}/web-{width}-{'dark' if dark else 'light'}.png")
b.view(1280, 1000)
ok(by_keyboard(b, "#mend") is not None, "Tab leads to the button that mends", "")
b.key(" ")
ok(b.until(WELL, 30) is not None, "it mends the lab, and the picture follows", b.run("document.querySelector('#fault-said').textContent"))

run("down", "one", "-q")
ok(b.until("document.querySelector('#lab-state').textContent.includes('does not run')", 5) is not None, "a lab that ends is shown so", "")
ok(b.run("document.querySelector('#picture').classList.contains('w-past')"), "its last picture is paled", "")
b.shoot(f"{OUT}/web-ended.png")
run("up", work + "/design/route-server.vnetlab.json", "-n", "one", "-q", "--wait", "none")
ok(b.until("document.querySelector('#lab-state').textContent.startsWith('runs')", 10) is not None, "a lab that comes back is followed again",
   b.run("document.querySelector('#lab-state').textContent"))
ok(b.until("document.querySelector('#timeline').textContent.includes('the lab is back')", 5) is not None, "the timeline says that it is back", "")
b.run("location.hash = 'lab=later'")
ok(b.until("document.querySelector('h2').textContent === 'later' && !document.querySelector('#picture svg')", 5) is not None, "another tile shows another lab", "")
ok(not b.said, "nothing is on the console", "\n".join(b.said))
others = [u for u in b.urls if not u.startswith(url)]
ok(not others, "nobody else is asked for anything", "\n".join(others))
b.close()
begin = time.monotonic()
page.terminate()
ok(page.wait(timeout=10) == 0 and time.monotonic() - begin < 2, "a signal ends the page with status 0", str(page.returncode))
end()
