#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers go one way: base <- schema, remote <- azure <- checks, matrix <- input, plan <- kinds, kernel <- lab, router, probe <- report, proof, rest <- web <- cmd.

azure/, checks/, matrix/ and plan/ are pure: of the system's headers they include only those that declare data types,
strings and constants.  Nothing runs a shell.  Files go one way, too: which file uses which is read from
the objects (nm), and files that use each other, directly or through others, are a circle.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
RANK = {"base": 0, "schema": 1, "remote": 1, "azure": 2, "checks": 3, "matrix": 3, "input": 3, "plan": 3, "kinds": 4, "kernel": 5, "lab": 6, "router": 6,
        "probe": 6, "report": 7, "proof": 7, "rest": 7, "web": 8, "cmd": 9}
PURE = {"assert.h", "ctype.h", "errno.h", "inttypes.h", "limits.h", "math.h", "stdarg.h", "stdbool.h",
        "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "strings.h", "jansson.h", "uthash.h",
        "netinet/in.h", "net/if.h", "linux/rtnetlink.h"}
# The rooms of a folder that has ranks inside, lowest first; the folder's own files stand above its rooms.
ROOMS = {"lab": [{"client", "image"}, {"proc"}, {"watch"}, {"build"}, {"fault"}, {"ops"}],
         "input/arm": [{"value"}, {"run"}, {"expr"}, {"deploy"}, {"resource"}, {"fn"}]}
SHELL = re.compile(r"\b(system|popen|wordexp)\s*\(")

# The circles that there are, each with its reason.  The list must not grow: a circle is cut by moving what
# both sides need into a file below them (the file with the family's name), and what calls both into one
# above.  What is in no circle any more is taken out; the test says so.
CORE_AND_TOP = "the file with the family's name is its core and its top"
CIRCLES = [
    ("a packet in a tunnel is carried by another packet, whose way is walked first", "azure/walk_path azure/walk_wire"),
]

# The virtual router has a model and a kernel; designs come to it read and checked.
NOT_OF_THE_ROUTER = ("cmd/", "input/arm/", "input/bicep/", "input/export/", "input/hcl/", "input/terraform/", "input/tfsource/", "lab/", "probe/", "proof/", "remote/",
                     "report/", "rest/", "web/")
NOT_OF_A_KIND = re.compile(r"kinds/\w+/(check|import)\w*$|azure/check_")


def room_rank(folder, path):
    """The rank within a folder of a file, or of what is included; None: it is elsewhere."""
    if not path.startswith(f"{folder}/"):
        return None
    room, slash, _ = path.removeprefix(f"{folder}/").partition("/")
    ranks = ROOMS[folder]
    return next((n for n, rooms in enumerate(ranks) if slash and room in rooms), len(ranks))


def is_of_room_above(path, included):
    """Does a file include what stands in a higher room of a folder that both are in?"""
    ranks = [(room_rank(folder, path), room_rank(folder, included)) for folder in ROOMS]
    return any(None not in pair and pair[1] > pair[0] for pair in ranks)


def include_problems():
    """What is wrong with the #include lines, by layer."""
    problems = {}
    for path in sorted(glob.glob("orchestrator/**/*.[ch]", recursive=True)):
        layer = path.split("/")[1]
        bad = problems.setdefault(layer, [])
        if layer not in RANK:
            bad.append(f"{path}: the layer {layer} is not in tests/lint/layers.t")
            continue
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            where = f"{path}:{number}"
            own = re.match(r'\s*#\s*include\s+"(([^"/]+)/[^"]+)"', line)
            if own and RANK.get(own[2], 99) > RANK[layer]:
                bad.append(f"{where}: {layer}/ includes {own[2]}/, which is above it")
            if own and layer == "kernel" and own[2] not in ("base", "plan", "kernel"):
                bad.append(f"{where}: kernel/ makes what plan/ says, and knows nothing of {own[2]}/")
            if own and is_of_room_above(path.removeprefix("orchestrator/"), own[1]):
                bad.append(f"{where}: {own[1]} is of a room above")
            foreign = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            if foreign and layer in ("azure", "checks", "matrix", "plan") and foreign[1] not in PURE:
                bad.append(f"{where}: {layer}/ is pure, <{foreign[1]}> is not for it")
            if SHELL.search(line.split("/*")[0]):
                bad.append(f"{where}: no shell: {line.strip()}")
    return problems


def read_links(root, files):
    """{file: {file that it uses: [symbols]}} of the objects root/FILE.o."""
    objects = {f"{root}/{f}.o": f for f in files}
    lines = subprocess.run(["nm", "-A", "-P", *objects], check=True, capture_output=True, text=True).stdout
    defined, wanted = {}, []
    for path, symbol, kind in re.findall(r"^(.*): (\S+) (\w)\b.*$", lines, re.M):
        file = objects[path]
        if kind == "U":
            wanted.append((file, symbol))
        elif kind.isupper() or kind == "u":
            defined[symbol] = file
    links = {f: {} for f in files}
    for file, symbol in wanted:
        if symbol in defined:
            links[file].setdefault(defined[symbol], []).append(symbol)
    return links


