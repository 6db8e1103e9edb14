/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Are the routes that appliances got from Route Servers of use to them?  A session may be
 * Established while the daemon can resolve none of its next hops.  Daemons are asked as their image
 * says (images/README.md, "routes"), in nobody's way: at the end of an `up`, and for `status`,
 * which has the answer of a second ago where there is one. */
#pragma once

#include "lab/image/image.h"
#include "lab/proc/driver.h"

/* NULL: the plan has no questions. */
struct usable *usable_new(struct driver *d, struct lab_node *n, const struct image_plan *p);
struct usable *usable_free(struct usable *u); /* returns NULL */

enum usable_when {
	USABLE_NOW, /* asks all, and again those that can use none, for a second: routes settle */
	USABLE_RECENT, /* asks those that have not been asked for a second */
};
/* Asks the appliances whose sessions have brought something.  fn is called once all have answered,
 * or after timeout_ms; perhaps at once. */
void usable_ask(struct driver *d, enum usable_when when, unsigned timeout_ms, void (*fn)(void *ctx),
                void *ctx);
void usable_ask_cancel(struct driver *d, void *ctx);

/* {"usable": 0, "unusable": 2}, as the daemon counted when it was asked last; null: it was not. */
json_t *usable_json(const struct lab_node *n);
/* Why its sessions bring nothing, as the image's words have it; NULL: nothing is known of that. */
const char *usable_muted(const struct lab_node *n);
/* Adds a sentence for each appliance that can use none of what it got: what, why, and a cure. */
void usable_say(const struct driver *d, json_t *list);
/* And for each whose sessions bring nothing. */
void usable_say_muted(const struct driver *d, json_t *list);
