#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# comparePointers, subtractPointers: the two ends of a linker section are one array.
# normalCheckLevelMaxBranches: what 2.11 and later say of a function that they look at as deep as 2.10.
. "$(dirname "$0")/common.sh"
need cppcheck
mkdir -p build/lint
out=$(cppcheck --quiet -j "${JOBS:-2}" --cppcheck-build-dir=build/lint --enable=warning,performance,portability \
	--inline-suppr --error-exitcode=1 --std=c11 -D_GNU_SOURCE -D__GNUC__ -Iorchestrator \
	--suppress=missingInclude --suppress=unknownMacro --suppress=comparePointers \
	--suppress=subtractPointers --suppress=normalCheckLevelMaxBranches orchestrator 2>&1)
result cppcheck $? "$out"
finish
