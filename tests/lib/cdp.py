# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Chromium, driven over its DevTools protocol through two pipes: it needs no library, and listens nowhere."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-default-apps", "--disable-extensions", "--hide-scrollbars"]
KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), " ": (32, " ")}


class Browser:
    """One page.  said: what came on its console, errors of its scripts, and what the browser has logged; urls: what it asked for."""

    def __init__(self, work):
        self.profile = tempfile.mkdtemp(dir=work)
        to_us, from_it = os.pipe()
        from_us, to_it = os.pipe()
        pair = (os.dup(from_us), os.dup(from_it))  # not 3 and 4 themselves, which are theirs

        def take_pipes():
            os.dup2(pair[0], 103)
            os.dup2(pair[1], 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        self.process = subprocess.Popen(  # pylint: disable=subprocess-popen-preexec-fn
            [CHROMIUM, *QUIET, "--remote-debugging-pipe", "--user-data-dir=" + self.profile, "about:blank"], preexec_fn=take_pipes, close_fds=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"HOME": work})
        for fd in (from_us, from_it, *pair):
            os.close(fd)
        self.read, self.write, self.text, self.number = to_us, to_it, b"", 0
        self.said, self.urls, self.session, self.answers = [], [], None, {}
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network", "Accessibility":
            self.call(domain + ".enable")

    def close(self):
        self.process.terminate()
        self.process.wait()
        os.close(self.read)
        os.close(self.write)

    def _take(self, message):
        method, p = message.get("method"), message.get("params", {})
        if "id" in message:
            self.answers[message["id"]] = message
        elif method == "Runtime.exceptionThrown":
            self.said.append(p["exceptionDetails"].get("exception", {}).get("description", p["exceptionDetails"]["text"]))
        elif method == "Runtime.consoleAPICalled":
            self.said.append(" ".join(str(a.get("value", a.get("description"))) for a in p["args"]))
        elif method == "Log.entryAdded":
            self.said.append(f"{p['entry']['text']} {p['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.urls.append(p["request"]["url"])

    def listen(self, seconds):
        """Reads what comes until there is nothing for so long."""
        while select.select([self.read], [], [], seconds)[0]:
            piece = os.read(self.read, 1 << 16)
            if not piece:
                raise RuntimeError("Chromium has gone")
            *whole, self.text = (self.text + piece).split(b"\0")
            for message in whole:
                self._take(json.loads(message))
            if whole:
                return True
        return False

    def call(self, method, **params):
        self.number += 1
        request = {"id": self.number, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        text = json.dumps(request).encode() + b"\0"
        while text:
            text = text[os.write(self.write, text):]
        ends = time.monotonic() + 60
        while self.number not in self.answers:
            if time.monotonic() > ends:
                raise RuntimeError(f"Chromium does not answer {method}")
            self.listen(1)
        answer = self.answers.pop(self.number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def run(self, script):
        """The value of an expression of JavaScript; a promise is waited for."""
        r = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in r:
            raise RuntimeError(r["exceptionDetails"].get("exception", {}).get("description"))
        return r["result"].get("value")

    def until(self, script, seconds):
        """Waits for it; how many seconds it took, or None."""
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            if self.run(script):
                return time.monotonic() - begin
            self.listen(0.02)
        return None

    def open(self, url):
        self.call("Page.navigate", url=url)

    def view(self, width, height, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def key(self, key):
        code, text = KEYS[key]
        for kind in "keyDown", "keyUp":
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code="Space" if key == " " else key, windowsVirtualKeyCode=code,
                      **({"text": text} if text and kind == "keyDown" else {}))

    def type(self, text):
        self.call("Input.insertText", text=text)

    def shoot(self, path, whole=True):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def names(self, role):
        """The names that a screen reader says of all that has this role."""
        tree = self.call("Accessibility.getFullAXTree")["nodes"]
        return [n.get("name", {}).get("value", "") for n in tree if not n.get("ignored") and n.get("role", {}).get("value") == role]
