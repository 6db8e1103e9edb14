#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The project speaks only of itself: no paths of the machine that it was written on.
. "$(dirname "$0")/common.sh"
out=$(git grep -nIE '/[w]ork/|/[t]mp/wt|(^|[^a-z])/[h]ome/[a-z]|/[U]sers/' -- . ':!*/corpus/*' ':!*.expect' 2>&1)
result 'no paths of somebody'\''s machine' $((!$?)) "$out"
out=$(git grep -nIE '\b(F[I]XME|X[X]X)\b|(/\*|//|#) T[O]DO' -- orchestrator tests images docs Makefile \
	':!orchestrator/report/tap.c' ':!tests/unit/test_report_formats.c' ':!*.tap' 2>&1) # TAP has a directive of that name
result 'nothing left to do' $((!$?)) "$out"
out=$(git ls-files -- '*.[ch]' '*.py' '*.sh' '*.t' Makefile ':!tests/golden/*/*' | xargs grep -L 'SPDX-License-Identifier: GPL-2.0-or-later')
result 'every file says its licence' $((!!${#out})) "$out"
# What is printed to a terminal may be a stranger's words.
out=$(git grep -nE '(^|[^a-z_])(printf|puts|putchar)\(|, stdout\)' -- orchestrator/cmd | grep -vE '^orchestrator/cmd/(ui|help|completion|serve|version|schema|graph|grade|import|stream)\.c:' |
	grep -vE '(table_print|report_write|test_write_page|checked_write)\(')
result 'commands print by ui_print()' $((!!${#out})) "$out"
finish
