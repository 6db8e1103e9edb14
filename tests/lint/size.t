#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A file has one idea; over 600 lines it has two.
. "$(dirname "$0")/common.sh"
each 'at most 600 lines:' '[ "$(wc -l <"$1")" -le 600 ] || { wc -l "$1"; false; }' "${sources[@]}"
finish
