/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of an exam that are in an appliance's own files. */
#include <ctype.h>

#include "azure/sessions.h"
#include "base/json.h"
#include "base/str.h"
#include "cmd/exam.h"
#include "input/topology.h"

/* The change of a file; its text is stolen. */
static struct exam_change *add_file_change(struct exam_changes *ret, const struct exam_fault *f,
                                           const struct node *vm, const struct config_file *file,
                                           char *text)
{
	struct exam_change *c = &VEC_PUSH(ret->v, ret->n, ret->cap);

	*c = (struct exam_change){
		.fault = f->name,
		.pointer = xasprintf("%s/config", vm->ptr),
		.member = xstrdup(file->name),
		.file = xstrdup(file->path),
		.now = text_json_of(text),
	};
	free(text);
	return c;
}

/* ---- one instance is not peered with ---- */

/* Each of an address that is no part of a longer one is replaced; NULL: there is none. */
static char *replace_address(const char *text, const char *old, const char *new)
{
	struct str s = { 0 };
	size_t n = strlen(old);
	bool found = false;

	for (const char *p = text; *p;) {
		bool starts = p == text || (!isdigit((unsigned char)p[-1]) && p[-1] != '.');

		if (starts && !strncmp(p, old, n) && !isdigit((unsigned char)p[n]) &&
		    !(p[n] == '.' && isdigit((unsigned char)p[n + 1]))) {
			str_add(&s, new);
			p += n;
			found = true;
		} else {
			str_addc(&s, *p++);
		}
	}
	char *r = str_take(&s);

	if (found)
		return r;
	free(r);
	return NULL;
}

static void spoil_instance(const struct exam_fault *f, const struct bgp_connection *c,
                           unsigned instance, struct exam_changes *ret)
{
	const struct node *vm = c->nic ? c->nic->vm : NULL;
	ip4 ip = c->rs->instance[instance];

	for (size_t i = 0; vm && ip4_is_set(ip) && i < vm->guest.n_configs; i++) {
		const struct config_file *file = &vm->guest.configs[i];
		_cleanup_free_ char *old = xstrdup(IP4_STR(ip)), *new = xstrdup(IP4_STR(ip ^ 8));
		char *text = file->content ? replace_address(file->content, old, new) : NULL;

		if (text)
			add_file_change(ret, f, vm, file, text)->what =
			    xasprintf("%s of %s has %s for instance %u of %s, which is %s",
			              file->path, vm->name, new, instance, c->rs->name, old);
	}
}

void exam_find_unpeered(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	_cleanup_findings_ struct findings all = { 0 };
	struct model *m = design_checked(design, &all);

	for (size_t i = 0; m && i < m->n_route_servers; i++)
		for (size_t k = 0; k < m->route_servers[i].n_conns; k++)
			for (unsigned instance = 0; instance < 2; instance++)
				spoil_instance(f, &m->route_servers[i].conns[k], instance, ret);
	model_free(m);
}

/* ---- a hold time that is longer ---- */

/* The words by which daemons write it, and the number of values behind them, of which the last is
 * the hold time. */
static const struct timer_words {
	const char *words;
	unsigned numbers;
	const char *slow;
} timer_words[] = {
	{ "hold time ", 1, "180" },     /* BIRD */
	{ "timers bgp ", 2, "60 180" }, /* FRR, Quagga */
	{ " timers ", 2, "60 180" },    /* of a neighbour */
	{ "holdtime ", 1, "180" },      /* OpenBGPD */
	{ "hold-time = ", 1, "180" },   /* GoBGP */
	{ "hold-time ", 1, "180" },     /* ExaBGP */
};

/* Behind the words there are that many numbers, the last less than a Route Server's hold time: how
 * many characters they take; 0: there are not. */
static size_t numbers_behind(const char *p, unsigned want)
{
	unsigned long value = 0;
	char *end = (char *)p;

	for (unsigned i = 0; i < want; i++) {
		if (!isdigit((unsigned char)*(end + strspn(end, " "))))
			return 0;
		value = strtoul(end, &end, 10);
	}
	return value >= 3 && value < 180 ? (size_t)(end - p) : 0;
}

/* NULL: the file says no hold time that is shorter. */
static char *slowed_timers(const char *text)
{
	struct str s = { 0 };
	bool found = false;

	for (const char *p = text; *p;) {
		const struct timer_words *w = NULL;
		size_t n = 0;

		for (size_t i = 0; !n && i < ARRAY_LEN(timer_words); i++) {
			w = &timer_words[i];
			if (!strncmp(p, w->words, strlen(w->words)))
				n = numbers_behind(p + strlen(w->words), w->numbers);
		}
		if (!n) {
			str_addc(&s, *p++);
			continue;
		}
		str_printf(&s, "%s%s", w->words, w->slow);
		p += strlen(w->words) + n;
		found = true;
	}
	char *r = str_take(&s);

	if (found)
		return r;
	free(r);
	return NULL;
}

void exam_find_hold_times(const struct exam_fault *f, json_t *design, struct exam_changes *ret)
{
	_cleanup_findings_ struct findings all = { 0 };
	struct model *m = design_checked(design, &all);

	for (size_t i = 0; m && i < m->n_vms; i++)
		for (size_t k = 0; k < m->vms[i].guest.n_configs; k++) {
			const struct config_file *file = &m->vms[i].guest.configs[k];
			char *text = file->content ? slowed_timers(file->content) : NULL;

			if (!text)
				continue;
			struct exam_change *c = add_file_change(ret, f, &m->vms[i], file, text);

			c->slow = xstrdup(m->vms[i].name);
			c->what = xasprintf("%s of %s has a hold time of 180 s", file->path,
			                    m->vms[i].name);
		}
	model_free(m);
}
