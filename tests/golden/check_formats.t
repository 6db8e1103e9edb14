#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check of several files, in the formats that programs read. ACCEPT=1 takes new ones."""
import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap  # noqa: E402
from tap import ROOT, end, golden, ok  # noqa: E402

HERE = os.path.join(ROOT, "tests/golden/check_formats")
# A wrong value, a name with every character that a format gives a meaning, one that is not there, an
# import whose findings point into its own file, and one that is in order.
FILES = ["plain.vnetlab.json", "odd %,:é.vnetlab.json", "none.json", "export/peers.json", "good.vnetlab.json"]


def run(*args):
    return tap.run("check", *args, cwd=HERE)


status, out, err = run(*FILES)
golden("people", HERE + "/human.expect", out)
ok(status == 5, "a file that cannot be read is the worst status", status)
ok(err == "vnetlab: none.json: No such file or directory\n", "standard error has what is no finding", err)
ok(run(*FILES[:2], *FILES[3:])[0] == 3, "an invalid one among others is status 3", "")
ok(run(FILES[4], FILES[3])[0] == 0 and run("--strict", FILES[4], FILES[3])[0] == 3, "--strict looks at all", "")

seen = {}
for fmt, ending in ("json", "json"), ("github", "txt"), ("sarif", "json"), ("junit", "xml"):
    status, out, err = run("--format", fmt, *FILES)
    seen[fmt] = out
    golden(fmt, f"{HERE}/{fmt}.expect.{ending}", re.sub(r'("version": )"0[^"]*"', r'\1"0"', out))
    ok(status == 5, f"{fmt}: the status is the same", status)
ok(run("-o", "json", *FILES)[1] == seen["json"], "-o json is --format json", "")

# A workflow command is one line, and GitHub reads its properties as this does (actions/runner).
COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^,:]*)(?:,[a-z]+=[^,:]*)*)::(.*)")
for line in seen["github"].splitlines():
    m = COMMAND.fullmatch(line)
    ok(m and {p.split("=")[0] for p in m[2].split(",")} >= {"file", "title"}, f"a command: {line[:50]}", line)
unescaped = re.search("file=(odd[^,]*)", seen["github"])[1].replace("%2C", ",").replace("%3A", ":").replace("%25", "%")
ok(unescaped == FILES[1], "a file's name survives", unescaped)

# What SARIF 2.1.0's schema demands of the objects that are written, and its enumerations.
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LOCATION = {"type": "object", "additionalProperties": False, "properties": {
    "physicalLocation": {"type": "object", "required": ["artifactLocation"], "additionalProperties": False, "properties": {
        "artifactLocation": {"type": "object", "required": ["uri"], "properties": {
            "uri": {"type": "string", "pattern": "^([A-Za-z0-9/._~:-]|%[0-9A-F]{2})+$"}}},
        "region": {"type": "object", "required": ["startLine"], "properties": {
            "startLine": {"type": "integer", "minimum": 1}, "startColumn": {"type": "integer", "minimum": 1}}}}},
    "logicalLocations": {"type": "array", "uniqueItems": True, "items": {"required": ["fullyQualifiedName"]}}}}
SARIF = {"type": "object", "required": ["version", "runs"], "properties": {
    "$schema": {"type": "string", "format": "uri"}, "version": {"enum": ["2.1.0"]},
    "runs": {"type": "array", "minItems": 1, "items": {
        "type": "object", "required": ["tool", "results"], "additionalProperties": False, "properties": {
            "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
                "type": "object", "required": ["name"], "properties": {"rules": {
                    "type": "array", "uniqueItems": True,
                    "items": {"type": "object", "required": ["id"]}}}}}},
            "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            "invocations": {"type": "array", "items": {
                "type": "object", "required": ["executionSuccessful"], "additionalProperties": False, "properties": {
                    "executionSuccessful": {"type": "boolean"}, "toolExecutionNotifications": {"type": "array", "items": {
                        "type": "object", "required": ["message"], "properties": {
                            "message": TEXT, "level": {"enum": ["none", "note", "warning", "error"]},
                            "locations": {"type": "array", "items": LOCATION}}}}}}},
            "results": {"type": "array", "items": {
                "type": "object", "required": ["message"], "additionalProperties": False, "properties": {
                    "message": TEXT, "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0},
                    "level": {"enum": ["none", "note", "warning", "error"]},
                    "locations": {"type": "array", "items": LOCATION},
                    "relatedLocations": {"type": "array", "items": LOCATION},
                    "occurrenceCount": {"type": "integer", "minimum": 1}}}}}}}}}
log = json.loads(seen["sarif"])
try:
    import jsonschema
except ImportError:
    print("# no python3-jsonschema: the SARIF is not compared with its schema")
else:
    problems = [e.message for e in jsonschema.Draft7Validator(SARIF).iter_errors(log)]
    ok(not problems, "the SARIF has what its schema demands", "\n".join(problems))
rules = log["runs"][0]["tool"]["driver"]["rules"]
ok(all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in log["runs"][0]["results"]), "each result leads to its rule", "")

try:
    r = subprocess.run(["xmllint", "--noout", "--schema", ROOT + "/tests/lib/junit.xsd", HERE + "/junit.expect.xml"],
                       capture_output=True, text=True, check=False)
except FileNotFoundError:
    print("# no xmllint: the JUnit is not compared with its schema")
else:
    ok(r.returncode == 0, "the JUnit is as its schema demands", r.stderr)

end()
