/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A failure as an entry of the report: held, when packets came back within its budget. */
#include "base/str.h"
#include "proof/failures_priv.h"

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static double ms_of(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

static bool is_back(const json_t *o)
{
	return json_is_true(json_object_get(o, "back"));
}

static bool breaks_alone(const struct fr *r, size_t number, const char *check)
{
	const char *name = r->all.v[number].name;
	size_t i, k;
	json_t *x, *p;

	json_array_foreach (r->list, i, x)
		json_array_foreach (json_object_get(x, "packets"), k, p)
			if (streq(text_of(x, "failure"), name) && streq(text_of(p, "check"), check))
				return !is_back(p);
	return false;
}

/* Of a pair: not what one of the two breaks alone. */
static bool is_new(const struct fr *r, const struct failure *x, const char *check)
{
	return x->kind != FAIL_PAIR ||
	       (!breaks_alone(r, x->of[0], check) && !breaks_alone(r, x->of[1], check));
}

static void add_lines(struct str *out, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		str_add(out, "\n    ");
		str_addn(out, text, n);
		text += n + (text[n] == '\n');
	}
}

static void describe_packets(const struct fr *r, const struct fr_case *k, const json_t *p,
                             struct str *out)
{
	bool fresh = is_new(r, k->x, text_of(p, "check"));

	if (!json_integer_value(json_object_get(p, "lost")))
		return;
	str_printf(out, "%s\"%s\": ", out->n ? "\n" : "", text_of(p, "check"));
	if (is_back(p)) {
		str_printf(out, "%lld packets lost, back after %.0f ms",
		           (long long)json_integer_value(json_object_get(p, "lost")),
		           ms_of(p, "lostMs"));
		return;
	}
	str_printf(out, "broken as long as it is away%s",
	           fresh ? "" : ", as it is when one of the two fails");
	if (!fresh)
		return;
	str_printf(out, "\n  before, its way was %s", text_of(p, "way"));
	add_lines(out, text_of(p, "reason"));
}

static char *describe(const struct fr *r, const struct fr_case *k)
{
	struct str out = { 0 };
	size_t i;
	json_t *x;

	json_array_foreach (json_object_get(k->result, "packets"), i, x)
		describe_packets(r, k, x, &out);
	json_array_foreach (json_object_get(k->result, "doNotHold"), i, x)
		str_printf(&out, "%s\"%s\" does not hold meanwhile: %.*s", out.n ? "\n" : "",
		           text_of(x, "check"), (int)strcspn(text_of(x, "seen"), "\n"),
		           text_of(x, "seen"));
	if (!is_back(k->result) && json_is_true(json_object_get(k->result, "unnoticed")))
		str_printf(&out,
		           "\nafter %.0f ms its sessions, or its place in a pool, still count as "
		           "alive: a hold time or a probe may end it; --away TIME waits for that",
		           ms_of(k->result, "awayMs"));
	json_array_foreach (json_object_get(k->result, "returnPackets"), i, x)
		str_printf(&out, "%s\"%s\": %.0f ms lost while it came back", out.n ? "\n" : "",
		           text_of(x, "check"), ms_of(x, "lostMs"));
	if (!out.n)
		str_add(&out, "no packet lost");
	return str_take(&out);
}

/* A single thing without which something stays broken. */
static bool is_single_point(const struct fr_case *k)
{
	return k->x->kind != FAIL_PAIR && !is_back(k->result) &&
	       !json_is_true(json_object_get(k->result, "unnoticed"));
}

void failure_report(const struct fr *r, const struct fr_case *k, struct report_run *rep)
{
	double lost = ms_of(k->result, "lostMs");
	bool held = k->budget_ms < 0 || (is_back(k->result) && lost <= (double)k->budget_ms);
	struct report_check *c = report_add(rep);

	json_object_set_new(k->result, "budgetMs",
	                    k->budget_ms < 0 ? json_null() : json_integer(k->budget_ms));
	json_object_set_new(k->result, "held", json_boolean(held));
	json_object_set_new(k->result, "singlePointOfFailure", json_boolean(is_single_point(k)));
	c->name = k->budget_ms < 0 ? xasprintf("when %s fails", k->x->name)
	                           : xasprintf("when %s fails, packets are lost for at most %ld ms",
	                                       k->x->name, k->budget_ms);
	c->ok = held;
	c->failure = true;
	c->seconds = (ms_of(k->result, "awayMs") + ms_of(k->result, "returnMs")) / 1000;
	c->detail = describe(r, k);
}
