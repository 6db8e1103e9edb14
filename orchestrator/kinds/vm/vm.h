/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual machines: what of the row (vm.c) is in the other files. */
#pragma once

#include "azure/kind.h"

/* --- nic.c --- */

extern const struct object_def nic_def;
void vm_load_nics(struct loader *l, struct node *vm, json_t *x, const struct jptr *at);

/* --- guest.c --- */

extern const struct object_def bgp_def, guest_route_def;
void vm_load_bgp(struct loader *l, struct node *vm, json_t *x, const struct jptr *at);
void vm_load_guest(struct loader *l, struct node *vm, json_t *x, const struct jptr *at);
