/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names for the topology. */
#include <ctype.h>
#include <stdio.h>

#include "input/import/priv.h"
#include "schema/schema.h"

/* name with its illegal characters replaced, at most 80 long.  Nearly every name of Azure is
 * legal. */
static const char *make_legal_name(struct import *im, const char *name)
{
	char *s = arena_strdup(im->a, *name ? name : "unnamed");

	if (strlen(s) > 80)
		s[80] = 0;
	for (char *c = s; *c; c++)
		if (!isascii(*c) || (!isalnum((unsigned char)*c) && !strchr("_.-", *c)))
			*c = '-';
	return isalnum((unsigned char)*s) ? s : arena_printf(im->a, "x%.79s", s);
}

static bool claim_name(struct import *im, const char *scope, const char *name)
{
	_cleanup_free_ char *key = xasprintf("%s/%s", scope, name);

	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (json_object_get(im->names, key))
		return false;
	json_object_set_new(im->names, key, json_true());
	return true;
}

/* 2, 3, ... for each further use of base. */
static unsigned next_number_of_name(struct import *im, const char *scope, const char *base)
{
	_cleanup_free_ char *key = xasprintf("number %s/%s", scope, base);
	json_t *n = json_object_get(im->names, key);

	if (!n) {
		n = json_integer(1);
		json_object_set_new(im->names, key, n);
	}
	json_integer_set(n, json_integer_value(n) + 1);
	return (unsigned)json_integer_value(n);
}

const char *im_name(struct import *im, const char *scope, const struct res *r, const char *name)
{
	const char *base = make_legal_name(im, name), *s = base;

	if (!streq(base, name))
		im_note(im, SEV_INFO, "IMPORT-NAME-01", r, NULL,
		        "\"%s\" is called \"%s\" in the lab: its name has characters that names "
		        "there cannot have",
		        name, base);
	if (claim_name(im, scope, s))
		return s;
	if (r && *r->group)
		s = make_legal_name(im, arena_printf(im->a, "%.60s-%s", base, r->group));
	while (streq(s, base) || !claim_name(im, scope, s))
		s = make_legal_name(im, arena_printf(im->a, "%.70s-%u", base,
		                                     next_number_of_name(im, scope, base)));
	im_note(im, SEV_INFO, "IMPORT-NAME-02", r, NULL,
	        "there are several called \"%s\": this one is \"%s\" in the lab", base, s);
	return s;
}

void im_set_in(json_t *obj, const char *key, const char *name, json_t *value)
{
	json_t *map = json_object_get(obj, key);

	if (!map) {
		map = json_object();
		json_object_set_new(obj, key, map);
	}
	json_object_set_new(map, name, value);
}

void im_put(struct import *im, const char *kind, struct res *r, json_t *obj)
{
	im_set_in(im->topology, kind, r->lab, obj);
	r->out = obj;
}

const char *im_lab(struct import *im, const struct res *r, const char *id, const char *what)
{
	const struct res *to = im_ref(im, r, id, what);

	/* That `to` is left out is reported already. */
	return to && !to->left_out ? to->lab : NULL;
}

const char *im_subnet(struct import *im, const struct res *r, const char *id)
{
	const struct res *to = im_ref(im, r, id, "subnet");

	if (!to || to->left_out || !to->out || !to->parent || !to->parent->lab)
		return NULL;
	return arena_printf(im->a, "%s/%s", to->parent->lab, to->lab);
}
