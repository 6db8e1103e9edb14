#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion in real shells.
. "$(dirname "$0")/../lib/tap.sh"

cp "$topologies/route-server/route-server.vnetlab.json" "$work"
cd "$work" || exit 1
PATH=$B:$PATH

status "completion offers names of the only topology here" 0 vnetlab completion --complete -- graph --format svg -n ''
status "a shell that is not known is wrong usage" 2 vnetlab completion tcsh
status "a missing shell is wrong usage" 2 vnetlab completion

# --- bash
vnetlab completion bash >bash.sh
ok "bash takes the script without a syntax error" bash -n bash.sh
in_bash() {
	bash -c '. ./bash.sh; COMP_WORDS=(vnetlab "$@"); COMP_CWORD=$#; _vnetlab; printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}
run in_bash vers
is "bash completes a command" "$out" version
run in_bash version --output ''
is "bash completes values of an option" "$out" "$(printf 'table\njson')"
run in_bash version --output = js
is "bash completes values behind =" "$out" json
run in_bash check ''
like "bash completes files" "$out" '^route-server\.vnetlab\.json$'

# --- fish
if command -v fish >/dev/null; then
	vnetlab completion fish >fish.fish
	in_fish() {
		HOME=$work fish --no-config -c 'source fish.fish; complete -C $argv[1]' -- "$1"
	}
	run in_fish 'vnetlab vers'
	like "fish completes a command and shows its help" "$out" '^version	prints the version'
	run in_fish 'vnetlab version --output '
	is "fish completes values of an option" "$out" "$(printf 'json\ntable')"
	run in_fish 'vnetlab check rou'
	like "fish completes files" "$out" '^route-server\.vnetlab\.json'
fi

# --- zsh, whose completion system is replaced by functions that print
if command -v zsh >/dev/null; then
	vnetlab completion zsh >_vnetlab
	ok "zsh takes the script without a syntax error" zsh -n _vnetlab
	in_zsh() {
		zsh -f -c '
			compdef() { }
			_describe() { print -rl -- "${(@P)2}" }
			_files() { print -r -- FILES }
			source ./_vnetlab
			words=(vnetlab "$@") CURRENT=$(( $# + 1 ))
			_vnetlab' - "$@"
	}
	run in_zsh vers
	is "zsh completes a command and shows its help" "$out" 'version:prints the version'
	run in_zsh version --output ''
	is "zsh completes values of an option" "$out" "$(printf 'table\njson')"
	run in_zsh check ''
	is "zsh completes files" "$out" FILES
fi
done_testing
