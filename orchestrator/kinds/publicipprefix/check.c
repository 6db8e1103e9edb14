/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public IP prefixes: the rules ("Public IP address prefix"). */
#include "azure/check.h"
#include "base/str.h"
#include "kinds/publicipprefix/publicipprefix.h"

static void check_overlaps(const struct public_ip_prefix *v, size_t i, struct findings *f)
{
	for (size_t k = 0; k < i; k++)
		if (!v[k].broken && (prefix_covers(v[k].range, v[i].range) ||
		                     prefix_covers(v[i].range, v[k].range)))
			error_at(f, "PREFIX-OVERLAP-01", NULL, v[i].ptr,
			         "leave out \"ipPrefix\" to get a free range",
			         "public IP prefixes \"%s\" (%s) and \"%s\" (%s) overlap",
			         v[k].name, PREFIX_STR(v[k].range), v[i].name,
			         PREFIX_STR(v[i].range));
}

static void check_public_ip_prefixes(const struct model *m, struct findings *f)
{
	size_t n;
	const struct public_ip_prefix *v = kind_items(m, PREFIXES, &n);

	for (size_t i = 0; i < n; i++) {
		if (v[i].broken)
			continue;
		if (v[i].range.len != v[i].length)
			error_at(f, "PREFIX-LEN-01", NULL, v[i].ptr, "make them equal",
			         "public IP prefix \"%s\" is %s, but its prefixLength is %u",
			         v[i].name, PREFIX_STR(v[i].range), v[i].length);
		check_overlaps(v, i, f);
		if (!prefix_used(&v[i]))
			info_at(
			    f, "PREFIX-USED-01", v[i].ptr, NULL,
			    "no public IP address and no NAT gateway takes one of public IP prefix "
			    "\"%s\"",
			    v[i].name);
	}
}

const struct rules public_ip_prefix_rules = { check_public_ip_prefixes };
