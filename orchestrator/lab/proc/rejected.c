/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/rejected.h"

#include "base/json.h"
#include "base/str.h"
#include "lab/proc/events.h"

enum { REJECTED_MAX = 4096 };

static bool has_this_line(const char *text, const char *line, size_t n)
{
	for (const char *at = text; at && *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strcspn(at, "\n") == n && memcmp(at, line, n) == 0)
			return true;
	return false;
}

void node_rejects(struct lab_node *n, const char *text)
{
	struct str b = { 0 };

	str_add(&b, n->rejected ? n->rejected : "");
	for (const char *at = text; *at; at += *at == '\n') {
		size_t len = strcspn(at, "\n"), used = len;

		while (used && (at[used - 1] == ' ' || at[used - 1] == '\r'))
			used--;
		if (used && b.n + used < REJECTED_MAX && !has_this_line(str_get(&b), at, used)) {
			if (b.n)
				str_addc(&b, '\n');
			str_addn(&b, at, used);
		}
		at += len;
	}
	free(n->rejected);
	n->rejected = str_take(&b);
}

/* " (frr.conf is nva/frr.conf)": where the design has the files. */
static void add_files(const struct lab_node *n, struct str *b)
{
	size_t n_configs = n->vm ? n->vm->guest.n_configs : 0;
	size_t all = n->vm ? n_configs + n->vm->guest.n_filters : 0;

	for (size_t i = 0; i < all; i++) {
		const struct config_file *f =
		    i < n_configs ? &n->vm->guest.configs[i] : &n->vm->guest.filters[i - n_configs];

		str_printf(b, "%s%s is %s", i ? ", " : " (", f->name, f->path);
	}
	str_add(b, all ? ")" : "");
}

void node_start_failed(struct driver *d, const struct lab_node *n, const char *msg)
{
	if (!d->starting || d->start_failed) {
		event_add(d->events, "process", n->name, "%s", msg);
		return;
	}
	d->start_failed = xstrdup(msg);
	driver_changed(d, CHANGED_NODES);
}

void node_did_not_start(struct driver *d, struct lab_node *n)
{
	_cleanup_str_ struct str msg = { 0 };

	if (!n->rejected || !*n->rejected) {
		node_start_failed(d, n, n->start_error);
		return;
	}
	str_printf(&msg, "%s: its configuration is wrong", n->name);
	add_files(n, &msg);
	str_printf(&msg, ":\n%s", n->rejected);
	node_start_failed(d, n, str_get(&msg));
}

json_t *rejected_json(const struct lab *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n_nodes; i++) {
		const struct lab_node *n = l->nodes[i];
		struct str b = { 0 };

		if (!n->rejected || !*n->rejected)
			continue;
		str_printf(&b, "%s runs, but its daemons object to its configuration", n->name);
		add_files(n, &b);
		str_printf(&b, ":\n%s", n->rejected);
		text_append(list, str_take(&b));
	}
	return list;
}
