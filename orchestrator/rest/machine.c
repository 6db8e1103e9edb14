/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/machine.h"

#include "base/finding.h"
#include "base/str.h"
#include "input/import/import.h"
#include "input/resources.h"

static const char MACHINE[] = "microsoft.compute/virtualmachines";
static const char IMAGE_TAG[] = "vnetlab-image";

/* "IMAGE[:FILE]" of --node VM=IMAGE[:FILE]; NULL: it says nothing of this one. */
static const char *said_of(const struct store *s, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; s->images && s->images[i]; i++)
		if (strncasecmp(s->images[i], name, n) == 0 && s->images[i][n] == '=')
			return s->images[i] + n + 1;
	return NULL;
}

/* "IMAGE" of the machine's own tag, which names no file: a client may not have those of who serves.
 * NULL: there is none. */
static const char *image_of_tag(const json_t *vm)
{
	const char *tag =
	    json_string_value(json_object_get(json_object_get(vm, "tags"), IMAGE_TAG));

	return tag && *tag && !strpbrk(tag, ":/") ? tag : NULL;
}

/* Extensions and run commands. */
static json_t *children_of(const struct store *s, const char *key)
{
	_cleanup_free_ char *below = xasprintf("%s/", key);
	json_t *list = json_array(), *r;
	const char *k;

	json_object_foreach (s->resources, k, r)
		if (str_starts(k, below))
			json_array_append(list, r);
	return list;
}

static void decide_for(struct store *s, const char *key)
{
	_cleanup_findings_ struct findings f = { 0 }; /* the importer tells them again */
	json_t *vm = json_object_get(s->resources, key);
	const char *name = json_string_value(json_object_get(vm, "name"));

	if (!vm || !name)
		return;
	const char *said = said_of(s, name);
	json_t *children = children_of(s, key);
	json_t *guest = import_guest(vm, children, said ? said : image_of_tag(vm), &f);

	json_decref(children);
	store_hide(s, key, "machine", guest);
}

void machine_decide(struct store *s, const struct rest_id *id)
{
	if (strieq(id->type, MACHINE)) {
		decide_for(s, id->key);
	} else if (id->parent && strncasecmp(id->type, MACHINE, strlen(MACHINE)) == 0) {
		_cleanup_free_ char *key = resource_key(id->parent);

		decide_for(s, key);
	}
}

json_t *machines_given(const struct store *s)
{
	json_t *given = json_object(), *hidden;
	const char *key;

	json_object_foreach (s->hidden, key, hidden) {
		json_t *machine = json_object_get(hidden, "machine");

		if (machine)
			json_object_set(given, key, machine);
	}
	return given;
}

bool machine_is_off(const struct store *s, const char *key)
{
	const char *power = json_string_value(store_hidden(s, key, "powerState"));

	return power && !streq(power, "running");
}
