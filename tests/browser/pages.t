#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages in a real Chromium: narrow and wide, light and dark, without an error on the console and without a request.

`make test-browser`; the pages and their screenshots stay in build/browser.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import ROOT, end, ok, run  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if not CHROMIUM:
    print("1..0 # SKIP there is no Chromium: apt-get install chromium")
    sys.exit(0)
OUT = os.path.join(ROOT, os.environ.get("B", "build"), "browser")
os.makedirs(OUT, exist_ok=True)
# preferredColorScheme of Blink: 0 is dark, 1 light
VIEWS = [(width, scheme, name) for width in (375, 1600) for scheme, name in ((1, "light"), (0, "dark"))]


def browse(page, work, *args):
    """What Chromium prints, and the addresses that it asked for."""
    net = work + "/net.json"
    profile = tempfile.mkdtemp(dir=work)
    r = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--hide-scrollbars",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--user-data-dir=" + profile, "--log-net-log=" + net, *args,
         "file://" + page], capture_output=True, text=True, timeout=120, check=False, env=os.environ | {"HOME": work})
    with open(net, encoding="utf-8") as f:
        text = f.read()
    try:
        events = json.loads(text)["events"]
    except ValueError:  # it was ended before it was whole
        events = json.loads(text.rstrip().rstrip(",") + "]}")["events"]
    # What the browser asks on its own account has no origin; none of it leaves this machine, as no name is found.
    urls = {e["params"]["url"] for e in events if "url" in e.get("params", {}) and e["params"].get("initiator", "not an origin") != "not an origin"}
    return r, sorted(u for u in urls if not u.startswith(("file:", "data:", "chrome")))


with tempfile.TemporaryDirectory() as work:
    with open(work + "/asks.html", "w", encoding="utf-8") as f:
        f.write('<!DOCTYPE html><title>t</title><img alt="" src="http://asks.example.net/x.png">')
    ok(browse(work + "/asks.html", work, "--screenshot=" + work + "/asks.png")[1] == ["http://asks.example.net/x.png"], "a page that asks is found", "")
    for lab in "azure-firewall", "hub-spoke-transit":
        page = f"{OUT}/{lab}.html"
        status, out, err = run("report", f"{ROOT}/topologies/{lab}", "--html", page)
        ok(status == 0, f"{lab}: the page is written", err)
        for width, scheme, name in VIEWS:
            picture = f"{OUT}/{lab}-{width}-{name}.png"
            r, urls = browse(page, work, f"--window-size={width},3000", f"--blink-settings=preferredColorScheme={scheme}",
                             "--screenshot=" + picture)
            said = [line for line in r.stderr.splitlines() if "CONSOLE" in line]
            ok(os.path.getsize(picture) > 20000, f"{lab}: a screenshot of {width} pixels, {name}", r.stderr[-500:])
            ok(not said, f"{lab}: nothing on the console, {width} pixels, {name}", "\n".join(said))
            ok(not urls, f"{lab}: no request, {width} pixels, {name}", "\n".join(urls))
end()
