#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every lab that ships holds what it says, and leaves nothing behind.
# Takes long.
. "$(dirname "$0")/../lib/tap.sh"

for lab in "$topologies"/*/*.vnetlab.json; do
	status "the checks of $(basename "$lab" .vnetlab.json) hold" 0 vnetlab test "$lab"
done
run vnetlab ls -o json
json "no lab is left" '.labs == []'
done_testing
