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

size_t load_addresses(struct loader *l, json_t *list, ip4 **ret)
{
	ip4 *a = arena_array(l->a, json_array_size(list), sizeof(*a));
	size_t n = 0, i;
	json_t *x;

	json_array_foreach (list, i, x)
		if (json_is_string(x) && !ip4_parse(json_string_value(x), &a[n]))
			n++;
	*ret = a;
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

const struct tag_use tag_in_route = { "RT-TAG-01", "RT-TAG-05", "the lab has no routes for it" };

/* One of the topology's own comes before one that is published.  The caller frees. */
static char *meant_tag(const struct loader *l, const char *name)
{
	const char *names[128], *near;
	size_t n = 0;

	for (size_t i = 0; i < l->m->n_service_tags && n < ARRAY_LEN(names); i++)
		names[n++] = l->m->service_tags[i].name;
	near = str_nearest(name, names, n);
	return near ? xstrdup(near) : service_tag_meant(name);
}

const struct service_tag *load_service_tag(struct loader *l, const struct tag_use *use,
                                           const char *name, const char *ptr, bool *ret_misspelt)
{
	const struct service_tag *t = service_tag_find(l->m, name);
	bool published = service_tag_published(name);
	_cleanup_free_ char *near = t || published ? NULL : meant_tag(l, name);

	if (ret_misspelt)
		*ret_misspelt = near;
	if (t)
		return t;
	_cleanup_free_ char *hint =
	    near ? xasprintf("did you mean \"%s\"? or give its prefixes in \"serviceTags\"", near)
	         : xasprintf("give its prefixes in \"serviceTags\": a sample of a few tags ships, "
	                     "the list is Microsoft's weekly download");

	/* There are hundreds that no sample has: a lab can do without.  A word that is nearly one
	 * that is published is a mistake. */
	if (near || !published)
		finding_add(l->f, near ? SEV_ERROR : SEV_WARNING,
		            near ? use->misspelt : use->unknown, NULL, ptr, hint,
		            "\"%s\" is none of the service tags that are known here: %s", name,
		            use->without);
	else
		finding_add(l->f, SEV_WARNING, use->unknown, NULL, ptr, hint,
		            "the prefixes of service tag \"%s\" are not known: %s", name,
		            use->without);
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
