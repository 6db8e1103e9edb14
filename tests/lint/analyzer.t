#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gcc -fanalyzer on the layers that are plain C.
. "$(dirname "$0")/common.sh"
need gcc
each analyzer 'gcc -O1 -fanalyzer -Werror -Wall -Wextra $flags -c -o /dev/null "$1"' \
	orchestrator/base/*.c orchestrator/azure/*.c orchestrator/plan/*.c
finish
