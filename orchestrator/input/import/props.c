/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties of the types that move packets: read, harmless, or missing in the lab.  One that no
 * list of its type's row has is reported as not understood, once for each type. */
#include "input/import/priv.h"

/* Members of a resource beside "properties", where az has the properties, too. */
static const char envelope[] =
    " id name type location tags etag sku kind zones resourceGroup resourceGroupName identity plan "
    "apiVersion "
    "dependsOn extendedLocation source managedBy managedByExtended systemData provisioningState "
    "comments scope subscriptionId tenantId resourceGuid properties copy condition existing ";

/* Properties that Azure writes into what it has made, and that some clients write of the envelope.
 */
static const char written[] =
    " provisioningState resourceGuid etag uniqueId timeCreated createdTime changedTime systemData "
    "id "
    "name type location tags zones resourceGroup subscriptionId tenantId ";

static bool is_word_of(const char *list, const char *name)
{
	size_t n = strlen(name), len;

	/* An empty name is in no list. */
	for (const char *p = list + 1; n && *p; p += len + 1) {
		len = strcspn(p, " ");
		if (len == n && strncasecmp(p, name, n) == 0)
			return true;
	}
	return false;
}

/* False for null, false, 0, "", "Disabled", [] and {}. */
static bool says_something(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return json_object_size(v) > 0;
	case JSON_ARRAY:
		return json_array_size(v) > 0;
	case JSON_STRING:
		return *json_string_value(v) && !strieq(json_string_value(v), "None") &&
		       !strieq(json_string_value(v), "Disabled") &&
		       !strieq(json_string_value(v), "false");
	case JSON_INTEGER:
		return json_integer_value(v) != 0;
	default:
		return json_is_true(v);
	}
}

/* Does the object have "enabled": false? */
static bool is_off(const json_t *v)
{
	const json_t *enabled = json_object_get(v, "enabled");

	return enabled && !says_something(enabled);
}

static void check_property(struct import *im, const struct res *r, const char *key, const json_t *v)
{
	if (!says_something(v) || is_off(v) || is_word_of(r->row->known, key))
		return;
	for (const struct import_lack *m = r->row->missing; m && m->name; m++)
		if (strieq(m->name, key)) {
			/* Terraform's are lists of blocks. */
			if (m->when && json_is_object(v) &&
			    !(arm_get(v, m->when) && says_something(arm_get(v, m->when))))
				return;
			im_note(im, SEV_WARNING, "IMPORT-PROP-02", r, NULL,
			        "\"%s\" of \"%s\" is not emulated: %s", m->name, r->name, m->why);
			return;
		}
	_cleanup_free_ char *seen = xasprintf("property %s/%s", r->type, key);

	if (json_object_get(im->names, seen))
		return;
	json_object_set_new(im->names, seen, json_true());
	im_note(im, SEV_INFO, "IMPORT-PROP-01", r, NULL, "property \"%s\" of %s is not understood",
	        key, r->type);
}

void im_props(struct import *im)
{
	for (size_t i = 0; i < im->n; i++) {
		const struct res *r = im->v[i];
		json_t *v;
		const char *key;

		if (!r->out || !r->row->known)
			continue;
		json_object_foreach (json_object_get(r->j, "properties"), key, v)
			if (!is_word_of(written, key))
				check_property(im, r, key, v);
		json_object_foreach (r->j, key, v)
			if (!is_word_of(envelope, key))
				check_property(im, r, key, v);
	}
}
