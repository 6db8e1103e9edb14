/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that several kinds have: prefixes, ports, service tags. */
#include "azure/service_tags.h"
#include "base/str.h"
#include "input/load.h"

size_t load_prefixes(struct loader *l, json_t *list, struct prefix **ret)
{
	struct prefix *p = arena_array(l->a, json_array_size(list), sizeof(*p));
	size_t n = 0, i;
	json_t *x;

	json_array_foreach (list, i, x)
		if (json_is_string(x) && !prefix_parse(json_string_value(x), &p[n]))
			n++;
	*ret = p;
	return n;
}

static bool port_number(const char *s, char **end, unsigned long *ret)
{
	if (*s < '0' || *s > '9')
		return false;
	*ret = strtoul(s, end, 10);
	return *ret <= 65535;
}

bool load_port_span(const char *text, struct port_span *ret)
{
	unsigned long lo = 0, hi;
	char *end = NULL;
	bool ok = port_number(text, &end, &lo);

	hi = lo;
	if (ok && *end == '-')
		ok = port_number(end + 1, &end, &hi);
	if (!ok || *end || lo > hi)
		return false;
	*ret = (struct port_span){ (uint16_t)lo, (uint16_t)hi };
	return true;
}

const struct service_tag *load_service_tag(struct loader *l, const char *name, const char *ptr)
{
	const struct service_tag *t = service_tag_find(l->m, name);
	const char *names[128];
	size_t n = 0;

	if (t)
		return t;
	for (size_t i = 0; i < l->m->n_service_tags && n < ARRAY_LEN(names); i++)
		names[n++] = l->m->service_tags[i].name;
	for (size_t i = 0; service_tag_sample(i) && n < ARRAY_LEN(names); i++)
		names[n++] = service_tag_sample(i);
	const char *near = str_nearest(name, names, n);
	_cleanup_free_ char *hint =
	    near ? xasprintf("did you mean \"%s\"? or give its prefixes in \"serviceTags\"", near)
	         : xasprintf("give its prefixes in \"serviceTags\": a sample of a few tags ships, "
	                     "the list is Microsoft's weekly download");

	/* There are hundreds that no sample has: a lab can do without.  A word that is nearly one
	 * that is known is a mistake. */
	finding_add(
	    l->f, near ? SEV_ERROR : SEV_WARNING, near ? "RT-TAG-01" : "RT-TAG-05", NULL, ptr, hint,
	    "the prefixes of service tag \"%s\" are not known: the lab has no routes for it", name);
	return NULL;
}

void load_tell_sample(struct loader *l, const struct service_tag *s, const char *ptr)
{
	if (!s->ptr)
		finding_add(l->f, SEV_INFO, "RT-TAG-03", NULL, ptr,
		            "give the real ones in \"serviceTags\" if the design depends on them",
		            "the prefixes of service tag \"%s\" are a small sample (%zu prefixes)",
		            s->name, s->n_prefixes);
}
