/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of appliance/: words of iptables rules that every machine's iptables takes. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* chains: the table's that the script makes, an object by name. */
bool is_iptables_chain(const char *table, const char *chain, const json_t *chains);
/* w: what stands behind "-A CHAIN".  False: iptables may refuse it there. */
bool is_iptables_rule(const char *table, const char *chain, const json_t *chains, char **w,
                      size_t n);
bool word_is_among(const char *w, const char *const *list);
/* An option by its short or its long name. */
bool word_is_spelled(const char *w, const char *brief, const char *full);
