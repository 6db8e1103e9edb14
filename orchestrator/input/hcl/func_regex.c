/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Regular expressions: Terraform's are RE2's, the C library's are POSIX's.  What is written in the
 * same way means the same; \d, \w, \s are translated; the rest is an error and not another meaning.
 */
#include <regex.h>

#include "input/hcl/func.h"

/* False: POSIX has no such thing. */
static bool translate_pattern(const char *s, struct str *out)
{
	bool in_set = false;

	for (; *s; s++) {
		if (*s == '\\') {
			static const char *const classes[][3] = {
				{ "d", "[0-9]", "0-9" },
				{ "w", "[0-9A-Za-z_]", "0-9A-Za-z_" },
				{ "s", "[ \t\n\r\f]", " \t\n\r\f" },
				{ "D", "[^0-9]", NULL },
				{ "W", "[^0-9A-Za-z_]", NULL },
				{ "S", "[^ \t\n\r\f]", NULL },
				{ "n", "\n", "\n" },
				{ "t", "\t", "\t" },
			};
			size_t i = 0;

			s++;
			while (i < ARRAY_LEN(classes) && *s != *classes[i][0])
				i++;
			if (i < ARRAY_LEN(classes)) {
				const char *word = classes[i][in_set ? 2 : 1];

				if (!word)
					return false;
				str_add(out, word);
			} else if (!*s || (*s >= '0' && *s <= '9') || (*s | 0x20) == 'b' ||
			           (*s | 0x20) == 'z' || *s == 'A') {
				return false;
			} else if (in_set) {
				str_addc(out, *s);
			} else {
				str_addc(out, '\\');
				str_addc(out, *s);
			}
			continue;
		}
		if (!in_set && *s == '(' && s[1] == '?' && s[2] == ':') {
			/* A group that is not captured would count here. */
			return false;
		}
		if (!in_set && *s == '(' && s[1] == '?')
			return false;
		if (!in_set && strchr("*+?}", *s) && s[1] == '?')
			return false;
		if (*s == '[' && !in_set)
			in_set = true;
		else if (*s == ']' && in_set)
			in_set = false;
		str_addc(out, *s);
	}
	return true;
}

/* The C library writes repetitions out, and those of repetitions are more than there is memory. */
enum { EXPANDED = 5000, NESTED = 100 };

/* Behind a set, whose first member may be a bracket. */
static const char *set_end(const char *s)
{
	s += 1 + (s[1] == '^');
	s += *s == ']';
	while (*s && *s != ']')
		s++;
	return s;
}

/* "{3}", "{2,5}", "{2,}": the greater number; *s then is at its end. */
static unsigned long repetitions(const char **s)
{
	char *end;
	unsigned long n = strtoul(*s + 1, &end, 10);

	if (*end == ',' && end[1] != '}')
		n = strtoul(end + 1, &end, 10);
	while (*end && *end != '}')
		end++;
	*s = *end ? end : end - 1;
	return n ? n : 1;
}

/* The pattern with its repetitions written out. */
static bool is_too_long(const char *s)
{
	unsigned long sum[NESTED + 1] = { 0 }, last[NESTED + 1] = { 0 }, n;
	size_t at = 0;

	for (; *s; s++) {
		if (*s == '(') {
			if (at == NESTED)
				return true;
			at++;
			sum[at] = last[at] = 0;
			continue;
		}
		if (*s == '{') {
			n = repetitions(&s);
			if (n > EXPANDED)
				return true;
			sum[at] += last[at] * (n - 1);
			last[at] *= n;
		} else {
			n = 1;
			if (*s == ')' && at)
				n += sum[at--];
			else if (*s == '\\' && s[1])
				s++;
			else if (*s == '[')
				s = set_end(s);
			sum[at] += n;
			last[at] = n;
			if (!*s)
				break;
		}
		if (sum[at] > EXPANDED)
			return true;
	}
	return false;
}

static bool compile_pattern(struct hcl_call *c, const char *pattern, regex_t *ret,
                            json_t **ret_failed)
{
	struct str text = { 0 };
	bool ok = translate_pattern(pattern, &text) && strlen(pattern) < 1000 &&
	          !is_too_long(pattern) && regcomp(ret, str_get(&text), REG_EXTENDED) == 0;

	str_free_p(&text);
	if (!ok)
		*ret_failed = func_fail(c, "the pattern \"%s\" cannot be used here", pattern);
	return ok;
}

enum { GROUPS = 16 };

/* The next match.  Each costs a look at all that is left, so that many in a long text count as the
 * steps that they are: *ret_failed. */
static bool find_match(struct hcl_call *c, const regex_t *re, const char *s, regmatch_t *m,
                       int flags, json_t **ret_failed)
{
	c->ev->steps += strlen(s) / 64;
	*ret_failed = c->ev->steps > HCL_EVAL_STEPS
	                  ? func_fail(c, "there are too many matches in so long a text")
	                  : NULL;
	return !*ret_failed && regexec(re, s, GROUPS, m, flags) == 0;
}

