/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/faults.h"

#include <errno.h>

const struct fault_form fault_forms[] = {
	{ .verb = FAULT_STOP,
	  .name = "stop",
	  .usage = "fault stop VM",
	  .help = "deallocates it: routes to it become None;\n"
	          "whatever its powerState in the design is",
	  .args = { FAULT_WORD_VM },
	  .required = 1 },
	{ .verb = FAULT_START,
	  .name = "start",
	  .usage = "fault start VM",
	  .help = "and back",
	  .args = { FAULT_WORD_VM },
	  .required = 1 },
	{ .verb = FAULT_KILL,
	  .name = "kill",
	  .usage = "fault kill NODE [--hold]",
	  .help = "its processes die (and are restarted, unless held)",
	  .args = { FAULT_WORD_NODE, FAULT_WORD_HOLD },
	  .required = 1,
	  .passed = "its processes died, and are started again (--hold: they are not)" },
	{ .verb = FAULT_FREEZE,
	  .name = "freeze",
	  .usage = "fault freeze NODE",
	  .help = "hung: neither control nor forwarding",
	  .args = { FAULT_WORD_GUEST },
	  .required = 1 },
	{ .verb = FAULT_THAW,
	  .name = "thaw",
	  .usage = "fault thaw NODE",
	  .help = "and back",
	  .args = { FAULT_WORD_GUEST },
	  .required = 1 },
	{ .verb = FAULT_LINK,
	  .name = "link",
	  .usage = "fault link NODE[/NIC] down|up",
	  .help = "its cables, or one of them; NODE/TUNNEL: that device",
	  .args = { FAULT_WORD_LINK, FAULT_WORD_UPDOWN },
	  .required = 2 },
	{ .verb = FAULT_SESSION,
	  .name = "session",
	  .usage = "fault session ROUTESERVER/PEERING[/0|1]|GATEWAY/CONNECTION[/0|1] down|up",
	  .help = "a BGP session; GATEWAY/ROUTESERVER: the gateway's own with it",
	  .args = { FAULT_WORD_SESSION, FAULT_WORD_UPDOWN },
	  .required = 2 },
	{ .verb = FAULT_IMPAIR,
	  .name = "impair",
	  .usage = "fault impair NIC rate 10mbit|delay 20ms|loss 1%",
	  .help = "where the kernel can",
	  .args = { FAULT_WORD_NIC, FAULT_WORD_MEASURE, FAULT_WORD_VALUE },
	  .required = 3 },
	{ .verb = FAULT_IMPAIR,
	  .name = "impair",
	  .usage = "fault impair NIC none",
	  .help = "and back",
	  .args = { FAULT_WORD_NIC, FAULT_WORD_UNHURT },
	  .required = 2 },
	{ .verb = FAULT_MAINTENANCE,
	  .name = "maintenance",
	  .usage = "fault maintenance ROUTESERVER/0|1 [TIME]",
	  .help = "what Azure does at times: one instance's sessions end,\n"
	          "the other programs all NICs; over after TIME",
	  .args = { FAULT_WORD_INSTANCE, FAULT_WORD_TIME },
	  .required = 1 },
	{ .verb = FAULT_LIST,
	  .name = "list",
	  .usage = "fault list",
	  .help = "what is broken now",
	  .required = 0 },
	{ .verb = FAULT_CLEAR,
	  .name = "clear",
	  .usage = "fault clear",
	  .help = "mends all of it",
	  .required = 0 },
	{ .name = NULL },
};

const struct fault_form *fault_form_of(const char *verb)
{
	for (const struct fault_form *f = fault_forms; f->name; f++)
		if (streq(f->name, verb))
			return f;
	return NULL;
}

const char *const *fault_word_choices(enum fault_word w)
{
	static const char *const updown[] = { "down", "up", NULL };
	static const char *const measures[] = { "rate", "delay", "loss", NULL };
	static const char *const unhurt[] = { "none", NULL };
	static const char *const hold[] = { "--hold", NULL };

	switch (w) {
	case FAULT_WORD_UPDOWN:
		return updown;
	case FAULT_WORD_MEASURE:
		return measures;
	case FAULT_WORD_UNHURT:
		return unhurt;
	case FAULT_WORD_HOLD:
		return hold;
	default:
		return NULL;
	}
}

/* Has the word the form of its kind?  A name always has: it is looked up by others. */
static bool word_fits(enum fault_word kind, const char *word)
{
	const char *const *choices = fault_word_choices(kind);
	long ms;

	if (kind == FAULT_WORD_NONE)
		return false;
	if (kind == FAULT_WORD_TIME)
		return str_duration(word, &ms) == 0;
	for (size_t i = 0; choices && choices[i]; i++)
		if (streq(choices[i], word))
			return true;
	return !choices;
}

static bool command_has_form(const struct fault_command *c, size_t n_args,
                             const struct fault_form *f)
{
	if (n_args < f->required || n_args > FAULT_MAX_ARGS)
		return false;
	for (size_t i = 0; i < n_args; i++)
		if (!word_fits(f->args[i], c->words[1 + i]))
			return false;
	return true;
}

void fault_verbs_add(struct str *out, const char *separator)
{
	for (const struct fault_form *f = fault_forms; f->name; f++)
		if (f == fault_forms || f[-1].verb != f->verb)
			str_printf(out, "%s%s", f == fault_forms ? "" : separator, f->name);
}

static int fault_misused(const struct fault_form *first, const struct fault_command *c,
                         struct err *e)
{
	_cleanup_str_ struct str usage = { 0 };

	for (const struct fault_form *f = first; f->name && f->verb == first->verb; f++)
		str_printf(&usage, "%s\"%s\"", f == first ? "" : ", or ", f->usage);
	for (size_t i = 0; i < FAULT_MAX_ARGS && c->words[1 + i]; i++)
		if (first->args[i] == FAULT_WORD_TIME &&
		    !word_fits(first->args[i], c->words[1 + i]))
			str_printf(&usage, "; \"%s\" is no duration, as 30s or 2m",
			           c->words[1 + i]);
	return err_set(e, EINVAL, "write %s", str_get(&usage));
}

int fault_parse(const char *const *words, size_t n, struct fault_command *ret, struct err *e)
{
	const struct fault_form *first = n ? fault_form_of(words[0]) : NULL;
	struct fault_command c = { 0 };
	const char *hold = NULL;
	size_t k = 0;

	if (!first) {
		_cleanup_str_ struct str verbs = { 0 };

		fault_verbs_add(&verbs, ", ");
		return err_set(e, EINVAL, "no fault is called \"%s\"; there are: %s",
		               n ? words[0] : "", str_get(&verbs));
	}
	/* An option may stand anywhere. */
	for (size_t i = 0; i < n; i++) {
		if (i && !hold && streq(words[i], "--hold"))
			hold = words[i];
		else if (k > FAULT_MAX_ARGS)
			return fault_misused(first, &c, e);
		else
			c.words[k++] = words[i];
	}
	if (hold && k > FAULT_MAX_ARGS)
		return fault_misused(first, &c, e);
	if (hold)
		c.words[k++] = hold;
	for (c.form = first; c.form->name && c.form->verb == first->verb; c.form++)
		if (command_has_form(&c, k - 1, c.form)) {
			*ret = c;
			return 0;
		}
	return fault_misused(first, &c, e);
}
