/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Virtual Network Manager: what its connectivity configurations deploy.  A mesh is a
 * connected group; hub and spoke is peerings, and with groupConnectivity DirectlyConnected a
 * connected group of the spokes besides.  Only members that are named one by one are known:
 * policies choose others. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

#define MANAGER NET "networkmanagers/"

/* The names of the networks that are static members of a group.  New reference. */
static json_t *names_of_members(struct import *im, const struct res *r, const char *group_id)
{
	const struct res *group = im_ref(im, r, group_id, "network group");
	json_t *list = json_array();
	struct res *m;

	IM_EACH(im, m, MANAGER "networkgroups/staticmembers")
	{
		const char *id = m->parent == group ? arm_str(m->j, "resourceId") : NULL;
		const char *lab = id ? im_lab(im, m, id, "virtual network") : NULL;

		if (lab)
			json_array_append_new(list, json_string(lab));
	}
	if (group && !json_array_size(list))
		im_note(im, SEV_WARNING, "IMPORT-AVNM-01", group,
		        "name its members one by one, as static members",
		        "network group \"%s\" has no static members: whom its policy chooses is "
		        "not known",
		        group->name);
	return list;
}

static void import_connected_group(struct import *im, const struct res *r, json_t *members_of,
                                   const json_t *applies)
{
	if (!json_array_size(members_of))
		return;
	json_t *obj = json_pack("{s:O}", "virtualNetworks", members_of);

	put_bool(obj, "isGlobal", arm_bool(applies, "isGlobal", false), false);
	put_str(obj, "source", r->source);
	im_set_in(im->topology, "connectedGroups", im_name(im, "connectedGroups", r, r->name), obj);
}

/* An export has the peering already. */
static bool is_peered(const json_t *vnet, const char *with)
{
	const char *name;
	json_t *p;

	json_object_foreach (json_object_get(vnet, "peerings"), name, p)
		if (strieq(json_string_value(json_object_get(p, "remoteVirtualNetwork")), with))
			return true;
	return false;
}

static void put_managed_peering(struct import *im, const struct res *r, const char *from,
                                const char *to, bool hub, bool gateway)
{
	json_t *vnets = json_object_get(im->topology, "virtualNetworks");
	json_t *vnet = json_object_get(vnets, from);

	if (!vnet || is_peered(vnet, to))
		return;
	_cleanup_free_ char *scope = xasprintf("manager's peerings of %s", from);
	json_t *obj =
	    json_pack("{s:s, s:b}", "remoteVirtualNetwork", to, "allowForwardedTraffic", 1);

	put_bool(obj, hub ? "allowGatewayTransit" : "useRemoteGateways", gateway, false);
	put_str(obj, "source", r->source);
	im_set_in(vnet, "peerings", im_new_name(im, scope, r, arena_printf(im->a, "ANM_%.70s", to)),
	          obj);
}

static void hub_and_spoke(struct import *im, const struct res *r, json_t *spokes,
                          const json_t *applies)
{
	const char *hub =
	    im_lab(im, r, arm_str(json_array_get(arm_list(r->j, "hubs"), 0), "resourceId"),
	           "virtual network");
	bool gateway = arm_bool(applies, "useHubGateway", false);
	json_t *v;
	size_t i;

	json_array_foreach (spokes, i, v) {
		const char *spoke = json_string_value(v);

		if (!hub || strieq(hub, spoke))
			continue;
		put_managed_peering(im, r, hub, spoke, true, gateway);
		put_managed_peering(im, r, spoke, hub, false, gateway);
	}
}

static void read_configuration(struct import *im, struct res *r)
{
	const char *topology = arm_str(r->j, "connectivityTopology");
	json_t *v;
	size_t i;

	json_array_foreach (arm_list(r->j, "appliesToGroups"), i, v) {
		json_t *list = names_of_members(im, r, arm_str(v, "networkGroupId"));
		const char *inside = arm_str(v, "groupConnectivity");

		if (topology && strieq(topology, "HubAndSpoke"))
			hub_and_spoke(im, r, list, v);
		if (!topology || strieq(topology, "Mesh") ||
		    (inside && strieq(inside, "DirectlyConnected")))
			import_connected_group(im, r, list, v);
		json_decref(list);
	}
	im_note(
	    im, SEV_INFO, "IMPORT-AVNM-02", r, NULL,
	    "connectivity configuration \"%s\" is taken as deployed: Azure applies it once it is "
	    "committed to the networks' regions",
	    r->name);
}

const struct import_type connected_group_imports[] = {
	{ IMPORT_READ(NET "networkmanagers/connectivityconfigurations", NULL),
	  .read = read_configuration },
	{ IMPORT_PART(NET "networkmanagers", "connectivity configurations"),
	  .provider = PROVIDER{ ARM_NET "networkManagers" } },
	{ IMPORT_PART(NET "networkmanagers/networkgroups", "connectivity configurations") },
	{ IMPORT_PART(NET "networkmanagers/networkgroups/staticmembers",
	              "connectivity configurations") },
	{ IMPORT_IGNORED(NET "networkmanagers/scopeconnections", WHY_RIGHTS) },
	{ IMPORT_MISSING(
	    NET "networkmanagers/",
	    "what a network manager deploys besides peerings and meshes is not emulated") },
	{ 0 },
};
