/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A failure as an entry of the report: held, when packets came back within its budget, the way that
 * their checks name. */
#include "base/json.h"
#include "base/str.h"
#include "proof/failures_priv.h"
#include "report/failures.h"

enum harm { KEPT, OTHER_WAY, BROKEN };

static enum harm harm_of(const json_t *packets)
{
	return !failure_is_back(packets)          ? BROKEN
	       : failure_takes_other_way(packets) ? OTHER_WAY
	                                          : KEPT;
}

static enum harm harm_alone(const struct fr *r, size_t number, const char *check)
{
	const char *name = r->all.v[number].name;
	size_t i, k;
	json_t *x, *p;

	json_array_foreach (r->list, i, x)
		json_array_foreach (json_object_get(x, "packets"), k, p)
			if (streq(failure_text(x, "failure"), name) &&
			    streq(failure_text(p, "check"), check))
				return harm_of(p);
	return KEPT;
}

/* True if loss p of a pair of failures is none that one of the two causes alone. */
static bool is_new(const struct fr *r, const struct failure *x, const json_t *p)
{
	const char *check = failure_text(p, "check");
	enum harm harm = harm_of(p);

	return x->kind != FAIL_PAIR ||
	       (harm_alone(r, x->of[0], check) < harm && harm_alone(r, x->of[1], check) < harm);
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
	long long lost = json_integer_value(json_object_get(p, "lost"));
	enum harm harm = harm_of(p);
	bool fresh = is_new(r, k->x, p);

	if (!lost && harm == KEPT)
		return;
	str_printf(out, "%s\"%s\": ", out->n ? "\n" : "", failure_text(p, "check"));
	if (harm != BROKEN && lost)
		str_printf(out, "%lld packets lost, back after %.0f ms%s", lost,
		           failure_ms(p, "lostMs"), harm == OTHER_WAY ? "; " : "");
	if (harm == OTHER_WAY)
		str_printf(out, "arrives, but another way%s%s", fresh ? ": " : "",
		           fresh ? failure_text(p, "seen") : "");
	if (harm == BROKEN)
		str_add(out, "broken as long as it is away");
	if (harm != KEPT && !fresh)
		str_add(out, ", as it is when one of the two fails");
	if (harm != BROKEN || !fresh)
		return;
	str_printf(out, "\n  before, its way was %s", failure_text(p, "way"));
	add_lines(out, failure_text(p, "reason"));
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
		           failure_text(x, "check"), (int)strcspn(failure_text(x, "seen"), "\n"),
		           failure_text(x, "seen"));
	if (!failure_is_back(k->result) && json_is_true(json_object_get(k->result, "unnoticed")))
		str_printf(&out,
		           "\nafter %.0f ms its sessions, or its place in a pool, still count as "
		           "alive: a hold time or a probe may end it; --away TIME waits for that",
		           failure_ms(k->result, "awayMs"));
	json_array_foreach (json_object_get(k->result, "returnPackets"), i, x)
		str_printf(&out, "%s\"%s\": %.0f ms lost while it came back", out.n ? "\n" : "",
		           failure_text(x, "check"), failure_ms(x, "lostMs"));
	if (!out.n)
		str_add(&out, "no packet lost");
	return str_take(&out);
}

/* A single thing without which something stays broken. */
static bool is_single_point(const struct fr_case *k)
{
	return k->x->kind != FAIL_PAIR && !failure_is_back(k->result) &&
	       !json_is_true(json_object_get(k->result, "unnoticed"));
}

void failure_report(const struct fr *r, const struct fr_case *k, struct report_run *rep)
{
	double lost = failure_ms(k->result, "lostMs");
	bool held =
	    k->budget_ms < 0 || (harm_of(k->result) == KEPT && lost <= (double)k->budget_ms);
	struct report_check *c = report_add(rep);

	json_object_set_new(k->result, "budgetMs",
	                    k->budget_ms < 0 ? json_null() : json_integer(k->budget_ms));
	if (k->budget_key)
		json_object_set_new(k->result, "budgetKey", text_json_of(k->budget_key));
	json_object_set_new(k->result, "held", json_boolean(held));
	json_object_set_new(k->result, "singlePointOfFailure", json_boolean(is_single_point(k)));
	c->name = k->budget_ms < 0 ? xasprintf("when %s fails", k->x->name)
	                           : xasprintf("when %s fails, packets are lost for at most %ld ms",
	                                       k->x->name, k->budget_ms);
	c->ok = held;
	c->failure = true;
	c->seconds = (failure_ms(k->result, "awayMs") + failure_ms(k->result, "returnMs")) / 1000;
	c->detail = describe(r, k);
}
