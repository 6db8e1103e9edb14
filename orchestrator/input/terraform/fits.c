/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges whether a value can be what an attribute asks for: where an expression leads to several
 * things, its form tells most of them apart. */
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/str.h"
#include "input/terraform/plan.h"
#include "input/terraform/types.h"

/* True if a value can be that of an attribute, by the form that the attribute has. */
bool tf_fits(const char *attr, json_t *value)
{
	const char *s = json_string_value(value), *type = tf_type_of_ids(attr), *end;
	ip4 ip;

	if (type) {
		end = s ? strrchr(s, '/') : NULL;
		size_t n = strlen(type);

		return end && *s == '/' && (size_t)(end - s) > n && end[-(long)n - 1] == '/' &&
		       !strncasecmp(end - n, type, n);
	}
	if (streq(attr, "peer_ip") || streq(attr, "next_hop_in_ip_address") ||
	    streq(attr, "private_ip_address"))
		return s && (str_starts(s, "@ip:") || !ip4_parse(s, &ip));
	return true;
}
