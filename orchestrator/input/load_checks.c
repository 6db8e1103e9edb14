/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: what they refer to must exist.  Their form is the schema's; running them is not ours. */
#include <errno.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "checks/faults.h"
#include "input/load.h"

enum { MAX_WORDS = 8 };

static const char *at_key(struct loader *l, const char *ptr, const char *key)
{
	return arena_printf(l->a, "%s/%s", ptr, key);
}

/* "RS/0", "RS/1". */
static bool is_instance(const struct model *m, const char *name)
{
	const char *slash = strrchr(name, '/');
	char rs[81];

	if (!slash || slash - name > 80 || (!streq(slash, "/0") && !streq(slash, "/1")))
		return false;
	memcpy(rs, name, (size_t)(slash - name));
	rs[slash - name] = 0;
	return model_route_server(m, rs);
}

static bool is_node(const struct model *m, const char *name)
{
	return model_vm(m, name) || strieq(name, "internet") || is_instance(m, name) ||
	       (strchr(name, '/') && model_nic(m, name));
}

static void need_node(struct loader *l, const char *name, const char *ptr)
{
	if (strieq(name, "fabric") && !model_vm(l->m, name))
		load_error(l, "CHECK-NODE-01", NULL, ptr,
		           "name a VM, \"ROUTESERVER/0\" or \"internet\"",
		           "the fabric neither sends nor receives packets of its own");
	else if (!is_node(l->m, name))
		load_unknown(l, K_NODE, name, ptr);
}

static void need_connection(struct loader *l, const char *name, const char *ptr)
{
	if (schema_pair_valid(name) && !model_connection(l->m, name))
		load_unknown(l, K_CONNECTION, name, ptr);
}

/* A NIC, or a VM for its primary NIC; one name may be both. */
static void need_nic(struct loader *l, const char *name, const char *ptr)
{
	const struct model *m = l->m;
	_cleanup_str_ struct str found = { 0 };
	size_t n = 0;
	struct vm *vm = model_vm(m, name);

	if (model_nic(m, name) && !vm)
		return;
	for (size_t i = 0; i < m->n_nics; i++) {
		if (!strieq(m->nics[i].name, name) || m->nics[i].vm == vm)
			continue;
		str_printf(&found, "%s\"%s/%s\"", n++ ? ", " : "", m->nics[i].vm->name,
		           m->nics[i].name);
	}
	if (vm && !n)
		return;
	if (!n) {
		load_unknown(l, K_NIC, name, ptr);
		return;
	}
	if (vm && vm->n_nics)
		str_printf(&found, ", \"%s/%s\"", vm->name, vm->nics[0]->name);
	_cleanup_free_ char *hint = xasprintf("say which: %s", str_get(&found));

	load_error(l, "CHECK-NODE-02", NULL, ptr, hint, "\"%s\" is the name of several things",
	           name);
}

/* What a packet passes: VMs and load balancers. */
static void need_hops(struct loader *l, json_t *list, const char *ptr)
{
	size_t i;
	json_t *x;

	json_array_foreach (list, i, x) {
		const char *name = json_string_value(x), *here;

		if (!name || model_vm(l->m, name) || model_lb(l->m, name))
			continue;
		here = arena_printf(l->a, "%s/%zu", ptr, i);
		load_unknown(l, K_HOP, name, here);
	}
}

static void packet(struct loader *l, json_t *x, const char *ptr)
{
	const char *from = json_string_value(json_object_get(x, "from"));
	const char *to = json_string_value(json_object_get(x, "to"));
	const char *protocol = json_string_value(json_object_get(x, "protocol"));
	bool port = json_object_get(x, "port");
	ip4 ip;

	if (from)
		need_node(l, from, at_key(l, ptr, "from"));
	if (to) {
		int r = ip4_parse(to, &ip);

		if (r == -EAFNOSUPPORT)
			load_error(l, "EMU-IPV6-01", NULL, at_key(l, ptr, "to"), NULL,
			           "\"to\" is \"%s\": this version emulates IPv4 only", to);
		else if (r < 0 && !model_lb(l->m, to)) /* its frontend */
			need_node(l, to, at_key(l, ptr, "to"));
	}
	if (!port && (streq(protocol, "tcp") || streq(protocol, "udp")))
		load_error(l, "CHECK-PORT-01", NULL, ptr, "add \"port\"",
		           "a check with protocol %s needs a port", protocol);
	if (port && (!protocol || streq(protocol, "icmp")))
		load_error(l, "CHECK-PORT-01", NULL, at_key(l, ptr, "port"),
		           "add \"protocol\": \"tcp\", or remove the port",
		           "icmp, the default protocol, has no ports");
}

/* --- fault commands ------------------------------------------------------------------------- */

/* "RS/PEERING" or "GATEWAY/CONNECTION", with or without the instance behind it. */
static void need_session(struct loader *l, const char *word, const char *ptr)
{
	_cleanup_free_ char *pair = xstrdup(word);
	size_t n = strlen(pair);
	char *slash = strchr(pair, '/');

	if (slash && strchr(slash + 1, '/') && n > 2 &&
	    (streq(pair + n - 2, "/0") || streq(pair + n - 2, "/1")))
		pair[n - 2] = 0;
	for (size_t i = 0; i < l->m->n_sessions; i++)
		if (hybrid_session_is(&l->m->sessions[i], word))
			return;
	if (!model_connection(l->m, pair))
		load_unknown(l, K_CONNECTION, pair, ptr);
}