/* The match itself, or its groups where it has some. */
static json_t *match_value(const regex_t *re, const char *s, const regmatch_t *m)
{
	json_t *out;

	if (!re->re_nsub)
		return json_stringn(s + m[0].rm_so, (size_t)(m[0].rm_eo - m[0].rm_so));
	out = json_array();
	for (size_t i = 1; i <= re->re_nsub && i < GROUPS; i++)
		json_array_append_new(
		    out, m[i].rm_so < 0
		             ? json_null()
		             : json_stringn(s + m[i].rm_so, (size_t)(m[i].rm_eo - m[i].rm_so)));
	return out;
}

static json_t *match_pattern(struct hcl_call *c, bool all)
{
	const char *pattern, *s;
	regmatch_t m[GROUPS];
	regex_t re;
	json_t *failed, *out;
	int flags = 0;

	if (!func_text(c, 0, &pattern) || !func_text(c, 1, &s))
		return hcl_unknown(NULL);
	if (!compile_pattern(c, pattern, &re, &failed))
		return failed;
	out = json_array();
	while (find_match(c, &re, s, m, flags, &failed)) {
		json_array_append_new(out, match_value(&re, s, m));
		if (!all || (m[0].rm_eo == m[0].rm_so && !s[m[0].rm_eo]))
			break;
		s += m[0].rm_eo > m[0].rm_so ? m[0].rm_eo : m[0].rm_eo + 1;
		flags = REG_NOTBOL;
	}
	regfree(&re);
	if (failed) {
		json_decref(out);
		return failed;
	}
	if (all)
		return out;
	json_t *first = json_incref(json_array_get(out, 0));

	json_decref(out);
	return first ? first : func_fail(c, "the text does not match");
}

static json_t *f_regex(struct hcl_call *c)
{
	return match_pattern(c, false);
}

static json_t *f_regexall(struct hcl_call *c)
{
	return match_pattern(c, true);
}

/* "$1" and "${1}" in with are groups of the match. */
static void add_replacement(struct str *out, const char *with, const char *s, const regmatch_t *m)
{
	for (; *with; with++) {
		bool braces = *with == '$' && with[1] == '{';
		const char *digit = with + 1 + braces;

		if (*with == '$' && *digit >= '0' && *digit <= '9' &&
		    (!braces || digit[1] == '}')) {
			const regmatch_t *g = &m[*digit - '0'];

			if (g->rm_so >= 0)
				str_addn(out, s + g->rm_so, (size_t)(g->rm_eo - g->rm_so));
			with = digit + braces;
		} else {
			str_addc(out, *with);
		}
	}
}

static json_t *replace_matches(struct hcl_call *c, const char *s, const char *pattern,
                               const char *with)
{
	regmatch_t m[GROUPS];
	regex_t re;
	json_t *failed;
	struct str out = { 0 };
	int flags = 0;

	if (!compile_pattern(c, pattern, &re, &failed))
		return failed;
	failed = NULL;
	while (*s && find_match(c, &re, s, m, flags, &failed)) {
		str_addn(&out, s, (size_t)m[0].rm_so);
		add_replacement(&out, with, s, m);
		if (m[0].rm_eo > m[0].rm_so || !s[m[0].rm_eo]) {
			s += m[0].rm_eo;
		} else { /* an empty match: what stands there stays */
			str_addn(&out, s, (size_t)m[0].rm_eo + 1);
			s += m[0].rm_eo + 1;
		}
		flags = REG_NOTBOL;
	}
	str_add(&out, s);
	regfree(&re);
	json_t *v = failed ? failed : func_string(c, out.s, out.n);

	str_free_p(&out);
	return v;
}

static json_t *f_replace(struct hcl_call *c)
{
	const char *s, *what, *with, *at;
	struct str out = { 0 };

	if (!func_text(c, 0, &s) || !func_text(c, 1, &what) || !func_text(c, 2, &with))
		return hcl_unknown(NULL);
	size_t n = strlen(what);

	if (n > 1 && *what == '/' && what[n - 1] == '/') {
		_cleanup_free_ char *pattern = xstrndup(what + 1, n - 2);

		return replace_matches(c, s, pattern, with);
	}
	for (; n && (at = strstr(s, what)); s = at + n) {
		str_addn(&out, s, (size_t)(at - s));
		str_add(&out, with);
	}
	str_add(&out, s);
	json_t *v = func_string(c, out.s, out.n);

	str_free_p(&out);
	return v;
}

const struct hcl_func hcl_regex_funcs[] = {
	{ "regex", 2, 2, f_regex, false },
	{ "regexall", 2, 2, f_regexall, false },
	{ "replace", 3, 3, f_replace, false },
	{ NULL },
};
