#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""sarif.py FILE: what of a SARIF file is not as version 2.1.0 demands, a line each; status 1 when there is some."""
import json
import sys

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


def problems(log):
    """What is wrong with it; without python3-jsonschema only what rules are called."""
    try:
        import jsonschema
    except ImportError:
        print("# no python3-jsonschema: the SARIF is not compared with its schema")
        wrong = []
    else:
        wrong = [e.message for e in jsonschema.Draft7Validator(SARIF).iter_errors(log)]
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        wrong += [f"{r['ruleId']} leads to another rule" for r in run["results"] if rules[r["ruleIndex"]]["id"] != r["ruleId"]]
    return wrong


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as f:
        found = problems(json.load(f))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(bool(found))
