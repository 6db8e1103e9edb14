#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# clang-format, version 14 or 19: others may break lines elsewhere.  All files at once; one by one only to tell which.
. "$(dirname "$0")/common.sh"
format=$(command -v clang-format-14 clang-format-19 | head -n 1)
need "${format:-clang-format-14}"
export format
if printf '%s\0' "${sources[@]}" | xargs -0 -P "${JOBS:-2}" -n 100 "$format" --dry-run -Werror 2>/dev/null; then
	for file in "${sources[@]}"; do result "format $file" 0 ""; done
else
	each format '"$format" --dry-run -Werror "$1"' "${sources[@]}"
fi
finish
