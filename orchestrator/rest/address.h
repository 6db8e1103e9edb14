/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that Azure gives, fixed in the store as soon as a resource has a place: the lowest free
 * one of a subnet from its base + 4 on, and public ones from 20.100.0.4 on. */
#pragma once

#include <jansson.h>

#include "rest/store.h"

/* Gives addresses to the resource, which is not in s yet, and to its children.  One that is there
 * stays; where none is free, none is given: the design's check says so. */
void addresses_give(struct store *s, const char *type, json_t *resource);
/* The store has a resource instead of another one; either may be NULL: what is taken, s->taken,
 * follows. */
void addresses_note(struct store *s, const json_t *old, const json_t *new);
void addresses_forget(struct store *s); /* some have gone */
