#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# clang-format, version 14 or 19: others may break lines elsewhere.
. "$(dirname "$0")/common.sh"
format=$(command -v clang-format-14 clang-format-19 | head -n 1)
need "${format:-clang-format-14}"
export format
each format '"$format" --dry-run -Werror "$1"' "${sources[@]}"
finish
