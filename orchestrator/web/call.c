/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests of the page, and their answers. */
#include <errno.h>

#include "base/json.h"
#include "web/assets.h"
#include "web/headers.h"
#include "web/priv.h"
#include "web/view.h"

enum { ASK_MS = 30000, FAULT_BODY_MAX = 64 << 10 };

struct call { /* one that a driver is asked for */
	struct http_request *q;
	struct web_lab *lab;
	json_t *(*answer)(const struct web_lab *l, const json_t *driver); /* new reference */
};

static void answer_page(struct http_request *q, int status, const char *type, const char *text)
{
	json_t *headers = web_headers(type);

	http_answer(q, status, headers, text, strlen(text));
	json_decref(headers);
}

static void answer_json(struct http_request *q, int status, json_t *j /* stolen */)
{
	_cleanup_free_ char *text = json_compact(j);

	json_decref(j);
	answer_page(q, status, "application/json; charset=utf-8", text ? text : "null");
}

static void answer_error(struct http_request *q, int status, const char *why)
{
	answer_json(q, status, json_pack("{s:o}", "error", text_json_of(why)));
}

/* ---- what a driver is asked for ---- */

static void on_answer(void *ctx, const json_t *answer, const struct err *e)
{
	struct call *c = ctx;

	if (answer)
		answer_json(c->q, 200, c->answer(c->lab, answer));
	else
		answer_error(c->q, 502, e->msg);
	free(c);
}

static void ask_driver_for(struct web *w, struct http_request *q, const char *lab, json_t *request,
                           json_t *(*answer)(const struct web_lab *l, const json_t *driver))
{
	struct web_lab *l = web_lab_named(w, lab);

	if (!l || !l->events) {
		json_decref(request);
		answer_error(q, 404, "the lab does not run");
		return;
	}
	struct call *c = xcalloc(1, sizeof(*c));

	*c = (struct call){ q, l, answer };
	lab_ask(&w->asks, l->name, request, ASK_MS, on_answer, c);
}

static json_t *html_json(char *html /* stolen */)
{
	json_t *j = json_pack("{s:s}", "html", html);

	free(html);
	return j;
}

static json_t *routes_answer(const struct web_lab *l, const json_t *driver)
{
	(void)l;
	return html_json(view_routes(driver));
}

static json_t *path_answer(const struct web_lab *l, const json_t *driver)
{
	const json_t *path = json_object_get(driver, "path");
	const json_t *back = json_object_get(path, "return");
	json_t *j = html_json(view_path(path));

	json_object_set(j, "verdict", json_object_get(path, "verdict"));
	json_object_set_new(j, "steps", l->model ? view_steps(l->model, path) : json_array());
	json_object_set_new(j, "back", l->model ? view_steps(l->model, back) : json_array());
	return j;
}

static json_t *faults_left(const struct web_lab *l, const json_t *driver)
{
	(void)l;
	return json_pack("{s:O}", "faults", json_object_get(driver, "faults"));
}

static const char *asked_for(const struct web_address *a, const char *name)
{
	return json_string_value(json_object_get(a->query, name));
}

static json_t *path_request(const struct web_address *a)
{
	static const char *const words[] = { "from", "to", "protocol" };
	json_t *j = json_pack("{s:s}", "op", "path");
	const char *port = asked_for(a, "port");

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (asked_for(a, words[i]) && *asked_for(a, words[i]))
			json_object_set_new(j, words[i], json_string(asked_for(a, words[i])));
	if (port && *port)
		json_object_set_new(j, "port", json_integer(strtol(port, NULL, 10)));
	return j;
}

static void pass_on_fault(struct web *w, struct http_request *q, const char *lab)
{
	json_t *body = q->n_body <= FAULT_BODY_MAX ? json_loadb(q->body, q->n_body, 0, NULL) : NULL;
	json_t *argv = json_object_get(body, "argv");

	if (json_is_array(argv))
		ask_driver_for(w, q, lab, json_pack("{s:s,s:O}", "op", "fault", "argv", argv),
		               faults_left);
	else
		answer_error(q, 400, "a fault is {\"argv\": [\"kill\", \"NVA_1\"]}");
	json_decref(body);
}

/* ---- what is answered at once ---- */

static void answer_asset(struct http_request *q, const char *name)
{
	const struct web_asset *x = web_asset(name);

	if (x)
		answer_page(q, 200, x->type, x->text);
	else
		answer_error(q, 404, "there is no such page");
}

static void answer_labs(const struct web *w, struct http_request *q)
{
	json_t *tiles = json_array();

	for (const struct web_lab *l = w->labs; l; l = l->next)
		json_array_append(tiles, l->tile);
	answer_json(q, 200, json_pack("{s:o}", "labs", tiles));
}

static void move_to_slash(const struct web *w, struct http_request *q)
{
	json_t *headers = web_headers("text/plain; charset=utf-8");

	json_object_set_new(headers, "Location", json_sprintf("/%s/", w->gate.token.text));
	http_answer(q, 308, headers, "", 0);
	json_decref(headers);
}

/* Begins the stream of a page, and asks about labs whose state is old since nobody looked. */
static void begin_to_look(struct web *w, struct http_request *q, const char *lab)
{
	stream_begin(w, q, lab);
	for (struct web_lab *l = w->labs; l; l = l->next)
		if (l->stale)
			web_lab_look(l);
	looks_go_on(w->looks);
}

void web_call(void *ctx, struct http_request *q)
{
	struct web *w = ctx;
	const struct web_asked asked = { q->method, q->uri, q->host, q->origin, q->content_type };
	_cleanup_(web_address_done) struct web_address a = { 0 };
	struct err why = { 0 };
	int status = web_admit(&w->gate, &asked, &a, &why);

	if (status) {
		answer_error(q, status, why.msg);
		return;
	}
	switch (a.place) {
	case WEB_PAGE:
		answer_asset(q, "page.html");
		break;
	case WEB_ASSET:
		answer_asset(q, a.name);
		break;
	case WEB_SLASH:
		move_to_slash(w, q);
		break;
	case WEB_LABS:
		answer_labs(w, q);
		break;
	case WEB_EVENTS:
		begin_to_look(w, q, asked_for(&a, "lab"));
		break;
	case WEB_ROUTES:
		ask_driver_for(w, q, a.name,
		               json_pack("{s:s,s:s,s:b}", "op", "routes", "nic",
		                         asked_for(&a, "nic") ? asked_for(&a, "nic") : "",
		                         "explain", 1),
		               routes_answer);
		break;
	case WEB_PATH:
		ask_driver_for(w, q, a.name, path_request(&a), path_answer);
		break;
	case WEB_FAULT:
		pass_on_fault(w, q, a.name);
		break;
	}
}
