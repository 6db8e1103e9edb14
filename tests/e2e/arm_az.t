#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Both users.
"""The Azure CLI itself against an endpoint, where it is installed (tests/arm/install-az): state is compared, not exit statuses."""
import json
import os
import shlex
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import arm  # noqa: E402
import tap  # noqa: E402

if not os.access("/usr/bin/az", os.X_OK):
    print("1..1\nnot ok 1 - the Azure CLI is installed" if os.environ.get("AZ_IS_NEEDED") else "1..0 # SKIP there is no az: .ci/deps az")
    sys.exit(0)

# README.md's own commands, so that they are true.
with open(f"{tap.ROOT}/README.md", encoding="utf-8") as f:
    COMMANDS = [shlex.split(line.split(" -- ", 1)[1]) for line in f if line.startswith("vnetlab az -n mine -- ")]

with arm.Endpoint("mine") as e:
    e.env["PATH"] = f"{tap.ROOT}/tests/arm:{e.env['PATH']}"
    e.env["HOME"] = e.work
    made = []
    for words in COMMANDS[:-1]:
        rc, out, err = e.vnetlab("az", "-n", "mine", "--", *words, "-o", "json", timeout=280)
        tap.ok(rc == 0, f"az {' '.join(words[:3])} ends with 0", err)
        made.append(json.loads(out) if rc == 0 else {})
    tap.ok(made[0].get("name") == "rg", "the group is there")
    tap.ok(not os.path.exists(f"{e.work}/.azure"), "the user's own configuration folder is left alone")
    tap.ok(made[-1].get("privateIpAddress") == "10.0.1.4" and made[-1]["powerState"] == "VM running",
           "az makes a machine by a deployment", str(made[-1]))
    words = [w for w in COMMANDS[-1] if w not in ("-o", "table")]
    rc, out, err = e.vnetlab("az", "-n", "mine", "--", *words, "-o", "json", timeout=280)
    lab = e.vnetlab("routes", "-n", "mine", "one", "-o", "json")
    tap.ok(rc == lab[0] == 0 and [r["addressPrefix"] for r in json.loads(out)["value"]] == [r["addressPrefix"] for r in json.loads(lab[1])["value"]],
           "a NIC's effective routes are those of the lab", f"{out} {err}")
    e.stop()
    # Without a Bicep CLI and without the network: az calls vnetlab for it.
    with open(f"{e.work}/own.bicep", "w", encoding="utf-8") as f:
        f.write("""resource range 'Microsoft.Network/publicIPPrefixes@2023-09-01' = {
  name: 'range'
  location: resourceGroup().location
  properties: { prefixLength: 30 }
}
resource address 'Microsoft.Network/publicIPAddresses@2023-09-01' = {
  name: 'address'
  location: resourceGroup().location
  properties: { publicIPAllocationMethod: 'Static', publicIPPrefix: { id: range.id } }
}
output ip string = address.properties.ipAddress
""")
    rc, out, err = e.vnetlab("azure", "-n", "mine", "--port", "0", "-q", "--", "az", "deployment", "group", "create", "-g", "rg",
                             "--template-file", f"{e.work}/own.bicep", "--query", "properties.outputs.ip.value", "-o", "tsv", timeout=280)
    tap.ok(rc == 0, "a command that the endpoint runs finds az logged in, at another port, too, and deploys Bicep", out + err)
    tap.ok(out.split() == ["20.101.0.0"], "a public address has one of its prefix", out + err)
    e.start()
tap.end()
