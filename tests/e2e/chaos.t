#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lab that is changed and broken at random is the same as one made on nothing: a moment of `make chaos`.
. "$(dirname "$0")/../lib/tap.sh"
need python3 ip nft bird gobgpd exabgp

for seed in 1 2; do
	ok "the lab of seed $seed equals a fresh one after each step" "$root/tests/chaos/run" $seed 6 --seconds 6 --no-shrink --keep "$work"
done

done_testing
