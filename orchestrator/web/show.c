/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes what pages show of a lab. */
#include "base/str.h"
#include "web/priv.h"
#include "web/view.h"

static bool take_if_other(char **have, char *fresh)
{
	if (streq(*have, fresh)) {
		free(fresh);
		return false;
	}
	free(*have);
	*have = fresh;
	return true;
}

void web_lab_show(struct web_lab *l)
{
	json_t *tile = view_tile(l);
	bool picture = take_if_other(&l->picture, view_picture(l));
	bool details = take_if_other(&l->details, view_details(l));

	if (!json_equal(tile, l->tile)) {
		json_decref(l->tile);
		l->tile = json_incref(tile);
		stream_send(l->web, NULL, "tile", tile);
	}
	json_decref(tile);
	if (!picture && !details)
		return;
	json_t *shown = json_object();

	if (picture)
		json_object_set_new(shown, "picture",
		                    l->picture ? json_string(l->picture) : json_null());
	if (details)
		json_object_set_new(shown, "details", json_string(l->details));
	json_object_set_new(shown, "names", view_names(l));
	stream_send(l->web, l, "lab", shown);
	json_decref(shown);
}
