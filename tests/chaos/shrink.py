# SPDX-License-Identifier: GPL-2.0-or-later
"""The shortest sequence that still shows a difference: fewer steps, then fewer objects in all its designs."""
import copy
import os
import shutil
import tempfile
import time

import files
import lab
import steps as play_steps


def ddmin(items, holds):
    """A subset of items of which holds() is true; removing any one of it makes it false (delta debugging)."""
    n = 2
    while len(items) >= 2:
        size = max(1, len(items) // n)
        parts = [items[i:i + size] for i in range(0, len(items), size)]
        for i in range(len(parts)):
            rest = [x for j, p in enumerate(parts) if j != i for x in p]
            if holds(rest):
                items, n = rest, max(n - 1, 2)
                break
        else:
            if size == 1:
                break
            n = min(n * 2, len(items))
    if len(items) == 1 and holds([]):
        return []
    return items


def pointers(designs):
    """Paths of all objects and fields in any of the designs, the outer ones first."""
    seen = {}

    def walk(o, path):
        for k, v in o.items() if isinstance(o, dict) else ():
            seen[(*path, k)] = None
            walk(v, (*path, k))
    for d in designs:
        walk(d, ())
    return sorted(seen, key=len)


def without(design, paths):
    d = copy.deepcopy(design)
    for p in paths:
        o = d
        for k in p[:-1]:
            o = o.get(k) if isinstance(o, dict) else None
        if isinstance(o, dict):
            o.pop(p[-1], None)
    return d


class Shrinker:
    def __init__(self, difference, deadline, seconds, log=print):
        self.keys = {k.split("/")[0] for k in difference.what.split("\n")}
        self.deadline, self.end, self.log = deadline, time.monotonic() + seconds, log
        self.tries = 0

    def shows(self, steps):
        """A difference of the same kind."""
        if time.monotonic() > self.end or not steps:
            return False
        work = tempfile.mkdtemp(prefix="vnl-shrink.")
        try:
            path = os.path.join(work, "x.vnetlab.json")
            for s in steps:
                if "design" in s:
                    with open(path, "w", encoding="utf-8") as f:
                        play_steps.json.dump(s["design"], f)
                    files.write(s["design"], work)
                    if not lab.check(path):
                        return False
            self.tries += 1
            d = play_steps.play(steps, work, self.deadline)
            return d is not None and bool(self.keys & {k.split("/")[0] for k in d.what.split("\n")})
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def fewer_steps(self, steps):
        last = steps[-1]
        # Most often the design before and the last step are enough.
        before = [s for s in steps[:-1] if "design" in s][-1:]
        if self.shows([*before, last]):
            return [*before, last]
        return [*ddmin(steps[:-1], lambda some: self.shows([*some, last])), last]

    def fewer_objects(self, steps):
        gone = []

        def cut(paths):
            return [s | {"design": without(s["design"], paths)} if "design" in s else s for s in steps]

        for depth in range(1, 7):  # big things first
            paths = [p for p in pointers([s["design"] for s in cut(gone) if "design" in s]) if len(p) == depth]
            if paths:
                kept = ddmin(paths, lambda keep: self.shows(cut(gone + [p for p in paths if p not in keep])))
                gone += [p for p in paths if p not in kept]
        return cut(gone)

    def shrink(self, steps):
        steps = self.fewer_steps(steps)
        self.log(f"  {len(steps)} steps show it ({self.tries} tries); fewer objects ...")
        steps = self.fewer_objects(steps)
        self.log(f"  after {self.tries} tries")
        return steps
