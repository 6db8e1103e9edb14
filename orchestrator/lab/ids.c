/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/ids.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static const char *next_ids_line(const char *s)
{
	s = strchr(s, '\n');
	return s ? s + 1 : NULL;
}

/* The number at *s, which ends with a character of end; *s is then behind that. */
static bool take_id_number(const char **s, const char *end, unsigned *ret)
{
	char *p;
	unsigned long n = strtoul(*s, &p, 10);

	if (p == *s || n > UINT_MAX || !strchr(end, *p))
		return false;
	*ret = (unsigned)n;
	*s = p + (*p != '\0');
	return true;
}

/* Lines of subuid(5): NAME:BASE:COUNT. */
static bool of_file(const char *subids, struct id_range *ret)
{
	for (const char *s = subids; s && *s; s = next_ids_line(s)) {
		const char *at = str_starts(s, "root:") ? s + 5
		                 : str_starts(s, "0:")  ? s + 2
		                                        : NULL;
		struct id_range r;

		if (at && take_id_number(&at, ":", &r.base) &&
		    take_id_number(&at, "\n", &r.count) && r.base && r.count) {
			*ret = r;
			return true;
		}
	}
	return false;
}

/* Lines of user_namespaces(7): INSIDE OUTSIDE COUNT; ours is what is inside. */
static bool is_range_ours(const char *own_map, const struct id_range *r)
{
	for (const char *s = own_map; s && *s; s = next_ids_line(s)) {
		unsigned base, outside, count;
		const char *at = s;

		if (take_id_number(&at, " ", &base) && take_id_number(&at, " ", &outside) &&
		    take_id_number(&at, "\n", &count) && r->base >= base &&
		    r->base - base < count && r->count <= count - (r->base - base))
			return true;
	}
	return false;
}

bool ids_of_root(const char *subids, const char *own_map, struct id_range *ret)
{
	struct id_range r;

	if (of_file(subids, &r)) {
		if (r.count > IDS_COUNT)
			r.count = IDS_COUNT;
		if (is_range_ours(own_map, &r)) {
			*ret = r;
			return true;
		}
	}
	r = (struct id_range){ IDS_BASE, IDS_COUNT };
	if (!is_range_ours(own_map, &r))
		return false;
	*ret = r;
	return true;
}
