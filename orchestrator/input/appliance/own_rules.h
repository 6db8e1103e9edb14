/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of appliance/: a guest's rules of iptables and nft become files that the lab's own tools
 * read (azure/own_filter.h).  A file that they refuse would keep the node from starting, where in
 * Azure a script goes on behind a line that fails: lines with words that not every machine's tools
 * know are not taken. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct own_rules {
	json_t *tables; /* of iptables: name -> {"chains": {name: policy}, "lines": [text]} */
	struct str nft;
};

void own_rules_free(struct own_rules *o);
/* A command of iptables behind its name, or a line of iptables-save in table.  False: it would be a
 * rule, and was not taken. */
bool own_rules_iptables(struct own_rules *o, const char *table, char **w, size_t n);
/* A command of nft behind its name; a whole file for it. */
bool own_rules_nft(struct own_rules *o, char **w, size_t n);
bool own_rules_nft_file(struct own_rules *o, const char *text);
/* {"iptables.rules": text, "nftables.conf": text}, without those that would be empty; names of
 * devices are those of the lab.  New reference. */
json_t *own_rules_files(const struct own_rules *o);
