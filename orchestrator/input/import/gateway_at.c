/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/import/priv.h"

struct res *im_gateway_at(struct import *im, const char *ip)
{
	struct res *c;

	IM_EACH(im, c, NET "virtualnetworkgateways/ipconfigurations")
	{
		const char *id = arm_id(c->j, "publicIPAddress");
		struct res *pip = id ? im_find(im, id) : NULL;

		if (ip && pip && c->parent && c->parent->out &&
		    streq(arm_str(pip->j, "ipAddress"), ip))
			return c->parent;
	}
	return NULL;
}