def find_circles(links):
    """Sets of files that reach each other: the strongly connected components of more than one file."""
    reached = {}
    for file in links:
        seen, left = set(), [file]
        while left:
            new = set(links[left.pop()]) - seen
            seen |= new
            left += new
        reached[file] = seen
    circles = {frozenset(other for other in reached[file] if file in reached[other]) for file in links}
    return sorted((c for c in circles if len(c) > 1), key=sorted)


def circle_problems(links, allowed):
    """What is wrong with the circles of `links`, of which those in `allowed`, sets of files, may be."""
    bad = []
    for circle in (found := find_circles(links)):
        if circle in allowed:
            continue
        larger = next((a for a in allowed if circle < a), None)
        if larger:
            bad.append(f"a circle has become smaller, take out of tests/lint/layers.t: {' '.join(sorted(larger - circle))}")
            continue
        nearest = max(allowed, key=lambda a: len(a & circle), default=frozenset())
        unlisted = circle - nearest if nearest & circle else circle
        bad.append(f"a new circle, or a larger one: {' '.join(sorted(circle))}")
        for file in sorted(circle):
            for other in sorted(circle & set(links[file])):
                if {file, other} & unlisted:
                    bad.append(f"  {file} uses {other}: {', '.join(links[file][other])}")
    for circle in allowed:
        if not any(c & circle for c in found):
            bad.append(f"this circle is cut, take it out of tests/lint/layers.t: {' '.join(sorted(circle))}")
    return bad


def router_problems(links):
    """What the virtual router links though it needs it for nothing."""
    seen, left = {}, ["router/main"]
    while left:
        file = left.pop()
        for other in set(links[file]) - set(seen):
            seen[other] = file
            left.append(other)
    return [f"{seen[file]} uses {file}: {', '.join(links[seen[file]][file])}"
            for file in sorted(seen) if file.startswith(NOT_OF_THE_ROUTER) or NOT_OF_A_KIND.match(file)]


def build(command, **more):
    """Runs a command that builds; its messages if it failed."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    return done.stdout.splitlines()[-20:] or ["failed"] if done.returncode else []


def source_links():
    """Which file of orchestrator/ uses which; the objects are made if they are not there."""
    sources = glob.glob("orchestrator/**/*.c", recursive=True)
    files = sorted(re.sub(r"^orchestrator/|\.c$", "", path) for path in sources)
    return read_links("build/orchestrator", files)


def planted_circle_problems():
    """Objects with a circle of two, one of three, and a file that only uses them."""
    planted = {"two_a": "two_b", "two_b": "two_a", "three_a": "three_b", "three_b": "three_c", "three_c": "three_a",
               "top": "two_a", "core": "getpid"}
    two, three = frozenset({"two_a", "two_b"}), frozenset({"three_a", "three_b", "three_c"})
    expected = [
        ([two, three], []),
        ([two], ["a new circle, or a larger one: three_a three_b three_c", "  three_a uses three_b: three_b",
                 "  three_b uses three_c: three_c", "  three_c uses three_a: three_a"]),
        ([two, three - {"three_c"}],
         ["a new circle, or a larger one: three_a three_b three_c", "  three_b uses three_c: three_c",
          "  three_c uses three_a: three_a"]),
        ([two | {"top"}, three], ["a circle has become smaller, take out of tests/lint/layers.t: top"]),
        ([two, three, frozenset({"core", "top"})],
         ["this circle is cut, take it out of tests/lint/layers.t: core top"]),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for file, other in planted.items():
            with open(f"{folder}/{file}.c", "w", encoding="utf-8") as f:
                f.write(f"int {other}(void);\nint {file}(void);\nint {file}(void) {{ return {other}() + 1; }}\n")
        bad = build(["cc", "-c", *(f"{file}.c" for file in planted)], cwd=folder)
        if bad:
            return bad
        links = read_links(folder, list(planted))
    for allowed, problems in expected:
        got = circle_problems(links, allowed)
        if got != problems:
            bad += [f"allowed: {[sorted(a) for a in allowed]}", f"expected: {problems}", f"got: {got}"]
    return bad


failed = 0
results = [(f"{layer}/ knows only what is below it", bad) for layer, bad in sorted(include_problems().items())]
results.append(("a planted circle of files is found", planted_circle_problems()))
broken = build(["make", "-s", "-j2", "V=release", "B=build", "all"])
links = {} if broken else source_links()
results.append(("no circle of files but those in the list",
                broken or circle_problems(links, [frozenset(c[1].split()) for c in CIRCLES])))
results.append(("the virtual router links what it needs", broken or router_problems(links)))
for n, (name, bad) in enumerate(results, 1):
    print(f"{'not ok' if bad else 'ok'} {n} - {name}")
    for text in bad:
        print("#", text)
    failed |= bool(bad)
print(f"1..{len(results)}")
sys.exit(failed)
