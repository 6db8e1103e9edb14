#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The frame of the command line: help, refusals, exit statuses, broken standard output.
# Both users.
. "$(dirname "$0")/../lib/tap.sh"

commands=$(vnetlab help | sed -n 's/^  \([a-z-]*\)  .*/\1/p' | grep -vx vnetlab)

status "no command is wrong usage" 2 vnetlab
like "the message shows where the commands are listed" "$err" 'explains a command, or lists them'
is "it writes nothing to stdout" "$out" ""
status "--help is help" 0 vnetlab --help
like "--help writes to stdout" "$out" '^Usage: vnetlab COMMAND'
status "-h is help" 0 vnetlab -h
status "the command help works" 0 vnetlab help
status "--version works" 0 vnetlab --version
like "--version prints the version" "$out" '^vnetlab [0-9]+\.[0-9]+'
status "version prints JSON" 0 vnetlab version -o json
json "the version is a string" '.version | type == "string"'

status "an unknown command is wrong usage" 2 vnetlab versoin
like "the message suggests the command that is nearly it" "$err" "no command 'versoin'; did you mean 'version'\?"
status "a prefix of a command is no command" 2 vnetlab vers
status "a command in capitals is no command" 2 vnetlab VERSION
status "options that all commands have may stand before the command" 0 vnetlab -q --output=json version
json "they take effect" '.version'
status "an option before the command is the common one of that letter" 2 vnetlab -o "$work/out" import x
like "it is not the command's own" "$err" "'$work/out' is not one of table\|json"
status "help before the command explains it" 0 vnetlab -h version
like "it is the command's help" "$out" '^Usage: vnetlab version'
status "options without a command are wrong usage" 2 vnetlab -q
status "a command's own option before it is wrong usage" 2 vnetlab --format tap test
like "the message says where options belong" "$err" "unknown option '--format'"
like "the message says where its own stand" "$err" 'its own stand behind it'
status "an empty command is wrong usage" 2 vnetlab ''
status "a command of terminal codes is wrong usage" 2 vnetlab "$(printf 'a\033[31m')"
like "the message shows the codes as text" "$err" 'a\\x1b\[31m'

status "an unknown option is wrong usage" 2 vnetlab version --qiet
like "the message suggests the option that is nearly it" "$err" "unknown option '--qiet'; did you mean '--quiet'\?"
like "the message shows the command's usage" "$err" '^Usage: vnetlab version'
like "the message names the help to read" "$err" "vnetlab help version"
status "a value that is not one of the fixed ones is wrong usage" 2 vnetlab version -o yaml
like "the message names the fixed values" "$err" "'yaml' is not one of table\|json"
status "a wrong value in the environment is wrong usage, too" 2 env VNETLAB_OUTPUT=yaml "$B/vnetlab" version
like "the message names the variable" "$err" "VNETLAB_OUTPUT: 'yaml'"
status "a variable of the environment sets an option" 0 env VNETLAB_OUTPUT=json "$B/vnetlab" version
json "the option from the environment takes effect" '.version'
status "an argument too many is wrong usage" 2 vnetlab version a
like "the message names the argument" "$err" "unexpected argument 'a'"

for c in $commands; do
	status "help explains $c" 0 vnetlab help "$c"
	like "help of $c shows its usage" "$out" "^Usage: vnetlab $c"
	by_help=$out
	run vnetlab "$c" --help
	is "$c --help prints the same as help" "$rc:$out" "0:$by_help"
done
status "help of a command that is not there is wrong usage" 2 vnetlab help verison
like "the message suggests the nearest command" "$err" "did you mean 'version'\?"

run vnetlab help --man
for c in $commands; do
	like "the manual page has $c" "$out" "^\.SS \"vnetlab $c"
done
# Through a pipe: a shell's variable keeps no NUL.
is "the manual page has no control characters" "$(vnetlab help --man | tr -d '\n' | LC_ALL=C tr -cd '\000-\037\177' | od -An -tx1)" ""
like "the manual page shows an option without a letter" "$out" '^\.B \\-\\-identity '

# A file that is no JSON: where it is wrong.
printf '{\n"name": ' >"$work/half.json"
status "half a file is an invalid design" 3 vnetlab check "$work/half.json"
like "the finding names the file" "$out" "^error TOPO-JSON-01 at $work/half.json"
like "the finding names the place in it" "$out" '^ *line 2, column 8: '

# A design to begin with.
(
	mkdir "$work/My Lab" && cd "$work/My Lab" && exec "$B/vnetlab" init >"$work/init.out"
)
is "init names its files" "$(head -1 "$work/init.out")" "my-lab.vnetlab.json and nva/frr.conf beside it are written. Go on with:"
status "check has nothing against what init writes" 0 vnetlab check --strict "$work/My Lab"
like "check does not remark on it either" "$out" 'my-lab.vnetlab.json: no findings'
before=$(find "$work/My Lab" -type f -exec cksum {} +)
status "init refuses a folder that has a topology" 5 vnetlab init "$work/My Lab" --name other
like "the message names the topology" "$err" 'my-lab.vnetlab.json'
status "init makes a folder" 0 vnetlab init "$work/new/" --name fresh
like "it says how to get there" "$out" "^  cd $work/new/"
rm "$work/new/fresh.vnetlab.json"
status "init refuses to write over an appliance's file" 5 vnetlab init "$work/new"
ok "it writes nothing then" test ! -e "$work/new/new.vnetlab.json"
is "what was there stays" "$(find "$work/My Lab" -type f -exec cksum {} +)" "$before"
status "init where it cannot write fails" 5 vnetlab init /proc/lab
status "a name that no lab can have is wrong usage" 2 vnetlab init "$work/odd" --name 'A b'

# Standard output that does not take it: into $1, with what is behind it already gone.
broken_pipe='
import os, subprocess, sys
r, w = os.pipe()
os.close(r)
sys.exit(subprocess.run([sys.argv[1], "help"], stdout=w).returncode)'
status "a full disk makes the command fail" 5 sh -c '"$0" help >/dev/full' "$B/vnetlab"
like "the message says that there is no space left" "$err" 'cannot write to standard output: No space left'
status "a closed stdout makes the command fail" 5 sh -c '"$0" help >&-' "$B/vnetlab"
status "a broken pipe makes the command fail" 5 python3 -c "$broken_pipe" "$B/vnetlab"
like "the message says that the pipe is broken" "$err" 'cannot write to standard output: Broken pipe'
status "closed stdin and stderr do not matter" 0 sh -c '"$0" version <&- 2>&-' "$B/vnetlab"
done_testing