/* The node that the driver would take for NODE or NODE/NIC. */
static bool is_guest(const struct model *m, const char *name)
{
	return model_vm(m, name) || is_instance(m, name) ||
	       (strchr(name, '/') && model_nic(m, name));
}

/* The fabric and the Internet are nodes, but not what most faults are about. */
static void need_guest(struct loader *l, const char *verb, const char *name, const char *ptr)
{
	if (is_guest(l->m, name))
		return;
	if (!is_node(l->m, name) && !strieq(name, "fabric"))
		load_unknown(l, K_NODE, name, ptr);
	else
		load_error(l, "CHECK-DO-01", NULL, ptr, "name a VM or \"ROUTESERVER/0\"",
		           "\"fault %s\" cannot be done to \"%s\"", verb, name);
}

static void need_vm(struct loader *l, const char *name, const char *ptr)
{
	if (!is_guest(l->m, name) || is_instance(l->m, name))
		load_unknown(l, K_VM, name, ptr);
}

static void need_fault_word(struct loader *l, const char *verb, enum fault_word kind,
                            const char *word, const char *ptr)
{
	switch (kind) {
	case FAULT_WORD_VM:
		need_vm(l, word, ptr);
		break;
	case FAULT_WORD_NODE:
		if (!is_node(l->m, word) && !strieq(word, "fabric"))
			load_unknown(l, K_NODE, word, ptr);
		break;
	case FAULT_WORD_GUEST:
	case FAULT_WORD_LINK:
		need_guest(l, verb, word, ptr);
		break;
	case FAULT_WORD_NIC:
		if (!model_nic(l->m, word))
			need_guest(l, verb, word, ptr);
		break;
	case FAULT_WORD_INSTANCE:
		if (!is_instance(l->m, word))
			load_error(l, "CHECK-DO-01", NULL, ptr,
			           "name \"ROUTESERVER/0\" or \"ROUTESERVER/1\"",
			           "\"%s\" is not an instance of a Route Server", word);
		break;
	case FAULT_WORD_SESSION:
		need_session(l, word, ptr);
		break;
	default:
		break; /* fault_parse() has looked */
	}
}

static void need_fault(struct loader *l, const char *text, const char *ptr)
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
		load_error(l, "CHECK-DO-01", NULL, ptr, known ? e.msg : str_get(&verbs),
		           "\"%s\" is not a fault command", text);
		return;
	}
	for (size_t i = 0; i < FAULT_MAX_ARGS && c.words[1 + i]; i++)
		need_fault_word(l, c.words[0], c.form->args[i], c.words[1 + i], ptr);
}

static void action(struct loader *l, json_t *x, const char *ptr)
{
	const char *text = json_string_value(json_object_get(x, "do"));
	bool from = json_object_get(x, "from"), to = json_object_get(x, "to");

	if (text)
		need_fault(l, text, at_key(l, ptr, "do"));
	if (from != to)
		load_error(l, "CHECK-DO-02", NULL, ptr, "give both or neither",
		           "\"from\" and \"to\" say where packets run meanwhile; there is only "
		           "\"%s\"",
		           from ? "from" : "to");
	if (json_object_get(x, "recoverWithin") && !from && !to)
		load_error(l, "CHECK-DO-02", NULL, ptr, "add \"from\" and \"to\"",
		           "\"recoverWithin\" needs packets to watch");
	if (from && to)
		packet(l, x, ptr);
}

/* --- */

static void rows(struct loader *l, json_t *x, const char *ptr)
{
	if (!json_array_size(json_object_get(x, "contains")) &&
	    !json_array_size(json_object_get(x, "lacks")))
		load_error(l, "CHECK-ROWS-01", NULL, ptr, "add \"contains\" or \"lacks\"",
		           "this check of routes names none");
}

static void one_check(struct loader *l, json_t *x, const char *ptr)
{
	size_t n;
	const struct object_def *kind = schema_choose(schema_checks, x, &n);
	const char *key = kind ? kind->fields[0].name : "";
	const char *subject = json_string_value(json_object_get(x, key));

	if (streq(key, "from")) {
		packet(l, x, ptr);
		need_hops(l, json_object_get(x, "via"), at_key(l, ptr, "via"));
		need_hops(l, json_object_get(x, "notVia"), at_key(l, ptr, "notVia"));
	} else if (streq(key, "do")) {
		action(l, x, ptr);
	} else if (streq(key, "effectiveRoutes")) {
		if (subject)
			need_nic(l, subject, at_key(l, ptr, key));
		rows(l, x, ptr);
	} else if (streq(key, "bgp") || streq(key, "learned") || streq(key, "advertised")) {
		if (subject)
			need_connection(l, subject, at_key(l, ptr, key));
		if (!streq(key, "bgp"))
			rows(l, x, ptr);
	}
}

void load_checks(struct loader *l)
{
	json_t *map = json_object_get(l->root, "checks"), *x;
	const char *key;

	json_object_foreach (map, key, x)
		if (json_is_object(x))
			one_check(l, x, load_ptr(l, JPTR(JPTR(NULL, "checks"), key)));
	if (json_is_object(map))
		l->m->checks = json_incref(map);
}
