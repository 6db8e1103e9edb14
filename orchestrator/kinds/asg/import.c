/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Application security groups as ARM and azurerm have them. */
#include "input/import/priv.h"
#include "input/terraform/types.h"

static void read_application_group(struct import *im, struct res *r)
{
	im_put(im, r->row->map, r, json_object());
}

static const struct tf_type tf_application_groups[] = {
	{ "azurerm_application_security_group", ARM_NET "applicationSecurityGroups",
	  .attrs = TF_ATTRS{ { 0 } } },
	{ 0 },
};

const struct import_type asg_imports[] = {
	{ IMPORT_READ(NET "applicationsecuritygroups", "applicationSecurityGroups"),
	  .provider = PROVIDER{ ARM_NET "applicationSecurityGroups",
	                        .in_use = "InUseApplicationSecurityGroupCannotBeDeleted" },
	  .terraform = tf_application_groups, .read = read_application_group },
	{ 0 },
};
