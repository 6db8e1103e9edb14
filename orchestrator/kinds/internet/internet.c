/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The outside of a lab: hosts of the Internet that answer. */
#include <string.h>

#include "azure/kind.h"
#include "input/load.h"

static const struct object_def internet = {
	"internet", "internet", NULL,
	(const struct field[]){ { .name = "hosts",
	                          .type = T_MAP,
	                          .apart = "internetHost",
	                          .shows = SHOWS_IN_FABRIC,
	                          .item = T_IP,
	                          .help =
	                              "Hosts of the Internet that answer, by name. Always there: "
	                              "8.8.8.8 and 203.0.113.10." },
	                        END }
};

static void load_internet(struct loader *l, void *obj, json_t *y, const struct jptr *at)
{
	struct model *m = l->m;
	json_t *map = json_object_get(y, "hosts"), *x;
	const char *key;
	struct internet_host *all =
	    arena_array(l->a, m->n_internet + json_object_size(map), sizeof(*all));
	size_t fixed = m->n_internet;

	(void)obj;
	memcpy(all, m->internet, m->n_internet * sizeof(*all));
	m->internet = all;
	json_object_foreach (map, key, x) {
		size_t i = 0;
		ip4 ip;

		if (!json_is_string(x) || ip4_parse(json_string_value(x), &ip) < 0)
			continue;
		while (i < m->n_internet && all[i].ip != ip)
			i++;
		if (i < m->n_internet && i >= fixed)
			load_error(l, "INET-HOST-02", NULL,
			           load_ptr(l, JPTR(JPTR(at, "hosts"), key)),
			           "give it another address", "%s is the address of \"%s\" already",
			           IP4_STR(ip), all[i].name);
		else
			all[i] = (struct internet_host){ arena_strdup(l->a, key), ip };
		m->n_internet += i == m->n_internet;
	}
}

const struct kind kind_internet = {
	.key = "internet",
	.what = "internet",
	.help = "What there is outside.",
	.object = &internet,
	.single = true,
	.place = 210,
	.load = load_internet,
};
