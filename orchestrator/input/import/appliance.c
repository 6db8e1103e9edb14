#include "input/import/appliance.h"

#include "input/import/priv.h"

static void note(json_t *result, const char *severity, const char *rule, const char *text,
                 const char *hint)
{
	json_array_append_new(json_object_get(result, "notes"),
	                      json_pack("{s:s, s:s, s:s, s:s?}", "severity", severity, "rule", rule,
	                                "text", text, "hint", hint));
}

static bool is_windows(const json_t *vm)
{
	const char *os = arm_str(vm, "storageProfile.osDisk.osType");
	const char *publisher = arm_str(vm, "storageProfile.imageReference.publisher");

	return (os && strieq(os, "Windows")) || arm_get(vm, "osProfile.windowsConfiguration") ||
	       (publisher && str_starts(publisher, "MicrosoftWindows"));
}

json_t *appliance_of(const json_t *vm, const struct appliance_facts *facts)
{
	json_t *result = json_pack("{s:s, s:[]}", "image", "host", "notes");

	if (facts->bgp_peer) {
		json_object_set_new(result, "image", json_string("frr"));
		json_object_set_new(
		    result, "bgp",
		    json_pack("{s:I, s:[]}", "asn", (json_int_t)facts->peer_asn, "advertise"));
		note(result, "warning", "IMPORT-GUEST-01",
		     "is a BGP peer of a Route Server; its configuration is not in the design, so "
		     "one "
		     "is generated that announces nothing",
		     "--node VM=frr:FILE gives it its own configuration");
		return result;
	}
	if (!facts->forwards && (facts->next_hop || facts->vendor_image))
		note(result, "info", "IMPORT-GUEST-02",
		     facts->next_hop ? "is the next hop of a route, and none of its NICs has "
		                       "enableIPForwarding: "
		                       "it forwards nothing"
		                     : "has the image of an appliance, and none of its NICs has "
		                       "enableIPForwarding: it is a host in the lab",
		     NULL);
	/* What a machine that was just made answers to. */
	json_object_set_new(result, "listen",
	                    json_pack("[s]", is_windows(vm) ? "tcp/3389" : "tcp/22"));
	return result;
}
