/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of packet filters share: chains and rules as they grow, and words that iptables
 * and nft have in common. */
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>

#include "azure/guest_filter.h"
#include "base/str.h"

static void *grow(struct arena *a, void *old, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return old;
	*cap = *cap ? 2 * *cap : 4;
	void *all = arena_array(a, *cap, size);

	if (n)
		memcpy(all, old, n * size);
	return all;
}

struct gf_chain *gf_chain_named(struct guest_filter *f, const char *table, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (streq(f->chains[i].table, table) && streq(f->chains[i].name, name))
			return &f->chains[i];
	return NULL;
}

struct gf_chain *gf_chain_add(struct guest_filter *f, const char *table, const char *name)
{
	struct gf_chain *c = gf_chain_named(f, table, name);

	if (c)
		return c;
	f->chains = grow(f->arena, f->chains, f->n, &f->cap, sizeof(*f->chains));
	c = &f->chains[f->n++];
	*c = (struct gf_chain){ .table = arena_strdup(f->arena, table),
		                .name = arena_strdup(f->arena, name) };
	return c;
}

struct gf_rule *gf_rule_add(struct guest_filter *f, struct gf_chain *c)
{
	c->rules = grow(f->arena, c->rules, c->n, &c->cap, sizeof(*c->rules));
	return &c->rules[c->n++];
}

struct gf_match *gf_match_add(struct guest_filter *f, struct gf_rule *r, enum gf_field field,
                              bool inverted)
{
	r->matches = grow(f->arena, r->matches, r->n, &r->cap, sizeof(*r->matches));
	struct gf_match *m = &r->matches[r->n++];

	*m = (struct gf_match){ .field = field, .inverted = inverted };
	return m;
}

void gf_value_add(struct guest_filter *f, struct gf_match *m, uint32_t lo, uint32_t hi)
{
	m->values = grow(f->arena, m->values, m->n, &m->cap, sizeof(*m->values));
	m->values[m->n++] = (struct gf_value){ .lo = lo, .hi = hi };
}

void gf_device_add(struct guest_filter *f, struct gf_match *m, const char *device)
{
	gf_value_add(f, m, 0, 0);
	m->values[m->n - 1].device = arena_strdup(f->arena, device);
}

/* ---- words ---- */

static bool read_bounded_number(const char *w, uint32_t most, uint32_t *ret)
{
	if (!*w || strlen(w) > 10 || strspn(w, "0123456789") != strlen(w))
		return false;
	unsigned long n = strtoul(w, NULL, 10);

	*ret = (uint32_t)n;
	return n <= most;
}

struct named {
	const char *name;
	uint32_t value;
};

static bool read_name(const struct named *names, const char *w, uint32_t most, uint32_t *ret)
{
	for (; names->name; names++)
		if (strieq(names->name, w)) {
			*ret = names->value;
			return true;
		}
	return read_bounded_number(w, most, ret);
}

bool gf_addresses(const char *word, struct gf_value *ret)
{
	char first[48];
	size_t n = strcspn(word, "/-");
	ip4 a, b;
	uint32_t len = 32;
	int bits = 0;

	if (n >= sizeof(first))
		return false;
	snprintf(first, sizeof(first), "%.*s", (int)n, word);
	if (ip4_parse(first, &a) < 0)
		return false;
	if (word[n] == '-') {
		*ret = (struct gf_value){ .lo = a };
		return ip4_parse(word + n + 1, &ret->hi) == 0;
	}
	if (word[n] && !read_bounded_number(word + n + 1, 32, &len)) {
		if (ip4_parse(word + n + 1, &b) < 0 || (bits = ip4_mask_len(b)) < 0)
			return false;
		len = (uint32_t)bits;
	}
	struct prefix p = prefix_around(a, (uint8_t)len);

	*ret = (struct gf_value){ .lo = p.addr, .hi = prefix_last(p) };
	return true;
}

static bool read_port(const char *w, uint32_t *ret)
{
	static const struct named services[] = {
		{ "ftp", 21 },   { "ssh", 22 },     { "smtp", 25 },  { "domain", 53 },
		{ "http", 80 },  { "ntp", 123 },    { "bgp", 179 },  { "https", 443 },
		{ "snmp", 161 }, { "syslog", 514 }, { "ldap", 389 }, { NULL, 0 }
	};

	return read_name(services, w, UINT16_MAX, ret);
}

