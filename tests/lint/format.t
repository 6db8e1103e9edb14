#!/bin/bash
# clang-format, version 14: others break lines elsewhere.
. "$(dirname "$0")/common.sh"
need clang-format-14
each format 'clang-format-14 --dry-run -Werror "$1"' "${sources[@]}"
finish
