# SPDX-License-Identifier: GPL-2.0-or-later
"""The endpoint of a lab, for tests in Python:

    with arm.Endpoint("mine") as e:                      # vnetlab azure, on a free port
        status, headers, body = e.call("GET", "/subscriptions?api-version=1")
        e.put("/subscriptions/...", {...})               # waits for its operation, and returns what a GET shows
"""
import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import time

import tap

TIME = 60  # seconds, for whatever is waited for: machines are noisy


class Endpoint:
    def __init__(self, lab, *options):
        self.lab, self.options = lab, options
        self.work = tempfile.mkdtemp(prefix="vnl.")
        os.chmod(self.work, 0o711)
        os.mkdir(os.path.join(self.work, "run"), 0o700)
        self.env = tap.ENV | {"VNETLAB_RUN_DIR": os.path.join(self.work, "run"), "XDG_STATE_HOME": os.path.join(self.work, "state")}
        self.process = self.token = None

    def vnetlab(self, *args, timeout=TIME):
        r = subprocess.run([tap.VNETLAB, *args], env=self.env, capture_output=True, text=True, timeout=timeout, errors="replace")
        return r.returncode, r.stdout, r.stderr

    def start(self):
        self.log = open(os.path.join(self.work, "log"), "ab")
        self.process = subprocess.Popen([tap.VNETLAB, "azure", "-n", self.lab, "--port", "0", *self.options], env=self.env,
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        until = time.monotonic() + TIME
        while True:
            rc, out, err = self.vnetlab("azure", "-n", self.lab, "--env", "-o", "json")
            if rc == 0 and str(self.process.pid) in self.file("endpoint.json"):
                break
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the endpoint does not come up: {err}{self.said()}")
            time.sleep(0.02)
        self.variables = json.loads(out)
        self.port = int(self.variables["ARM_ENDPOINT"].rpartition(":")[2])
        self.context = ssl.create_default_context(cafile=self.variables["ARM_CA"])
        self.token = None
        status, _, body = self.log_in(self.variables["ARM_CLIENT_SECRET"])
        assert status == 200, body
        self.token = body["access_token"]
        return self

    def stop(self, how=signal.SIGINT):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(TIME)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        self.vnetlab("down", self.lab)
        self.log.close()
        shutil.rmtree(self.work, ignore_errors=True)

    def folder(self):
        return os.path.join(self.work, "state/vnetlab/azure", self.lab)

    def file(self, name):
        try:
            with open(os.path.join(self.folder(), name), encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def said(self):
        with open(os.path.join(self.work, "log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def connect(self):
        return http.client.HTTPSConnection("localhost", self.port, timeout=TIME, context=self.context)

    def call(self, method, url, body=None, headers=None, connection=None):
        """Status, headers by small letters, and the body: JSON, or text."""
        c = connection or self.connect()
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= headers or {}
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        c.request(method, url, body.encode() if isinstance(body, str) else body, {k: v for k, v in sent.items() if v is not None})
        r = c.getresponse()
        text = r.read()
        if not connection:
            c.close()
        try:
            parsed = json.loads(text) if text else None
        except ValueError:
            parsed = text.decode(errors="replace")
        return r.status, {k.lower(): v for k, v in r.getheaders()}, parsed

    def log_in(self, secret):
        return self.call("POST", "/adfs/oauth2/token", f"grant_type=client_credentials&client_secret={secret}",
                         {"Content-Type": "application/x-www-form-urlencoded"})

    def wait(self, headers, connection=None):
        """Polls the operation that an answer names, as clients do; what it ends with."""
        url = headers.get("azure-asyncoperation") or headers.get("location")
        until = time.monotonic() + TIME
        while url:
            assert url.startswith(self.variables["ARM_ENDPOINT"] + "/"), url
            status, more, body = self.call("GET", url[len(self.variables["ARM_ENDPOINT"]):], connection=connection)
            if status != 202 and not (isinstance(body, dict) and body.get("status") == "InProgress"):
                return status, body
            assert more["retry-after"] == "0" and time.monotonic() < until, body
        return None, None

    def put(self, url, body, connection=None):
        status, headers, answer = self.call("PUT", url, body, connection=connection)
        assert status in (200, 201), (status, answer)
        _, end = self.wait(headers, connection)
        assert not end or end["status"] == "Succeeded", end
        return self.call("GET", url, connection=connection)[2]
