#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every shell script goes through shellcheck: all files at once, and one by one only to tell which fails.
. "$(dirname "$0")/common.sh"
need shellcheck
mapfile -t scripts < <(grep -lE '^#!(/usr)?/bin/(env )?(ba)?sh|^# shellcheck shell=' -r .ci tests topologies images 2>/dev/null)
if printf '%s\0' "${scripts[@]}" | xargs -0 -P "${JOBS:-2}" -n 30 shellcheck >/dev/null 2>&1; then
	for file in "${scripts[@]}"; do result "shellcheck $file" 0 ""; done
else
	each shellcheck 'shellcheck "$1"' "${scripts[@]}"
fi
finish
