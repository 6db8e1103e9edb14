#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The frame of the command line: help, refusals, exit statuses, broken standard output.
. "$(dirname "$0")/../lib/tap.sh"

commands=$(vnetlab help | sed -n 's/^  \([a-z-]*\)  .*/\1/p' | grep -vx vnetlab)

status "no command is wrong usage" 2 vnetlab
like "and shows the commands" "$err" 'explains a command, or lists them'
is "nothing on stdout" "$out" ""
status "--help is help" 0 vnetlab --help
like "on stdout" "$out" '^Usage: vnetlab COMMAND'
status "-h too" 0 vnetlab -h
status "help" 0 vnetlab help
status "--version" 0 vnetlab --version
like "prints it" "$out" '^vnetlab [0-9]+\.[0-9]+'
status "version as JSON" 0 vnetlab version -o json
json "a string" '.version | type == "string"'

status "unknown command" 2 vnetlab versoin
like "did you mean" "$err" "no command 'versoin'; did you mean 'version'\?"
status "no prefixes of commands" 2 vnetlab vers
status "no case folding of commands" 2 vnetlab VERSION
status "option before the command" 2 vnetlab -q version
like "says where it belongs" "$err" 'options stand behind the command: vnetlab COMMAND -q'
status "empty command" 2 vnetlab ''
status "a command of terminal codes" 2 vnetlab "$(printf 'a\033[31m')"
like "made visible" "$err" 'a\\x1b\[31m'

status "unknown option" 2 vnetlab version --qiet
like "did you mean" "$err" "unknown option '--qiet'; did you mean '--quiet'\?"
like "usage" "$err" '^Usage: vnetlab version'
like "where to read" "$err" "vnetlab help version"
status "a value that is not one of the fixed ones" 2 vnetlab version -o yaml
like "names them" "$err" "'yaml' is not one of table\|json"
status "also from the environment" 2 env VNETLAB_OUTPUT=yaml "$B/vnetlab" version
like "names the variable" "$err" "VNETLAB_OUTPUT: 'yaml'"
status "environment sets an option" 0 env VNETLAB_OUTPUT=json "$B/vnetlab" version
json "and it works" '.version'
status "too many arguments" 2 vnetlab version a
like "says which" "$err" "unexpected argument 'a'"

for c in $commands; do
	status "help $c" 0 vnetlab help "$c"
	like "$c: usage" "$out" "^Usage: vnetlab $c"
	by_help=$out
	run vnetlab "$c" --help
	is "$c --help is the same" "$rc:$out" "0:$by_help"
done
status "help of what is not there" 2 vnetlab help verison
like "did you mean" "$err" "did you mean 'version'\?"

run vnetlab help --man
for c in $commands; do
	like "the manual page has $c" "$out" "^\.SS \"vnetlab $c"
done
# Through a pipe: a shell's variable keeps no NUL.
is "the manual page has no control characters" "$(vnetlab help --man | tr -d '\n' | LC_ALL=C tr -cd '\000-\037\177' | od -An -tx1)" ""
like "an option without a letter" "$out" '^\.B \\-\\-identity '

# A file that is no JSON: where it is wrong.
printf '{\n"name": ' >"$work/half.json"
status "half a file" 3 vnetlab check "$work/half.json"
like "its name" "$err" "^error TOPO-JSON-01 at $work/half.json"
like "the place in it" "$err" '^ *line 2, column 8: '

# Standard output that does not take it: into $1, with what is behind it already gone.
broken_pipe='
import os, subprocess, sys
r, w = os.pipe()
os.close(r)
sys.exit(subprocess.run([sys.argv[1], "help"], stdout=w).returncode)'
status "a full disk" 5 sh -c '"$0" help >/dev/full' "$B/vnetlab"
like "is said" "$err" 'cannot write to standard output: No space left'
status "closed stdout" 5 sh -c '"$0" help >&-' "$B/vnetlab"
status "broken pipe" 5 python3 -c "$broken_pipe" "$B/vnetlab"
like "is said" "$err" 'cannot write to standard output: Broken pipe'
status "closed stdin and stderr do not matter" 0 sh -c '"$0" version <&- 2>&-' "$B/vnetlab"
done_testing
