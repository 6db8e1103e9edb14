/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An audit: searches of a whole lab that must find nothing. */
#include "checks/fields.h"

static const struct enum_value audits[] = {
	[CHECK_LOOPS] = { "loops", CHECK_LOOPS, NULL, NULL },
	[CHECK_BLACKHOLES] = { "blackholes", CHECK_BLACKHOLES, NULL, NULL },
	[CHECK_ASYMMETRY] = { "asymmetry", CHECK_ASYMMETRY, NULL, NULL },
	[CHECK_FLAPS] = { "flaps", CHECK_FLAPS, "since the lab first converged", NULL },
	[CHECK_ORACLES] = { "oracles", CHECK_ORACLES, "model, kernel and packets agree", NULL },
	[CHECK_AUDITS] = { .name = NULL },
};

const char *check_audit_name(enum check_audit a)
{
	return audits[a].name;
}

bool check_audits(const struct check *c, enum check_audit a)
{
	size_t i;
	json_t *name;

	json_array_foreach (json_object_get(c->spec, "audit"), i, name)
		if (streq(json_string_value(name), audits[a].name))
			return true;
	return false;
}

/* Walks and packets are one operation of the driver, the log of sessions is another. */
enum { ANSWER_WALKS, ANSWER_LOG, ANSWERS };

static size_t ask_audit(const struct check *c, struct check_question ret[CHECK_QUESTIONS])
{
	json_t *names = json_array();

	for (unsigned k = 0; k < CHECK_AUDITS; k++)
		if (k != CHECK_FLAPS && check_audits(c, k))
			json_array_append_new(names, json_string(audits[k].name));
	ret[ANSWER_WALKS] = (struct check_question){
		.request = json_array_size(names)
		               ? json_pack("{s:s, s:O}", "op", "audit", "audits", names)
		               : NULL,
		.sharing = CHECK_SHARE_UNION,
		.list = "audits",
	};
	ret[ANSWER_LOG] = (struct check_question){
		.request =
		    check_audits(c, CHECK_FLAPS) ? json_pack("{s:s}", "op", "sessions") : NULL,
		.payload = "log",
	};
	json_decref(names);
	return ANSWERS;
}

/* Begins a line; false: there were enough of them. */
static bool begin_row(const char *what, size_t i, size_t n, struct str *out)
{
	enum { SHOWN = 5 };

	if (i == SHOWN)
		str_printf(out, "\n%s: and %zu more", what, n - SHOWN);
	if (i < SHOWN)
		str_printf(out, "%s%s: ", out->n ? "\n" : "", what);
	return i < SHOWN;
}

/* Rows {from, to, detail} of one search. */
static size_t show_found(const json_t *rows, const char *what, struct str *out)
{
	size_t i, n = json_array_size(rows);
	json_t *row;

	json_array_foreach (rows, i, row) {
		if (!begin_row(what, i, n, out))
			break;
		if (*check_text(row, "from"))
			str_printf(out, "%s to %s: ", check_text(row, "from"),
			           check_text(row, "to"));
		str_add(out, check_text(row, "detail"));
	}
	return n;
}

static bool left_established(const json_t *change)
{
	return strieq(check_text(change, "from"), "Established");
}

/* The log of session changes since the lab first converged: each time that one left Established. */
static size_t show_flaps(const json_t *log, struct str *out)
{
	size_t i, n = 0, shown = 0;
	json_t *change;

	json_array_foreach (log, i, change)
		n += left_established(change);
	json_array_foreach (log, i, change) {
		if (!left_established(change))
			continue;
		if (!begin_row(audits[CHECK_FLAPS].name, shown++, n, out))
			break;
		if (json_object_get(change, "session"))
			str_add(out, check_text(change, "session"));
		else
			str_printf(out, "%s/%s instance %d", check_text(change, "routeServer"),
			           check_text(change, "peering"),
			           (int)json_integer_value(json_object_get(change, "instance")));
		str_printf(out, " left Established at %s (%s)", check_text(change, "time"),
		           check_text(change, "to"));
	}
	return n;
}

static struct judgement judge_audit(const struct check *c, const struct check_answers *a,
                                    void *memory)
{
	_cleanup_str_ struct str out = { 0 };
	size_t n = 0;

	(void)memory;
	for (unsigned k = 0; k < CHECK_AUDITS; k++) {
		const char *name = audits[k].name;

		if (k == CHECK_FLAPS)
			n += show_flaps(a->a[ANSWER_LOG], &out);
		else if (check_audits(c, k))
			n += show_found(json_object_get(a->a[ANSWER_WALKS], name), name, &out);
	}
	if (!n)
		str_add(&out, "nothing found");
	return check_judged(!n, &out);
}

const struct check_sort sort_audit = {
	.place = 70,
	/* clang-format off */
	.fields = {
		"check-audit", "an audit", "Searches of the whole lab.",
		(const struct field[]){
			{ .name = "audit", .type = T_LIST, .item = T_ENUM, .values = audits, .min = 1,
			  .required = true, .help = "what must not be found" },
			CHECK_FIELDS_TIME, END } },
	/* clang-format on */
	.ask = ask_audit,
	.judge = judge_audit,
};
