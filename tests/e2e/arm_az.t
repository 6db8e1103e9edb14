#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The Azure CLI itself against an endpoint, where it is installed (tests/arm/install-az): state is compared, not exit statuses."""
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import arm  # noqa: E402
import tap  # noqa: E402

if not os.access("/usr/bin/az", os.X_OK):
    print("1..0 # SKIP there is no az: tests/arm/install-az")
    sys.exit(0)

with arm.Endpoint("az") as e:
    e.env["PATH"] = f"{tap.ROOT}/tests/arm:{e.env['PATH']}"
    e.env["HOME"] = e.work

    def az(*args):
        rc, out, err = e.vnetlab("az", "-n", "az", "--", *args, "-o", "json", timeout=280)
        return rc, json.loads(out) if rc == 0 and out.strip() else None, err

    rc, group, err = az("group", "create", "-n", "rg", "-l", "westeurope")
    tap.ok(rc == 0 and group["name"] == "rg", "az makes a group, in a configuration folder that it has made itself", err)
    tap.ok(not os.path.exists(f"{e.work}/.azure"), "the user's own folder is left alone")
    rc, _, err = az("network", "vnet", "create", "-g", "rg", "-n", "Hub", "--address-prefixes", "10.0.0.0/16", "--subnet-name", "a",
                    "--subnet-prefixes", "10.0.1.0/24")
    tap.ok(rc == 0, "az makes a network", err)
    rc, vm, err = az("vm", "create", "-g", "rg", "-n", "one", "--image", "Ubuntu2204", "--vnet-name", "Hub", "--subnet", "a",
                     "--admin-username", "lab", "--admin-password", "Hunter2!Hunter2!", "--authentication-type", "password")
    tap.ok(rc == 0 and vm["privateIpAddress"] == "10.0.1.4" and vm["powerState"] == "VM running", "az makes a machine by a deployment",
           f"{vm} {err}")
    rc, routes, err = az("network", "nic", "show-effective-route-table", "-g", "rg", "-n", "oneVMNic")
    lab = e.vnetlab("routes", "-n", "az", "one", "-o", "json")
    tap.ok(rc == lab[0] == 0 and [r["addressPrefix"] for r in routes["value"]] == [r["addressPrefix"] for r in json.loads(lab[1])["value"]],
           "its effective routes are those of the lab", f"{routes} {err}")
    tap.ok("Hunter2" not in e.said() + json.dumps(vm), "its password is in no log")
tap.end()
