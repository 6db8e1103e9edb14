#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Comments and documentation cite what is in the repository: documents, numbered sections, files."""
import os
import re
import subprocess
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
FILES = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True).stdout.split("\0")
FILES = [f for f in FILES if f and os.path.isfile(f)]
HERE = set(FILES)
TITLES = {os.path.basename(f) for f in FILES if f.endswith(".md")}
# What others wrote, or stands for it, and tests that make files of such names.
OTHERS = re.compile(r"(^|/)corpus/|^tests/golden/[^/]*/|^tests/fidelity/\d|^LICENSE$|^CHANGELOG\.md$|^tests/lint/references\.t$")
DOCUMENT = re.compile(r"(?<![\w./}-])[\w./-]*\b[\w-]+\.md\b")
# Files of the source by their folder, as comments name them: "kernel/ttl.h", "tests/lib/tap.sh".
SOURCE = re.compile(r"(?<![\w./*-])((?:[\w.-]+/)+[\w-]+\.(?:c|h|t|py|sh))\b(?!\.)")
NUMBER = r"\d+(?:\.\d+)?"
CITED = re.compile(r"(azure-behaviour|interfaces)(?:\.md)?,?(?:[\s*#/]+section)?((?:(?:,|,? and|,? to)?[\s*#/]+" + NUMBER + r"(?![\w%]))+)")
ROOTS = ("", "orchestrator/", "docs/", "tests/")
count = 0
failed = False


def result(name, bad):
    global count, failed
    count += 1
    failed |= bool(bad)
    print(f"{'not ok' if bad else 'ok'} {count} - {name}")
    for line in bad:
        print(f"# {line}")


def exists(path, file):
    beside = os.path.join(os.path.dirname(file), path)
    return any(os.path.normpath(p) in HERE for p in [beside] + [r + path for r in ROOTS])


def sections(document):
    with open(f"docs/{document}.md", encoding="utf-8") as f:
        return set(re.findall(r"^###? (\d+(?:\.\d+)?)\.? ", f.read(), re.M))


def line_of(text, at):
    return text.count("\n", 0, at) + 1


known = {d: sections(d) for d in ("azure-behaviour", "interfaces")}
documents, files, numbers, bare, cited = [], [], [], [], 0
tops = {f.split("/")[0] for f in FILES if "/" in f} | {f.split("/")[1] for f in FILES if f.startswith("orchestrator/")}
for file in FILES:
    if OTHERS.search(file):
        continue
    try:
        with open(file, encoding="utf-8") as f:
            text = f.read()
    except UnicodeDecodeError:
        continue
    for m in DOCUMENT.finditer(text):
        if "://" not in text[max(0, m.start() - 60):m.start()].rsplit(None, 1)[-1:] and not (
                exists(m[0], file) or os.path.basename(m[0]) in TITLES):
            documents.append(f"{file}:{line_of(text, m.start())}: {m[0]}")
    for m in SOURCE.finditer(text):
        if m[1].split("/")[0] in tops and "NAME" not in m[1] and not exists(m[1], file):
            files.append(f"{file}:{line_of(text, m.start())}: {m[1]}")
    starts = {m.start() for m in CITED.finditer(text)}
    for m in re.finditer(r"azure-behaviour|interfaces(?=\.md)", text if file.endswith((".c", ".h")) else ""):
        if m.start() not in starts:
            bare.append(f"{file}:{line_of(text, m.start())}: {m[0]}")
    for m in CITED.finditer(text):
        for n in re.findall(NUMBER, m[2]):
            cited += 1
            if n not in known[m[1]]:
                numbers.append(f"{file}:{line_of(text, m.start())}: {m[1]} {n}")
result("documents that are named are there", documents)
result("files that are named are there", files)
result("sections that are cited are there", numbers)
result("code names the section that it cites", bare)
result("sections are cited at all", [] if cited > 100 else [f"only {cited} citations were found"])
print(f"1..{count}")
sys.exit(failed)
