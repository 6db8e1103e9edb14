/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resources as ARM knows them (input/resources.h) -> a topology file (interfaces.md, section 1).
 *
 * Every object of the topology has a "source": its place in the file that it comes from.  What is
 * not understood, not emulated, renamed or left out is a finding; nothing is dropped in silence. */
#pragma once

#include <jansson.h>

#include "base/finding.h"

struct import_options {
	const char *from;          /* the file or folder, for texts; may be NULL */
	const char *folder;        /* of the template, for scripts that lie there; may be NULL */
	const char *name;          /* of the lab; may be NULL */
	const char *const *images; /* "VM=image[:file]", NULL-terminated; may be NULL */
	/* What is not among the resources does not exist, so that nothing stands for it. */
	bool all_there;
	/* {resource_key() of an id: name in the lab}, of designs before this one: who has one keeps
	 * it.  What gets a name is added, what is not among the resources goes.  NULL: all are new.
	 */
	json_t *names;
	/* {resource_key() of a virtual machine: what runs in it, as import_guest() says}, which is
	 * then not guessed from what is around it; NULL: none is given. */
	json_t *guests;
};

/* {"topology": {...}, "files": {"path": "text"}, "coverage": [...]}; new reference.  "files" are
 * the appliances' configurations that the topology names. */
json_t *import_design(json_t *resources, const struct import_options *o, struct findings *f);

/* Decides what runs in a virtual machine by what it says of itself: its customData, userData and
 * image; its extensions and run commands (children: an array of resources, or NULL). node, when it
 * is not NULL, knows better: "IMAGE" or "IMAGE:FILE", as --node.
 *
 * {"image": "frr", "files": {"frr.conf": "text"}, "routes", "loopbacks", "sourceNat",
 *  "sourceNatExcept", "listen", "notes": [{"severity": "warning|info", "rule", "text", "hint"}]};
 * all but image, files and notes are optional.  New reference; NULL with findings. */
json_t *import_guest(json_t *vm, json_t *children, const char *node, struct findings *f);

/* "fates": [{"name", "type", "how": as below, or "leftOut", "becomes": "/virtualNetworks/hub",
 * "why", "source"}], each resource in the order of the files; what is not said is not there.
 *
 * "coverage": [{"type", "resources", "how": "read|part|ignored|unsupported|unknown", "leftOut": 0,
 * "packets": true, "why": null|"..."}], what was not understood first. */

/* JSON for people: a map has a line for each entry where it fits, keys in their order.  The caller
 * frees. */
char *import_text(const json_t *topology);
