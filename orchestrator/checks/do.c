/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An action between checks: a fault command; what it costs packets that are sent meanwhile. */
#include "checks/faults.h"
#include "checks/fields.h"

enum { MAX_WORDS = 8 };

/* --- what the words of the command name ------------------------------------------------------ */

static bool is_any_node(const struct model *m, const char *name)
{
	return check_is_node(m, name) || strieq(name, "fabric");
}

/* The fabric and the Internet are nodes, but not what most faults are about. */
static void refer_guest(struct check_reader *r, const char *verb, const char *name, const char *ptr)
{
	bool other = strieq(name, "fabric") || strieq(name, "internet");

	if (!is_any_node(r->m, name))
		check_unknown_node(r, name, ptr);
	else if (other && !model_vm(r->m, name))
		check_error(r, "CHECK-DO-01", ptr, "name a VM or \"ROUTESERVER/0\"",
		            "\"fault %s\" cannot be done to \"%s\"", verb, name);
}

static void refer_fault_word(struct check_reader *r, const char *verb, enum fault_word kind,
                             const char *word, const char *ptr)
{
	switch (kind) {
	case FAULT_WORD_VM:
		check_refer_vm(r, word, ptr);
		break;
	case FAULT_WORD_NODE:
		if (!is_any_node(r->m, word))
			check_unknown_node(r, word, ptr);
		break;
	case FAULT_WORD_GUEST:
	case FAULT_WORD_LINK:
		refer_guest(r, verb, word, ptr);
		break;
	case FAULT_WORD_NIC:
		if (!model_nic(r->m, word))
			refer_guest(r, verb, word, ptr);
		break;
	case FAULT_WORD_INSTANCE:
		if (!check_is_instance(r->m, word))
			check_error(r, "CHECK-DO-01", ptr,
			            "name \"ROUTESERVER/0\" or \"ROUTESERVER/1\"",
			            "\"%s\" is not an instance of a Route Server", word);
		break;
	case FAULT_WORD_SESSION:
		check_refer_session(r, word, ptr);
		break;
	default:
		break; /* fault_parse() has looked */
	}
}

static void refer_fault(struct check_reader *r, const char *text, const char *ptr)
{
	_cleanup_free_ char *copy = xstrdup(text);
	const char *words[MAX_WORDS];
	char *save = NULL;
	struct fault_command c;
	struct err e = { 0 };
	size_t n = 0;

	for (char *w = strtok_r(copy, " \t", &save); w && n < MAX_WORDS;
	     w = strtok_r(NULL, " \t", &save))
		words[n++] = w;
	bool known = n >= 2 && streq(words[0], "fault") && fault_form_of(words[1]);

	if (!known || fault_parse(words + 1, n - 1, &c, &e) < 0) {
		_cleanup_str_ struct str verbs = { 0 };

		str_add(&verbs, "fault commands: ");
		fault_verbs_add(&verbs, ", ");
		check_error(r, "CHECK-DO-01", ptr, known ? e.msg : str_get(&verbs),
		            "\"%s\" is not a fault command", text);
		return;
	}
	for (size_t i = 0; i < FAULT_MAX_ARGS && c.words[1 + i]; i++)
		refer_fault_word(r, c.words[0], c.form->args[i], c.words[1 + i], ptr);
}

static void refer_do(struct check_reader *r, const struct check *c)
{
	bool from = json_object_get(c->spec, "from"), to = json_object_get(c->spec, "to");

	if (c->subject)
		refer_fault(r, c->subject, check_ptr(r, c->ptr, "do"));
	if (from != to)
		check_error(r, "CHECK-DO-02", c->ptr, "give both or neither",
		            "\"from\" and \"to\" say where packets run meanwhile; there is only "
		            "\"%s\"",
		            from ? "from" : "to");
	if (json_object_get(c->spec, "recoverWithin") && !from && !to)
		check_error(r, "CHECK-DO-02", c->ptr, "add \"from\" and \"to\"",
		            "\"recoverWithin\" needs packets to watch");
	if (from && to)
		check_refer_packet(r, c);
}

static struct judgement judge_do(const struct check *c, const struct outage *o)
{
	_cleanup_str_ struct str out = { 0 };

	if (!c->from) {
		str_add(&out, "done");
		return check_judged(true, &out);
	}
	str_printf(&out, "%u of %u packets lost", o->lost, o->sent);
	if (o->lost && o->recovered)
		str_printf(&out, ", recovered after %.0f ms", o->gap_ms);
	else if (o->lost)
		str_printf(&out, ", not recovered after %.0f ms", o->gap_ms);
	if (!c->recover_ms)
		return check_judged(true, &out);
	bool holds = !o->lost || (o->recovered && o->gap_ms <= (double)c->recover_ms);

	if (!holds)
		str_printf(&out, "; it should take at most %u ms", c->recover_ms);
	return check_judged(holds, &out);
}

/* Editors complete and check the verb: of the table of faults, as everybody else. */
static char *fault_command_pattern(void)
{
	struct str s = { 0 };

	str_add(&s, "^\\s*fault\\s+(");
	fault_verbs_add(&s, "|");
	str_add(&s, ")(\\s|$)");
	return str_take(&s);
}

const struct check_sort sort_do = {
	.place = 10,
	/* clang-format off */
	.fields = {
		"check-do", "an action between checks",
		"A fault command; with from and to it also says how long packets were lost.",
		(const struct field[]){
			{ .name = "do", .type = T_TEXT, .required = true,
			  .pattern = fault_command_pattern,
			  .at = AT(struct check, subject),
			  .help = "a fault command, as \"fault stop NVA_1\"; \"vnetlab help fault\" "
			          "lists them" },
			{ .name = "from", .type = T_NODE, .at = AT(struct check, from),
			  .help = "Send packets meanwhile: from this node" },
			{ .name = "to", .type = T_NODE, .at = AT(struct check, to),
			  .help = "to this node or address." },
			CHECK_FIELDS_PROTOCOL,
			{ .name = "recoverWithin", .type = T_DURATION,
			  .at = AT(struct check, recover_ms),
			  .help = "Packets must arrive again by then." },
			{ .name = "hint", .type = T_TEXT, .at = AT(struct check, hint),
			  .help = "Shown when they do not." },
			END } },
	/* clang-format on */
	.refer = refer_do,
	.judge_outage = judge_do,
};
