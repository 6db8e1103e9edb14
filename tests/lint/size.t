#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A file has one idea; over 600 lines it has two.  All are counted at once: a process for each would take a minute.
. "$(dirname "$0")/common.sh"
while read -r lines file; do
	status=0
	[ "$lines" -le 600 ] || status=1
	result "at most 600 lines: $file" $status "$lines lines"
done < <(printf '%s\0' "${sources[@]}" | xargs -0 wc -l | grep -v ' total$')
[ "${n:-0}" -eq ${#sources[@]} ] || result "every source is counted" 1 "${n:-0} of ${#sources[@]}"
finish
