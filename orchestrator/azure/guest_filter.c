/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet in a node's own packet filter: chains of a hook in the order of their priorities, rules
 * in theirs. */
#include "azure/guest_filter.h"

#include <netinet/in.h>

#include "base/str.h"

/* MAX_RULES: of one packet in one hook.  Chains that jump to the next one twice, thirty deep, would
 * have it pass more than can be counted. */
enum {
	MAX_JUMPS = 32,
	MAX_RULES = 1 << 18,
	FIN = 1,
	SYN = 2,
	ACK = 16,
	ECHO_REPLY = 0,
	ECHO_REQUEST = 8
};

/* ---- matches ---- */

static bool device_fits(const char *pattern, const char *device)
{
	size_t n = strlen(pattern);

	if (!device)
		return false;
	if (n && (pattern[n - 1] == '+' || pattern[n - 1] == '*'))
		return strncmp(pattern, device, n - 1) == 0;
	return streq(pattern, device);
}

static unsigned flags_of(const struct gf_packet *p)
{
	return p->later ? ACK : p->answer ? SYN | ACK : SYN;
}

static bool has_ports(const struct gf_packet *p)
{
	return p->p.ip_proto == IPPROTO_TCP || p->p.ip_proto == IPPROTO_UDP;
}

static bool is_within(const struct gf_value *v, uint32_t x)
{
	return v->lo <= x && x <= v->hi;
}

static bool value_fits(enum gf_field field, const struct gf_value *v, const struct gf_packet *p)
{
	switch (field) {
	case GF_SOURCE:
		return is_within(v, p->p.src);
	case GF_DESTINATION:
		return is_within(v, p->p.dst);
	case GF_PROTOCOL:
		return is_within(v, p->p.ip_proto);
	case GF_SOURCE_PORT:
		return has_ports(p) && is_within(v, p->p.sport);
	case GF_DESTINATION_PORT:
		return has_ports(p) && is_within(v, p->p.dport);
	case GF_ANY_PORT:
		return has_ports(p) && (is_within(v, p->p.sport) || is_within(v, p->p.dport));
	case GF_IN:
		return device_fits(v->device, p->in);
	case GF_OUT:
		return device_fits(v->device, p->out);
	case GF_STATE:
		return (v->lo & p->state) != 0;
	case GF_FLAGS:
		return p->p.ip_proto == IPPROTO_TCP && (flags_of(p) & v->lo) == v->hi;
	case GF_ICMP:
		return p->p.ip_proto == IPPROTO_ICMP &&
		       is_within(v, p->answer ? ECHO_REPLY : ECHO_REQUEST);
	default:
		return false;
	}
}

static bool match_fits(const struct gf_match *m, const struct gf_packet *p)
{
	bool fits = false;

	if (m->field == GF_OWN_SOURCE || m->field == GF_OWN_DESTINATION)
		fits = vm_has_address(p->vm, m->field == GF_OWN_SOURCE ? p->p.src : p->p.dst);
	for (size_t i = 0; i < m->n && !fits; i++)
		fits = value_fits(m->field, &m->values[i], p);
	/* A packet without ports has none that another rule could mean. */
	if (m->field >= GF_SOURCE_PORT && m->field <= GF_ANY_PORT && !has_ports(p))
		return false;
	return fits != m->inverted;
}

enum fit { FITS_NOT, FITS, FITS_PERHAPS };

static enum fit rule_fits(const struct gf_rule *r, const struct gf_packet *p)
{
	enum fit fit = FITS;

	for (size_t i = 0; i < r->n; i++)
		if (r->matches[i].field == GF_UNREAD)
			fit = FITS_PERHAPS;
		else if (!match_fits(&r->matches[i], p))
			return FITS_NOT;
	return fit;
}

/* ---- chains ---- */

struct passing {
	const struct guest_filter *f;
	const struct gf_packet *p;
	struct gf_result *r;
	unsigned depth, passed;
};

enum outcome { FALLS_THROUGH, RETURNS, ENDS };

static enum outcome end_at_rule(struct passing *s, const struct gf_rule *r, int verdict)
{
	s->r->rule = r;
	s->r->verdict = verdict;
	return ENDS;
}

static enum outcome translate_packet(struct passing *s, const struct gf_rule *r)
{
	bool source = r->act == GF_SNAT || r->act == GF_MASQUERADE;

