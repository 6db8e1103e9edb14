/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Networks, route tables and security groups that a file puts something into, or peers with, and
 * that are deployed by another file: one with what is known of it stands in its place. */
#include "input/import/priv.h"
#include "input/resources.h"

#define HINT "give the folder of all files, or what deploys it, too"

/* 198.18.0.0/15 is for benchmarks (RFC 2544), so that no design has it. */
enum { FIRST_MADE_UP = 0xc6120000, MADE_UP_LEN = 24, MAX_MADE_UP = 512 };

static json_t *make_up_prefixes(struct import *im)
{
	struct prefix p = { FIRST_MADE_UP + (im->n_made_up++ % MAX_MADE_UP << (32 - MADE_UP_LEN)),
		            MADE_UP_LEN };

	return json_pack("[s]", PREFIX_STR(p));
}

/* The prefixes of the subnets that the file puts into a network. */
static json_t *subnet_prefixes(struct import *im, const char *key)
{
	json_t *list = json_array();
	struct res *s;

	IM_EACH(im, s, NET "virtualnetworks/subnets")
	{
		const char *one = arm_str(s->j, "addressPrefix");
		json_t *v;
		size_t i;

		if (!s->parent_key || !streq(s->parent_key, key))
			continue;
		if (one && arm_family(one) == 1)
			json_array_append_new(list, json_string(one));
		json_array_foreach (arm_list(s->j, "addressPrefixes"), i, v)
			if (json_is_string(v) && arm_family(json_string_value(v)) == 1)
				json_array_append(list, v);
	}
	return list;
}

struct res *im_make_up_network(struct import *im, const struct res *r, const char *id,
                               json_t *prefixes)
{
	_cleanup_free_ char *key = resource_key(id);
	bool known = json_array_size(prefixes);

	if (!known) {
		json_decref(prefixes);
		prefixes = subnet_prefixes(im, key);
	}
	bool guessed = !json_array_size(prefixes);

	if (guessed) {
		json_decref(prefixes);
		prefixes = make_up_prefixes(im);
	}
	const char *space = json_string_value(json_array_get(prefixes, 0));
	json_t *j =
	    json_pack("{s:{s:{s:o}}}", "properties", "addressSpace", "addressPrefixes", prefixes);
	struct res *to = im_add_made_up(im, id, r->source, j);

	if (!to)
		return NULL;
	if (known)
		im_note(im, SEV_INFO, "IMPORT-REF-03", r, "export it too, if its machines matter",
		        "virtual network \"%s\" is not among the resources: one with its address "
		        "space and no machines stands for it",
		        to->name);
	else if (guessed)
		im_note(im, SEV_WARNING, "IMPORT-REF-04", r, HINT,
		        "virtual network \"%s\" is deployed elsewhere, and its address space is "
		        "not known: an empty one with %s, which is made up, stands for it",
		        to->name, space);
	else
		im_note(im, SEV_INFO, "IMPORT-REF-06", r, HINT,
		        "virtual network \"%s\" is deployed elsewhere: one with the prefixes of "
		        "the subnets that are put into it here stands for it",
		        to->name);
	return to;
}

/* ".../virtualNetworks/hub/subnets/x" -> ".../virtualNetworks/hub", in its own letters. */
static const char *make_parent_id(struct import *im, const struct res *r)
{
	char *id = arena_strdup(im->a, r->id);

	for (int i = 0; i < 2; i++) {
		char *slash = strrchr(id, '/');

		if (!slash)
			return NULL;
		*slash = 0;
	}
	return id;
}

static struct res *make_up_parent(struct import *im, const struct res *r)
{
	const char *id = make_parent_id(im, r);
	_cleanup_free_ char *type = resource_type(r->parent_key);
	const struct import_type *row = type ? import_type_find(im, type) : NULL;

	if (!id || !row || !row->made_up || id[strlen(id) - 1] == '/')
		return NULL;
	struct res *to = im_find_like(im, r, id, row->made_up);

	if (to)
		return to;
	if (streq(type, NET "virtualnetworks"))
		return im_make_up_network(im, r, id, NULL);
	to = im_add_made_up(im, id, r->source, json_object());
	if (to)
		im_note(im, SEV_INFO, "IMPORT-REF-06", r, HINT,
		        "%s \"%s\" is deployed elsewhere: one with what this file puts into it "
		        "stands for it",
		        row->made_up, to->name);
	return to;
}

void im_make_up_parents(struct import *im)
{
	size_t n = im->n;

	if (!im_first(im, NET "virtualnetworks"))
		return; /* it deploys none at all: there is nothing to be beside */
	for (size_t i = 0; i < n; i++) {
		struct res *r = im->v[i], **last;

		if (r->parent || !r->parent_key || r->row->how == TYPE_UNKNOWN)
			continue;
		r->parent = make_up_parent(im, r);
		if (!r->parent)
			continue;
		for (last = &r->parent->child; *last;)
			last = &(*last)->sibling;
		*last = r;
	}
}
