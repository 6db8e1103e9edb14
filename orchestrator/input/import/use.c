/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/import/priv.h"

const char *im_use(struct import *im, const struct res *r, const char *id, const char *what)
{
	struct res *to = im_ref(im, r, id, what);

	if (!to || to->left_out || !to->lab)
		return NULL;
	if (!to->out)
		to->row->read(im, to);
	return to->left_out ? NULL : to->lab;
}
