/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/import/priv.h"

const char *im_child_name(struct import *im, struct res *r, const char *what)
{
	_cleanup_free_ char *scope = xasprintf("%s of %s", what, r->parent->key);

	return im_name(im, scope, r, r->name);
}

bool im_has_parent(struct import *im, struct res *r, const char *what)
{
	if (r->parent && r->parent->out)
		return true;
	im_leave_out(im, r, NULL, "its %s is not in the lab", what);
	return false;
}
