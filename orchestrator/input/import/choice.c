/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/import/choice.h"

#include "input/appliance/appliance.h"
#include "input/import/priv.h"

static void add_guest_note(json_t *result, const char *severity, const char *rule, const char *text,
                           const char *hint)
{
	json_array_append_new(json_object_get(result, "notes"),
	                      json_pack("{s:s, s:s, s:s, s:s?}", "severity", severity, "rule", rule,
	                                "text", text, "hint", hint));
}

bool import_is_windows(const json_t *vm)
{
	const char *os = arm_str(vm, "storageProfile.osDisk.osType");
	const char *publisher = arm_str(vm, "storageProfile.imageReference.publisher");

	return (os && strieq(os, "Windows")) || arm_get(vm, "osProfile.windowsConfiguration") ||
	       (publisher && str_starts(publisher, "MicrosoftWindows"));
}

/* Copies to result what appliance_read() found.  True: an image and its files are among it. */
static bool take_inside(json_t *result, const json_t *found)
{
	static const char *const keys[] = { "routes", "loopbacks", "sourceNat", "sourceNatExcept" };
	json_t *config = json_object_get(found, "config"), *v;
	size_t i;

	json_array_foreach (json_object_get(found, "notes"), i, v)
		add_guest_note(result, "info", "IMPORT-GUEST-03", json_string_value(v), NULL);
	json_array_foreach (json_object_get(found, "warnings"), i, v)
		add_guest_note(result, "warning", "IMPORT-GUEST-03", json_string_value(v), NULL);
	for (i = 0; i < ARRAY_LEN(keys); i++) {
		v = json_object_get(found, keys[i]);
		if (json_is_true(v) || json_array_size(v) ||
		    (v && streq(keys[i], "sourceNatExcept")))
			json_object_set(result, keys[i], v);
	}
	json_t *files = json_copy(json_object_get(found, "filters"));

	files = files ? files : json_object();
	bool inside = json_object_get(found, "image") && json_object_size(config);

	if (inside) {
		json_object_set(result, "image", json_object_get(found, "image"));
		json_object_update(files, config);
	}
	json_object_set_new(result, "files", files);
	return inside;
}

json_t *choose_guest(json_t *vm, json_t *children, const char *folder, const struct guest_facts *f)
{
	const struct appliance_source source = { vm, children, folder };
	json_t *result = json_pack("{s:s, s:[]}", "image", "host", "notes");
	json_t *found = appliance_read(&source);
	bool inside = take_inside(result, found);

	json_decref(found);
	/* The ports that a fresh machine of the platform listens on. */
	json_object_set_new(result, "listen",
	                    json_pack("[s]", import_is_windows(vm) ? "tcp/3389" : "tcp/22"));
	if (inside)
		return result;
	if (f->bgp_peer) {
		json_object_set_new(result, "image", json_string("frr"));
		json_object_set_new(
		    result, "bgp",
		    json_pack("{s:I, s:[]}", "asn", (json_int_t)f->peer_asn, "advertise"));
		/* The appliance needs a route to RouteServerSubnet: else the network's own
		 * prefix, which the Route Server announces, hides it. */
		if (!json_object_get(result, "routes") && *f->rs_prefix)
			json_object_set_new(
			    result, "routes",
			    json_pack("[{s:s, s:s}]", "prefix", f->rs_prefix, "via", f->rs_via));
		add_guest_note(
		    result, "warning", "IMPORT-GUEST-01",
		    "is a BGP peer of a Route Server; its configuration is not in the design, so "
		    "one "
		    "is generated that announces nothing",
		    "--node VM=frr:FILE gives it its own configuration");
	} else if (!f->forwards && (f->next_hop || f->vendor_image || f->named_so)) {
		const char *why = f->next_hop       ? "is the next hop of a route"
		                  : f->vendor_image ? "has the image of an appliance"
		                                    : "is called like an appliance";
		_cleanup_free_ char *text = xasprintf(
		    "%s, and none of its NICs has enableIPForwarding: it forwards nothing", why);

		add_guest_note(result, "info", "IMPORT-GUEST-02", text, NULL);
	}
	return result;
}