bool gf_ports(const char *word, char between, struct gf_value *ret)
{
	_cleanup_free_ char *copy = xstrdup(word);
	char *second = strchr(copy, between);

	*ret = (struct gf_value){ .hi = UINT16_MAX };
	if (!second)
		return read_port(copy, &ret->lo) && read_port(copy, &ret->hi);
	*second++ = '\0';
	return (!*copy || read_port(copy, &ret->lo)) && (!*second || read_port(second, &ret->hi));
}

bool gf_protocol(const char *word, uint32_t *ret)
{
	static const struct named protocols[] = { { "icmp", IPPROTO_ICMP },
		                                  { "tcp", IPPROTO_TCP },
		                                  { "udp", IPPROTO_UDP },
		                                  { "gre", IPPROTO_GRE },
		                                  { "esp", IPPROTO_ESP },
		                                  { "ah", IPPROTO_AH },
		                                  { "sctp", IPPROTO_SCTP },
		                                  { "icmpv6", IPPROTO_ICMPV6 },
		                                  { "ipencap", IPPROTO_IPIP },
		                                  { "ospf", 89 },
		                                  { "vrrp", 112 },
		                                  { NULL, 0 } };

	return read_name(protocols, word, 255, ret);
}

bool gf_state(const char *word, uint32_t *ret)
{
	static const struct named states[] = { { "new", GF_NEW },
		                               { "established", GF_ESTABLISHED },
		                               { "related", GF_RELATED },
		                               { "invalid", GF_INVALID },
		                               { "untracked", GF_UNTRACKED },
		                               { NULL, 0 } };

	return !isdigit((unsigned char)*word) && read_name(states, word, 0, ret);
}

bool gf_icmp_type(const char *word, uint32_t *ret)
{
	static const struct named types[] = {
		{ "echo-reply", 0 },     { "destination-unreachable", 3 }, { "echo-request", 8 },
		{ "time-exceeded", 11 }, { "parameter-problem", 12 },      { NULL, 0 }
	};

	return read_name(types, word, 255, ret);
}

bool gf_flag(const char *word, uint32_t *ret)
{
	static const struct named flags[] = { { "fin", 1 },  { "syn", 2 },  { "rst", 4 },
		                              { "psh", 8 },  { "ack", 16 }, { "urg", 32 },
		                              { "all", 63 }, { "none", 0 }, { NULL, 0 } };

	return !isdigit((unsigned char)*word) && read_name(flags, word, 0, ret);
}

bool gf_target(const char *word, ip4 *ret, uint16_t *ret_port)
{
	char first[48];
	size_t n = strcspn(word, ":-");
	const char *colon = strchr(word, ':');
	uint32_t port = 0;

	*ret = IP4_NONE;
	*ret_port = 0;
	if (n >= sizeof(first))
		return false;
	snprintf(first, sizeof(first), "%.*s", (int)n, word);
	if (*first && ip4_parse(first, ret) < 0)
		return false;
	if (colon) {
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(colon + 1, "-"), colon + 1);
		if (!read_bounded_number(first, UINT16_MAX, &port))
			return false;
	}
	*ret_port = (uint16_t)port;
	return *word;
}

bool gf_value_read(struct guest_filter *f, struct gf_match *m, const char *word, char between)
{
	struct gf_value v = { 0 };
	bool read;

	switch (m->field) {
	case GF_SOURCE:
	case GF_DESTINATION:
		read = gf_addresses(word, &v);
		break;
	case GF_STATE:
		read = gf_state(word, &v.lo);
		break;
	case GF_IN:
	case GF_OUT:
		gf_device_add(f, m, word);
		return true;
	case GF_PROTOCOL:
		read = gf_protocol(word, &v.lo);
		v.hi = v.lo;
		break;
	case GF_ICMP:
		read = gf_icmp_type(word, &v.lo);
		v.hi = v.lo;
		break;
	case GF_FLAGS:
		read = gf_flag(word, &v.lo);
		v.hi = v.lo;
		break;
	default:
		read = gf_ports(word, between, &v);
		break;
	}
	if (read)
		gf_value_add(f, m, v.lo, v.hi);
	return read;
}
