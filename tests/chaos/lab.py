# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab, seen from outside: the commands that change it, and its control socket for what is only asked."""
import json
import os
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VNETLAB = os.path.join(ROOT, os.environ.get("B", "build"), "vnetlab")
UP_WAIT = "15s"
FAILED, INVALID, TIMED_OUT = 5, 3, 124


class Refused(Exception):
    """The driver's own words."""


class Lab:
    """`name` in the run directory `run`; options of the caller's environment do not count."""

    def __init__(self, run, name):
        self.run, self.name = run, name
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("VNETLAB_")}
        self.env |= {"VNETLAB_RUN_DIR": run, "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}

    def command(self, *argv, timeout=120):
        r = subprocess.run([VNETLAB, *argv], env=self.env, capture_output=True, text=True,
                           errors="replace", timeout=timeout)
        return r.returncode, r.stdout, r.stderr

    def up(self, path):
        """The exit status, and what was said on standard error."""
        status, _, err = self.command("up", "-q", "-n", self.name, "--wait", UP_WAIT, path)
        return status, err

    def down(self):
        self.command("down", "-q", self.name)

    def fault(self, *argv):
        return self.command("fault", *argv, "-n", self.name)

    def faults(self):
        return self.ask("fault", argv=["list"])["faults"]

    # --- the control socket: lab/client/client.h ---

    def _connect(self):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(60)
        s.connect(os.path.join(self.run, self.name, "control"))
        return s

    @staticmethod
    def _answer(s):
        with s.makefile("rb") as f:
            for line in f:
                o = json.loads(line)
                if "progress" in o:
                    continue
                if "error" in o:
                    raise Refused(o["error"]["message"])
                return o
        raise Refused("the driver is gone")

    def ask(self, op, **body):
        with self._connect() as s:
            s.sendall((json.dumps({"op": op} | body) + "\n").encode())
            return self._answer(s)

    def exec(self, node, *argv):
        """What a program prints inside a node."""
        with self._connect() as s, open(os.devnull, "rb") as none:
            out, theirs = os.pipe()
            line = json.dumps({"op": "exec", "node": node, "argv": argv, "env": []}) + "\n"
            socket.send_fds(s, [line.encode()], [none.fileno(), theirs, theirs])
            os.close(theirs)
            with os.fdopen(out, "r", encoding="utf-8", errors="replace") as f:
                text = f.read()
            self._answer(s)
        return text


# A design of which `check` says this has sessions that come and go by themselves: what can be seen of it depends on when.
RESTLESS = {"RS-RECURSION-01"}


def check(path):
    """True: `check` takes the design, perhaps with warnings, and the lab comes to rest."""
    r = subprocess.run([VNETLAB, "check", "-q", "-o", "json", path], capture_output=True, text=True, timeout=60,
                       env={k: v for k, v in os.environ.items() if not k.startswith("VNETLAB_")})
    return r.returncode == 0 and not any(x["rule"] in RESTLESS for x in json.loads(r.stdout)["findings"])


def schema():
    return json.loads(subprocess.run([VNETLAB, "schema"], capture_output=True, text=True, check=True).stdout)
