#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "$(dirname "$0")/common.sh"
need shellcheck
mapfile -t scripts < <(grep -lE '^#!(/usr)?/bin/(env )?(ba)?sh|^# shellcheck shell=' -r .ci tests topologies images 2>/dev/null)
each shellcheck 'shellcheck "$1"' "${scripts[@]}"
finish
