# SPDX-License-Identifier: GPL-2.0-or-later
"""A case: the folder of one design of ours, and what its source observed.

case.json says how the two meet (see ../README.md). Nothing that the source observed may be left out
silently: what is neither compared nor in notCompared makes the case fail, as does an explanation
that explains nothing."""
import copy
import fnmatch
import json
import os
import shutil
import time

from . import sections
from .lab import Failed, Lab

CAUSES = ("source", "setting", "defect", "not comparable")
# Parts of expected.json that are no observations.
REMARKS = ("notes", "truncated", "documented")


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def merge(base, patch):
    """RFC 7386: null deletes, objects are merged, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    out = dict(base) if isinstance(base, dict) else {}
    for k, v in patch.items():
        if v is None:
            out.pop(k, None)
        else:
            out[k] = merge(out.get(k), v)
    return out


def observations(expected):
    """section/table -> what was observed there"""
    out = {}
    for section, content in expected.items():
        if section in REMARKS:
            continue
        if isinstance(content, dict):
            for table, rows in content.items():
                out[f"{section}/{table}"] = rows
        elif isinstance(content, list):
            for i, item in enumerate(content):
                out[f"{section}/{i}"] = item
        else:
            out[section] = content
    return out


def size(observed):
    """How many rows an observation has, for what is not compared."""
    if isinstance(observed, dict) and all(isinstance(v, list) for v in observed.values()):
        return sum(len(v) for v in observed.values()) or 1
    return len(observed) if isinstance(observed, list) and observed else 1


def renamed(what, names):
    """Addresses of the source that ours has otherwise, with or without a length behind them."""
    if isinstance(what, dict):
        return {renamed(k, names) if k in names else k: renamed(v, names)
                for k, v in what.items()}
    if isinstance(what, list):
        return [renamed(v, names) for v in what]
    if isinstance(what, str):
        address, slash, length = what.partition("/")
        return names.get(address, address) + slash + length if address in names else what
    return what


class Case:
    def __init__(self, folder, source, work):
        self.folder, self.name = folder, os.path.basename(folder)
        self.spec = load(os.path.join(folder, "case.json"))
        self.expected = load(os.path.join(source, "expected.json"))
        self.observed = renamed(observations(self.expected), self.spec.get("addresses", {}))
        self.work = os.path.join(work, self.name)
        shutil.copytree(folder, self.work)
        self.lab = Lab(f"fidelity-{self.name.split('-')[0]}", self.work)
        self.rows, self.problems, self.done, self.seconds = [], [], set(), 0
        self.used, self.waits = set(), []

    # --- phases ---

    def topology(self, design, name):
        path = os.path.join(self.work, f"{name}.vnetlab.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(design, f, indent=1)
        return path

    def subject(self, section, key, value):
        """case.json's word for it -> (whose it is in our lab, options)"""
        if section in sections.LISTS and section != "facts":
            options = value if isinstance(value, dict) else {}
            item = self.observed[f"{section}/{key}"]
            if "from" not in item:
                return value, {}
            nodes = self.spec.get("nodes", {})
            return nodes.get(item["from"], item["from"]), options
        if section == "facts":
            return value, {}
        if isinstance(value, dict):
            return value["of"], value
        return value, {}

    def compare(self, section, key, value):
        ident = f"{section}/{key}"
        if ident not in self.observed:
            raise Failed(f"case.json compares {ident}, which expected.json does not have")
        self.done.add(ident)
        of, options = self.subject(section, key, value)
        options = {**{k: self.spec[k] for k in ("none", "ignore") if k in self.spec and
                      section in sections.TABLES}, **options}
        fn = sections.TABLES.get(section) or sections.LISTS.get(section)
        if not fn:
            raise Failed(f"{section}: nothing compares this kind of observation")
        rows = fn(self.lab, self.observed[ident], of, options)
        for r in rows:
            r["id"] = f"{ident}/{r['key']}"
            r["explained"] = None if r["verdict"] == "equal" else self.explanation(r)
        return rows

    def explanation(self, row):
        for i, e in enumerate(self.spec.get("explained", [])):
            if fnmatch.fnmatchcase(row["id"], e["rows"]) and \
                    row["verdict"] in e.get("verdicts", [row["verdict"]]):
                self.used.add(i)
                return e
        return None

    def look(self, phase, seconds):
        """Compares until nothing is left that cannot be explained, or the time is over: what a
        daemon or a virtual router does at once still takes it a moment."""
        until = None
        while True:
            rows = []
            for section, items in phase.get("compare", {}).items():
                pairs = items.items() if isinstance(items, dict) else [(str(i), i) for i in items]
                for key, value in pairs:
                    rows += self.compare(section, key, value)
            # One look may take long, where packets are waited for: time counts from its end.
            until = until or time.monotonic() + seconds
            open_rows = [r for r in rows if r["verdict"] != "equal" and not r["explained"]]
            if not open_rows or time.monotonic() > until:
                return rows
            time.sleep(0.2)

    def refuse(self, key, value, design, number):
        """A design that Azure refused must be refused by check."""
        self.done.add(key)
        path = self.topology(merge(copy.deepcopy(design), value["patch"]), f"refused-{number}")
        findings = self.lab.check(path)["findings"]
        good = any(sections.subset(value["finding"], f) and f["severity"] == "error"
                   for f in findings)
        row = {"key": "refused", "verdict": "equal" if good else "missing",
               "detail": "" if good else f"check says {[f['rule'] for f in findings]}",
               "id": f"{key}/refused", "explained": None}
        if not good:
            row["explained"] = self.explanation(row)
        return row

    def not_emulated(self, design):
        """Kinds of resources that this version refuses: the case waits for them, visibly."""
        return sorted({f["pointer"].split("/")[1]
                       for f in self.lab.check(self.topology(design, "first"))["findings"]
                       if f["rule"] == "EMU-KIND-01"})

    def run(self, seconds):
        start = time.monotonic()
        path = os.path.join(self.folder, f"{self.name}.vnetlab.json")
        design = load(path) if self.spec["phases"] else None  # else there is nothing to run
        self.waits = self.not_emulated(design) if design else []
        if self.waits:
            return
        try:
            for i, phase in enumerate(self.spec["phases"]):
                if "topology" in phase:
                    design = load(os.path.join(self.folder, phase["topology"]))
                design = merge(design, phase.get("patch", {}))
                if phase.get("compare"):
                    if i == 0 or "topology" in phase or "patch" in phase:
                        self.lab.up(self.topology(design, f"phase-{i}"),
                                    phase.get("settles", True))
                    for command in phase.get("do", []):
                        self.lab.do(command)
                    self.rows += self.look(phase, seconds)
                for key, value in phase.get("refused", {}).items():
                    self.rows.append(self.refuse(key, value, design, f"{i}-{len(self.rows)}"))
        except Failed as e:
            self.problems.append(str(e))
        finally:
            if design:
                self.lab.down()
        self.account()
        self.seconds = time.monotonic() - start

    # --- nothing is left out ---

    def account(self):
        for e in self.spec.get("explained", []):
            if e["cause"] not in CAUSES:
                self.problems.append(f"explained: {e['cause']} is none of {', '.join(CAUSES)}")
        for n in self.spec.get("notCompared", []):
            found = [k for k in self.observed
                     if fnmatch.fnmatchcase(k, n["rows"]) and k not in self.done]
            if not found:
                self.problems.append(f"notCompared {n['rows']}: there is no such observation")
            for k in found:
                self.done.add(k)
                self.rows.append({"id": k, "key": k, "verdict": "not compared", "detail": "",
                                  "count": size(self.observed[k]),
                                  "explained": {"cause": n.get("cause", "not comparable"),
                                                "because": n["because"]}})
        if self.problems:
            return  # whatever else is missing follows from that
        for k in self.observed:
            if k not in self.done:
                self.problems.append(f"{k} is neither compared nor in notCompared")
        for i, e in enumerate(self.spec.get("explained", [])):
            if i not in self.used:
                self.problems.append(f"explained {e['rows']}: there is no such difference (any "
                                     "more)")

    def count(self, verdict):
        return sum(r.get("count", 1) for r in self.rows if r["verdict"] == verdict)

    def observed_rows(self):
        return sum(r.get("count", 1) for r in self.rows if r["verdict"] != "extra")

    def unexplained(self):
        return [r for r in self.rows if r["verdict"] != "equal" and not r["explained"]]

    def good(self):
        return not self.problems and not self.unexplained()