	s->r->nat_source |= source;
	s->r->nat_destination |= !source;
	s->r->to = r->to;
	s->r->port = r->port;
	return end_at_rule(s, r, GF_PASSES);
}

static enum outcome pass_rules(struct passing *s, const struct gf_chain *c);

static enum outcome follow(struct passing *s, const struct gf_chain *from, const struct gf_rule *r)
{
	struct gf_chain *to = gf_chain_named((struct guest_filter *)s->f, from->table, r->chain);

	if (!to || s->depth >= MAX_JUMPS)
		return end_at_rule(s, r, GF_NOT_KNOWN);
	s->depth++;
	enum outcome o = pass_rules(s, to);

	s->depth--;
	if (o == ENDS)
		return ENDS;
	return r->act == GF_GOTO ? RETURNS : FALLS_THROUGH;
}

static enum outcome do_rule(struct passing *s, const struct gf_chain *c, const struct gf_rule *r)
{
	switch (r->act) {
	case GF_GO_ON:
		return FALLS_THROUGH;
	case GF_ACCEPT:
		return end_at_rule(s, r, GF_PASSES);
	case GF_DROP:
	case GF_REJECT:
		return end_at_rule(s, r, GF_DROPS);
	case GF_RETURN:
		return RETURNS;
	case GF_JUMP:
	case GF_GOTO:
		return follow(s, c, r);
	case GF_NOT_READ:
		return end_at_rule(s, r, GF_NOT_KNOWN);
	default:
		return translate_packet(s, r);
	}
}

static enum outcome pass_rules(struct passing *s, const struct gf_chain *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct gf_rule *r = &c->rules[i];

		if (++s->passed > MAX_RULES)
			return end_at_rule(s, r, GF_NOT_KNOWN);
		enum fit fit = r->act == GF_GO_ON ? FITS_NOT : rule_fits(r, s->p);
		enum outcome o = fit == FITS_NOT       ? FALLS_THROUGH
		                 : fit == FITS_PERHAPS ? end_at_rule(s, r, GF_NOT_KNOWN)
		                                       : do_rule(s, c, r);

		if (o != FALLS_THROUGH)
			return o;
	}
	return FALLS_THROUGH;
}

/* Equal priorities: as the files have them. */
static bool comes_later(const struct gf_chain *c, const struct gf_chain *than)
{
	return c->priority == than->priority ? c > than : c->priority > than->priority;
}

static const struct gf_chain *next_chain(const struct guest_filter *f, enum gf_hook hook,
                                         const struct gf_chain *after)
{
	const struct gf_chain *best = NULL;

	for (size_t i = 0; i < f->n; i++) {
		const struct gf_chain *c = &f->chains[i];

		if (!c->base || c->hook != hook || (after && !comes_later(c, after)))
			continue;
		if (!best || c->priority < best->priority)
			best = c;
	}
	return best;
}

void guest_filter_pass(const struct guest_filter *f, enum gf_hook hook, const struct gf_packet *p,
                       struct gf_result *ret)
{
	struct gf_packet now = *p;
	struct passing s = { .f = f, .p = &now, .r = ret };

	*ret = (struct gf_result){ .verdict = GF_PASSES };
	for (const struct gf_chain *c = next_chain(f, hook, NULL); c; c = next_chain(f, hook, c)) {
		bool translated = ret->nat_source || ret->nat_destination;

		if (c->translates && translated)
			continue;
		if (pass_rules(&s, c) != ENDS && c->drops) {
			ret->verdict = GF_DROPS;
			ret->rule = NULL;
			ret->chain = c;
		}
		if (ret->verdict != GF_PASSES)
			return;
		if (!translated && ret->nat_destination) {
			now.p.dst = ip4_is_set(ret->to) ? ret->to : now.p.dst;
			now.p.dport = ret->port ? ret->port : now.p.dport;
		}
	}
	if (f->unread)
		end_at_rule(&s, f->unread, GF_NOT_KNOWN);
}

const char *gf_where(struct arena *a, const struct gf_result *r)
{
	if (r->rule)
		return arena_printf(a, "line %u of %s (%s)", r->rule->line, r->rule->file->path,
		                    r->rule->text);
	if (r->chain)
		return arena_printf(a, "policy of %s in %s", r->chain->name, r->chain->file->path);
	return "its rules";
}
