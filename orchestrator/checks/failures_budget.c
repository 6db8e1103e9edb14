/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "whenFails": how long packets may be lost when something fails. */
#include "base/str.h"
#include "base/suggest.h"
#include "checks/failures.h"

#define BOTH " + "

static bool is_pattern(const char *s)
{
	return strpbrk(s, "*?");
}

/* "A + B" -> A, and B in *ret_b; the caller frees both.  NULL: it is no pair. */
static char *split_pair(const char *key, char **ret_b)
{
	const char *plus = strstr(key, BOTH);

	if (!plus)
		return NULL;
	*ret_b = xstrdup(plus + strlen(BOTH));
	return xstrndup(key, (size_t)(plus - key));
}

static bool fits_key(const char *key, const char *name)
{
	return is_pattern(key) ? str_glob(key, name) : strieq(key, name);
}

static bool fits_failure(const char *key, const struct failures *all, const struct failure *x)
{
	_cleanup_free_ char *b = NULL, *a = split_pair(key, &b);

	if ((x->kind == FAIL_PAIR) != (a != NULL))
		return false;
	if (!a)
		return fits_key(key, x->name);
	const char *one = all->v[x->of[0]].name, *two = all->v[x->of[1]].name;

	return (fits_key(a, one) && fits_key(b, two)) || (fits_key(a, two) && fits_key(b, one));
}

long failure_budget(const struct model *m, const struct failures *all, size_t i,
                    const char **ret_key)
{
	const char *key;
	json_t *v;
	long ms;

	for (int pattern = 0; pattern < 2; pattern++)
		json_object_foreach (json_object_get(m->topology, "whenFails"), key, v)
			if (is_pattern(key) == (bool)pattern &&
			    fits_failure(key, all, &all->v[i]) && json_is_string(v) &&
			    str_duration(json_string_value(v), &ms) == 0) {
				if (ret_key)
					*ret_key = key;
				return ms;
			}
	return -1;
}

static bool names_some(const struct failures *all, const char *key)
{
	for (size_t i = 0; i < all->n; i++)
		if (fits_key(key, all->v[i].name))
			return true;
	return false;
}

static void report_unknown_failure(const struct failures *all, const char *key, const char *part,
                                   struct findings *f)
{
	_cleanup_free_ const char **names = xcalloc(all->n + 1, sizeof(*names));
	_cleanup_free_ char *ptr = jptr_str(JPTR(JPTR(NULL, "whenFails"), key));
	size_t compared = 0;

	for (size_t i = 0; i < all->n; i++)
		names[i] = all->v[i].name;
	_cleanup_free_ char *hint = all->n ? suggest_name(part, names, all->n, &compared) : NULL;

	finding_add(
	    f, SEV_ERROR, "WHENFAILS-01", NULL, ptr, hint,
	    "\"%s\" is nothing that a test takes away: an appliance, an instance of a Route "
	    "Server or a gateway, a circuit, a tunnel, a link",
	    part);
}

void failures_check_budgets(const struct model *m, struct findings *f)
{
	json_t *budgets = json_object_get(m->topology, "whenFails"), *v;
	struct failures all;
	const char *key;

	if (!json_is_object(budgets))
		return;
	failures_of(m, false, &all);
	json_object_foreach (budgets, key, v) {
		_cleanup_free_ char *b = NULL, *a = split_pair(key, &b);

		/* "*" is right of a design in which nothing can fail yet. */
		if (!streq(a ? a : key, "*") && !names_some(&all, a ? a : key))
			report_unknown_failure(&all, key, a ? a : key, f);
		if (a && !streq(b, "*") && !names_some(&all, b))
			report_unknown_failure(&all, key, b, f);
	}
	failures_free(&all);
}
