/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of a firewall's import. */
#pragma once

#include "input/import/priv.h"

/* The texts and numbers of a list, as texts; words: as ARM spells them, or NULL.  New reference. */
json_t *firewall_texts(const json_t *list, const char *const *words);
/* to[key] = list, which it takes, unless that is empty. */
void firewall_put_list(json_t *to, const char *key, json_t *list);
/* to["rules"], of a collection; r: for findings. */
void firewall_put_rules(struct import *im, const struct res *r, json_t *to, const json_t *rules,
                        bool nat);
/* The collections of a classic firewall r into fw, and those of a policy with its base policy's. */
void firewall_put_own(struct import *im, const struct res *r, json_t *fw);
void firewall_put_policy(struct import *im, const struct res *policy, json_t *fw);
