/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/deploy/example.h"

#include <strings.h>

/* The first number in a name, "Subnet2StartAddress"; 0: none. */
static unsigned number_in_name(const char *name)
{
	const char *p = name + strcspn(name, "0123456789");
	unsigned long n = *p ? strtoul(p, NULL, 10) : 0;

	return n < 200 ? (unsigned)n : 0;
}

void example_around(struct examples *x, enum carried what, const char *value)
{
	struct prefix p;
	ip4 ip;

	if (prefix_parse(value, &p) == 0 && p.len >= 8)
		ip = p.addr;
	else if (ip4_parse(value, &ip) < 0)
		return;
	if (what != CARRIES_SPACE && what != CARRIES_SUBNET && what != CARRIES_ADDRESS)
		return;
	if (x->has_space || (what != CARRIES_SPACE && x->base[0]))
		return;
	x->base[0] = (uint8_t)(ip >> 24);
	x->base[1] = (uint8_t)(ip >> 16);
	x->has_space = what == CARRIES_SPACE;
}

/* "Range of the network, e.g. 172.16.0.0/22": what the template's writer has in mind. */
static bool add_from_description(struct examples *x, enum carried what, const struct val *decl,
                                 struct str *out)
{
	const char *text = val_get_str(val_get(decl, "metadata"), "description");
	bool prefix = what == CARRIES_SPACE || what == CARRIES_SUBNET;

	for (const char *p = text; p && (p = strpbrk(p, "0123456789"));
	     p += strspn(p, "0123456789./")) {
		_cleanup_free_ char *word = xstrndup(p, strspn(p, "0123456789./"));
		struct prefix net = { 0 };
		size_t n = strlen(word);

		while (n && (word[n - 1] == '.' || word[n - 1] == '/'))
			word[--n] = 0;
		if (prefix ? !strchr(word, '/') || prefix_parse(word, &net) < 0 || !net.len
		           : ip4_parse(word, &net.addr) < 0 || ip4_is_none(net.addr))
			continue;
		for (size_t k = 0; k < x->n_said; k++)
			if (x->said[k] == net.addr)
				return false;
		if (x->n_said < ARRAY_LEN(x->said))
			x->said[x->n_said++] = net.addr;
		example_around(x, what, word);
		str_add(out, word);
		return true;
	}
	return false;
}

/* Spaces are 10.0.0.0/16, 10.1.0.0/16 ..., or as the template's own; a subnet lies in the last one
 * that was made. */
static void add_example_address(struct examples *x, enum carried what, const char *name,
                                struct str *out)
{
	unsigned first = x->base[0] ? x->base[0] : 10, number = number_in_name(name),
	         next = x->base[1] + x->spaces + (x->has_space ? 100 : 0),
	         space = x->spaces ? next - 1 : x->base[1];

	switch (what) {
	case CARRIES_SPACE:
		str_printf(out, "%u.%u.0.0/16", first, next % 250);
		x->spaces++;
		break;
	case CARRIES_SUBNET: /* a number that no name is likely to have, where this one has none */
		x->last = number ? number : 10 + x->subnets++ % 200;
		str_printf(out, "%u.%u.%u.0/24", first, space % 250, x->last);
		break;
	case CARRIES_OUTSIDE:
		str_printf(out, "203.0.113.%u", 4 + x->outside++ % 250);
		break;
	case CARRIES_DNS:
		str_add(out, "168.63.129.16"); /* Azure's own */
		break;
	default:
		if (!number || !strcasestr(name, "subnet"))
			number = x->last ? x->last : 10;
		str_printf(out, "%u.%u.%u.%u", first, space % 250, number, 10 + x->hosts++ % 200);
	}
}

static bool add_number(struct examples *x, enum carried what, const struct val *decl,
                       struct str *out)
{
	const struct val *least = val_get(decl, "minValue"), *most = val_get(decl, "maxValue");
	long long n = what == CARRIES_ASN    ? 65001 + x->asns++
	              : what == CARRIES_PORT ? 8080 + x->ports++
	                                     : 2;

	if (least && least->type == V_INT && (n < least->i || what == CARRIES_COUNT))
		n = least->i;
	if (most && most->type == V_INT && n > most->i)
		n = most->i;
	str_printf(out, "%lld", n);
	return true;
}

bool param_example(struct examples *x, enum carried what, const char *name, const char *type,
                   const struct val *decl, struct str *out)
{
	const struct val *list = val_get(decl, "allowedValues");
	bool array = !strcasecmp(type, "array");

	if (list && list->type == V_ARR && list->n && list->items[0]->type == V_STR && !array) {
		str_addn(out, list->items[0]->s, list->items[0]->n);
		return true;
	}
	if (list && list->type == V_ARR && list->n && list->items[0]->type == V_INT && !array) {
		str_printf(out, "%lld", (long long)list->items[0]->i);
		return true;
	}
	switch (what) {
	case CARRIES_ASN:
	case CARRIES_PORT:
	case CARRIES_COUNT:
		return add_number(x, what, decl, out);
	case CARRIES_SWITCH:
		str_add(out, strieq(type, "bool") ? "true" : "new");
		return true;
	case CARRIES_NOTHING:
	case CARRIES_OTHER:
		return false;
	default:
		break;
	}
	if (array)
		str_add(out, "[\"");
	if (array || !add_from_description(x, what, decl, out))
		add_example_address(x, what, name, out);
	if (array)
		str_add(out, "\"]");
	return true;
}

void example_option(const char *name, const char *value, struct str *out)
{
	_cleanup_free_ char *word = xasprintf("%s=%s", name, value);
	bool plain = !word[strcspn(word, " \t\n'\"\\$`|&;<>()*?[]{}!#~")];

	str_add(out, "-p ");
	if (!plain)
		str_addc(out, '\'');
	for (const char *p = word; *p; p++)
		if (*p == '\'')
			str_add(out, "'\\''");
		else
			str_addc(out, *p);
	if (!plain)
		str_addc(out, '\'');
}
