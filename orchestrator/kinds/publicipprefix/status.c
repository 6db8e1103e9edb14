/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public IP prefixes: what `status` tells. */
#include "base/str.h"
#include "kinds/publicipprefix/publicipprefix.h"

size_t prefix_used(const struct public_ip_prefix *p)
{
	size_t used = 0;

	for (size_t i = 0; i < prefix_size(p->range); i++)
		used += p->owners[i] || p->nat;
	return used;
}

static char *describe_prefix(const struct public_ip_prefix *p)
{
	struct str s = { 0 };

	str_printf(&s, "%s, %zu of %zu addresses in use", PREFIX_STR(p->range), prefix_used(p),
	           (size_t)prefix_size(p->range));
	for (size_t i = 0; i < prefix_size(p->range); i++)
		if (p->owners[i])
			str_printf(&s, ", %s by %s", IP4_STR(p->range.addr + (ip4)i), p->owners[i]);
	if (p->nat)
		str_printf(&s, ", the rest by NAT gateway %s", p->nat);
	return str_take(&s);
}

json_t *prefix_status(const struct model *m)
{
	size_t n;
	const struct public_ip_prefix *v = kind_items(m, PREFIXES, &n);
	json_t *rows = json_array();

	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *state = describe_prefix(&v[i]);

		json_array_append_new(rows,
		                      json_pack("{s:s, s:s, s:s}", "name", v[i].name, "ipPrefix",
		                                PREFIX_STR(v[i].range), "state", state));
	}
	return rows;
}
