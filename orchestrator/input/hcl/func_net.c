/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cidrsubnet() and its kin, for IPv4. */
#include <errno.h>

#include "base/addr.h"
#include "input/hcl/func.h"

/* Host bits may be set, as Terraform bears them. */
static bool func_prefix(struct hcl_call *c, size_t i, struct prefix *ret)
{
	const char *s;

	if (!func_text(c, i, &s))
		return false;
	int r = prefix_parse(s, ret);

	if (r == 0 || r == -EDOM)
		return true;
	json_decref(r == -EAFNOSUPPORT ? hcl_unknown("an IPv6 prefix")
	                               : func_fail(c, "\"%s\" is no prefix", s));
	return false;
}

static json_t *f_cidrhost(struct hcl_call *c)
{
	struct prefix p;
	json_int_t k;

	if (!func_prefix(c, 0, &p) || !func_whole(c, 1, &k))
		return hcl_unknown("an address of a prefix");
	if (k < 0)
		k += (json_int_t)prefix_size(p);
	if (k < 0 || (uint64_t)k >= prefix_size(p))
		return func_fail(c, "%s has no host %lld", PREFIX_STR(p), (long long)k);
	return json_string(IP4_STR(prefix_at(p, (uint32_t)k)));
}

static json_t *f_cidrnetmask(struct hcl_call *c)
{
	struct prefix p;

	return func_prefix(c, 0, &p) ? json_string(IP4_STR(prefix_mask(p.len)))
	                             : hcl_unknown("a mask");
}

static json_t *make_subnet_prefix(struct hcl_call *c, struct prefix p, json_int_t bits,
                                  json_int_t k)
{
	if (bits < 0 || p.len + bits > 32)
		return func_fail(c, "%s cannot be extended by %lld bits", PREFIX_STR(p),
		                 (long long)bits);
	if (k < 0 || k >> bits)
		return func_fail(c, "%lld bits hold no number %lld", (long long)bits, (long long)k);
	uint8_t len = (uint8_t)(p.len + bits);
	struct prefix sub = { prefix_at(p, len == 0 ? 0 : (uint32_t)((uint64_t)k << (32 - len))),
		              len };

	return json_string(PREFIX_STR(sub));
}

static json_t *f_cidrsubnet(struct hcl_call *c)
{
	struct prefix p;
	json_int_t bits, k;

	if (!func_prefix(c, 0, &p) || !func_whole(c, 1, &bits) || !func_whole(c, 2, &k))
		return hcl_unknown("a subnet of a prefix");
	return make_subnet_prefix(c, p, bits, k);
}

/* One behind the other, each where its size begins. */
static json_t *f_cidrsubnets(struct hcl_call *c)
{
	struct prefix p;
	uint64_t next = 0;
	json_t *out;

	if (!func_prefix(c, 0, &p))
		return hcl_unknown("subnets of a prefix");
	out = json_array();
	for (size_t i = 1; i < c->n; i++) {
		json_int_t bits;

		if (!func_whole(c, i, &bits))
			break;
		if (bits < 0 || p.len + bits > 32) {
			json_decref(out);
			return func_fail(c, "%s cannot be extended by %lld bits", PREFIX_STR(p),
			                 (long long)bits);
		}
		uint64_t size = 1ull << (32 - p.len - bits);

		next = (next + size - 1) / size * size;
		if (next + size > prefix_size(p)) {
			json_decref(out);
			return func_fail(c, "%s has no room for all of them", PREFIX_STR(p));
		}
		struct prefix sub = { prefix_at(p, (uint32_t)next), (uint8_t)(p.len + bits) };

		json_array_append_new(out, json_string(PREFIX_STR(sub)));
		next += size;
	}
	return out;
}

const struct hcl_func hcl_net_funcs[] = {
	{ "cidrhost", 2, 2, f_cidrhost, false },
	{ "cidrnetmask", 1, 1, f_cidrnetmask, false },
	{ "cidrsubnet", 3, 3, f_cidrsubnet, false },
	{ "cidrsubnets", 1, FUNC_ARGS, f_cidrsubnets, false },
	{ NULL },
};
