#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "$(dirname "$0")/common.sh"
need codespell
# Not the tests: they misspell on purpose.
out=$(codespell --ignore-words=tests/lint/spelling.ignore --skip='*/corpus/*,*.pcap' \
	README.md CHANGELOG.md docs orchestrator topologies images 2>&1)
result spelling $? "$out"
finish
