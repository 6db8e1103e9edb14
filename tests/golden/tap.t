#!/bin/sh
# Conditions about JSON: silence is no yes, whatever jq makes of it.
. "$(dirname "$0")/../lib/tap.sh"

ok "a yes" holds .a echo '{"a": true}'
not_ok "a no" holds .a echo '{"a": false}'
not_ok "nothing of that name" holds .b echo '{"a": true}'
not_ok "a command that says nothing" holds .a true
not_ok "one that fails" holds 'all(.a[]; . == 1)' false
not_ok "no JSON" holds . echo 'no lab runs'
ok "several texts, the last one counts" holds .a printf '{"a": false}\n{"a": true}\n'
not_ok "an event of a lab that is not there" event true
done_testing
