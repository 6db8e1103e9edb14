/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/look.h"

#include "proof/ask.h"

struct asked {
	size_t questions[CHECK_QUESTIONS], n;
};

#define NOT_ASKED SIZE_MAX

static void ask_about(struct round *r, const struct check *c, struct asked *a)
{
	struct check_question q[CHECK_QUESTIONS] = { { 0 } };

	a->n = c->sort->ask(c, q);
	for (size_t i = 0; i < a->n; i++)
		a->questions[i] = q[i].request ? round_add(r, q[i]) : NOT_ASKED;
}

static struct judgement judge_answers(const struct round *r, const struct check *c,
                                      const struct asked *a)
{
	_cleanup_free_ void *memory = xcalloc(1, c->sort->memory_size + 1);
	struct check_answers answers = { { NULL } };
	const char *why = NULL;

	for (size_t i = 0; i < a->n; i++) {
		if (a->questions[i] == NOT_ASKED)
			continue;
		answers.a[i] = round_answer(r, a->questions[i], &why);
		if (!answers.a[i])
			return (struct judgement){ false, xstrdup(why ? why : "no answer") };
	}
	struct judgement j = c->sort->judge(c, &answers, memory);

	j.holds = j.holds != c->inverted;
	return j;
}

int look_once(struct lab_client *c, const struct check *const *checks, size_t n,
              struct judgement *ret, json_t **ret_status, struct err *e)
{
	_cleanup_free_ struct asked *asked = xcalloc(n + 1, sizeof(*asked));
	const struct check_question status = { .request = json_pack("{s:s}", "op", "status") };
	struct round r = { 0 };
	const char *why;
	size_t of_status = round_add(&r, status);

	for (size_t i = 0; i < n; i++)
		ask_about(&r, checks[i], &asked[i]);
	round_send(&r, c);
	for (size_t i = 0; i < n; i++)
		ret[i] = judge_answers(&r, checks[i], &asked[i]);
	*ret_status = json_incref((json_t *)round_answer(&r, of_status, &why));
	int lost = r.lost;

	if (lost)
		*e = r.e;
	round_clear(&r);
	return lost;
}

char *look_way(struct lab_client *c, const struct check *x)
{
	_cleanup_str_ struct str out = { 0 };
	struct check_question q = { 0 };
	struct round r = { 0 };
	const char *why;

	x->sort->ask_why(x, &q);
	size_t number = round_add(&r, q);

	round_send(&r, c);
	check_way(round_answer(&r, number, &why), &out);
	round_clear(&r);
	return str_take(&out);
}

void look_ways(struct lab_client *c, const struct check *const *checks, size_t n, char **ret)
{
	_cleanup_free_ size_t *numbers = xcalloc(n + 1, sizeof(*numbers));
	struct check_question q = { 0 };
	struct round r = { 0 };
	const char *why;

	for (size_t i = 0; i < n; i++)
		if (check_has_way(checks[i]) && checks[i]->sort->ask_why(checks[i], &q))
			numbers[i] = round_add(&r, q) + 1;
	round_send(&r, c);
	for (size_t i = 0; i < n; i++) {
		_cleanup_str_ struct str seen = { 0 };

		ret[i] = NULL;
		if (!numbers[i])
			continue;
		const json_t *path = round_answer(&r, numbers[i] - 1, &why);

		if (!path)
			ret[i] = xstrdup(why ? why : "no answer");
		else if (!check_way_holds(checks[i], path, &seen))
			ret[i] = str_take(&seen);
	}
	round_clear(&r);
}

char *look_why(struct lab_client *c, const struct check *x)
{
	_cleanup_str_ struct str out = { 0 };
	struct check_question q = { 0 };
	struct round r = { 0 };
	const char *why;

	if (!x->sort->ask_why || !x->sort->ask_why(x, &q))
		return xstrdup("");
	size_t number = round_add(&r, q);

	round_send(&r, c);
	x->sort->explain(x, round_answer(&r, number, &why), &out);
	round_clear(&r);
	return str_take(&out);
}
