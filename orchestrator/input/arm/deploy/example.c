/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/deploy/example.h"

#include <ctype.h>
#include <strings.h>

/* The first number in a name, "Subnet2StartAddress"; 0: none. */
static unsigned number_in_name(const char *name)
{
	const char *p = name + strcspn(name, "0123456789");
	unsigned long n = *p ? strtoul(p, NULL, 10) : 0;

	return n < 200 ? (unsigned)n : 0;
}

/* Spaces are 10.0.0.0/16, 10.1.0.0/16 ...; a subnet lies in the last one that was made. */
static void add_address(struct examples *x, enum carried what, const char *name, struct str *out)
{
	unsigned space = (x->spaces ? x->spaces - 1 : 0) % 250, number = number_in_name(name);

	switch (what) {
	case CARRIES_SPACE:
		str_printf(out, "10.%u.0.0/16", x->spaces++ % 250);
		break;
	case CARRIES_SUBNET: /* a number that no name is likely to have, where this one has none */
		x->last = number ? number : 10 + x->subnets++ % 200;
		str_printf(out, "10.%u.%u.0/24", space, x->last);
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
		str_printf(out, "10.%u.%u.%u", space, number, 10 + x->hosts++ % 200);
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
	add_address(x, what, name, out);
	if (array)
		str_add(out, "\"]");
	return true;
}
