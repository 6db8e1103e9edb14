/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages that look: each has a stream of what happens. */
#include "base/json.h"
#include "checks/faults.h"
#include "web/headers.h"
#include "web/message.h"
#include "web/priv.h"
#include "web/view.h"

struct web_stream {
	struct web *web;
	struct http_stream *out;
	char *lab; /* that is shown whole; NULL */
	struct web_stream *next;
};

struct web_lab *web_lab_named(const struct web *w, const char *name)
{
	struct web_lab *l = w->labs;

	while (l && !streq(l->name, name))
		l = l->next;
	return l;
}

static void forget_stream(void *ctx)
{
	struct web_stream *s = ctx;

	for (struct web_stream **at = &s->web->streams; *at; at = &(*at)->next)
		if (*at == s) {
			*at = s->next;
			break;
		}
	free(s->lab);
	free(s);
}

static void send_to(struct web_stream *s, const char *event, const json_t *data)
{
	_cleanup_str_ struct str text = { 0 };

	web_message(&text, event, data);
	http_stream_write(s->out, str_get(&text), text.n);
}

/* The rows of the page's form of faults: one for each fault command that has arguments. */
static json_t *faults_json(void)
{
	static const char *const kinds[] = {
		[FAULT_WORD_VM] = "node",       [FAULT_WORD_NODE] = "node",
		[FAULT_WORD_GUEST] = "node",    [FAULT_WORD_LINK] = "node",
		[FAULT_WORD_NIC] = "nic",       [FAULT_WORD_SESSION] = "session",
		[FAULT_WORD_INSTANCE] = "node", [FAULT_WORD_HOLD] = "",
	};
	json_t *list = json_array();

	for (const struct fault_form *f = fault_forms; f->name; f++) {
		json_t *args = json_array();

		for (size_t i = 0; i < FAULT_MAX_ARGS && f->args[i]; i++) {
			const char *const *c = fault_word_choices(f->args[i]);
			const char *kind = f->args[i] < ARRAY_LEN(kinds) ? kinds[f->args[i]] : NULL;
			json_t *choices = json_array();

			for (; c && *c; c++)
				json_array_append_new(choices, json_string(*c));
			json_array_append_new(args, json_pack("{s:s,s:o,s:b}", "names",
			                                      kind ? kind : "", "choices", choices,
			                                      "required", i < f->required));
		}
		json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:o}", "verb", f->name, "usage",
		                                      f->usage, "help", f->help, "args", args));
	}
	return list;
}

static json_t *hello_json(const struct web *w)
{
	json_t *tiles = json_array(), *hello;

	for (const struct web_lab *l = w->labs; l; l = l->next)
		json_array_append(tiles, l->tile);
	hello = json_pack("{s:o}", "labs", tiles);
	if (w->o.control)
		json_object_set_new(hello, "faults", faults_json());
	return hello;
}

static void send_whole_lab(struct web_stream *s, const struct web_lab *l)
{
	json_t *shown = json_pack(
	    "{s:o,s:s,s:o,s:O}", "picture", l->picture ? json_string(l->picture) : json_null(),
	    "details", l->details ? l->details : "", "names", view_names(l), "history", l->history);

	send_to(s, "lab", shown);
	json_decref(shown);
}

void stream_begin(struct web *w, struct http_request *q, const char *lab)
{
	struct web_lab *l = lab ? web_lab_named(w, lab) : NULL;
	struct web_stream *s = xcalloc(1, sizeof(*s));
	json_t *headers = web_headers("text/event-stream"), *hello = hello_json(w);

	*s = (struct web_stream){ .web = w, .lab = lab ? xstrdup(lab) : NULL, .next = w->streams };
	s->out = http_stream_begin(q, headers, forget_stream, s);
	w->streams = s;
	json_decref(headers);
	http_stream_write(s->out, "retry: 1000\n\n", strlen("retry: 1000\n\n"));
	send_to(s, "labs", hello);
	json_decref(hello);
	if (l)
		send_whole_lab(s, l);
}

void stream_send(struct web *w, const struct web_lab *of, const char *event, const json_t *data)
{
	for (struct web_stream *s = w->streams, *next; s; s = next) {
		next = s->next;
		if (!of || streq(s->lab, of->name))
			send_to(s, event, data);
	}
}

void stream_alive(struct web *w)
{
	for (struct web_stream *s = w->streams, *next; s; s = next) {
		next = s->next;
		http_stream_write(s->out, ":\n\n", 3);
	}
}
