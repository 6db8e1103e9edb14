/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/priv.h"

#include "base/str.h"

enum { BATCH_MAX = 500 };

struct batch {
	struct rest_call *c;
	json_t *responses;
	size_t left;
};

struct member {
	struct batch *b;
	size_t i;
};

static void end_member(struct batch *b)
{
	if (--b->left)
		return;
	rest_answer(b->c, 200, json_pack("{s:o}", "responses", b->responses));
	free(b);
}

static void set_response(struct batch *b, size_t i, int status, const json_t *headers,
                         json_t *content)
{
	json_t *r = json_array_get(b->responses, i);

	json_object_set_new(r, "httpStatusCode", json_integer(status));
	json_object_set_new(r, "headers", headers ? json_copy((json_t *)headers) : json_object());
	json_object_set_new(r, "content", content ? content : json_null());
}

static void on_member(struct rest_call *c, int status, const json_t *headers, const char *text,
                      size_t n)
{
	struct member *m = c->done_ctx;
	struct batch *b = m->b;

	set_response(b, m->i, status, headers,
	             n ? json_loadb(text, n, JSON_DECODE_ANY, NULL) : NULL);
	free(m);
	end_member(b);
}

static void refuse_member(struct batch *b, size_t i, const struct rest_failure *f)
{
	set_response(b, i, f->status, NULL, rest_failure_json(f));
	end_member(b);
}

/* "https://localhost:8443/x" or "/x"; NULL: of another host. */
static const char *own_path(const struct rest *r, const char *url)
{
	const char *own = rest_endpoint(r);
	size_t n = strlen(own);

	if (url && *url == '/')
		return url;
	return url && strncasecmp(url, own, n) == 0 && url[n] == '/' ? url + n : NULL;
}

static void run_member(struct batch *b, size_t i, const json_t *request)
{
	const char *method = json_string_value(json_object_get(request, "httpMethod"));
	const char *path = own_path(b->c->rest, json_string_value(json_object_get(request, "url")));
	json_t *content = json_object_get(request, "content");
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct rest_call *c = NULL;

	if (!method || !path)
		rest_refuse(&f, 400, "InvalidBatchRequest",
		            "vnetlab: a request of a batch has an httpMethod, and a url of %s.",
		            rest_endpoint(b->c->rest));
	else
		c = call_new(b->c->rest, method, path, &f);
	if (!c) {
		refuse_member(b, i, &f);
		return;
	}
	struct member *m = xcalloc(1, sizeof(*m));

	m->b = b;
	m->i = i;
	c->done = on_member;
	c->done_ctx = m;
	if (content) {
		c->own_text = json_dumps(content, JSON_COMPACT | JSON_ENCODE_ANY);
		c->text = c->own_text ? c->own_text : "";
		c->n_text = strlen(c->text);
	}
	if (strieq(c->id.key, "/batch"))
		rest_fail(c, 400, "InvalidBatchRequest", "vnetlab: a batch is in no batch.");
	else
		c->rest->run(c);
}

static void answer_batch(struct rest_call *c)
{
	json_t *requests = json_object_get(c->body, "requests"), *q;
	size_t n = json_array_size(requests), i;

	if (!json_is_array(requests) || n > BATCH_MAX) {
		rest_fail(c, 400, "InvalidBatchRequest",
		          "vnetlab: a batch is {\"requests\": [...]}, of at most %d.", BATCH_MAX);
		return;
	}
	struct batch *b = xcalloc(1, sizeof(*b));

	b->c = c;
	b->responses = json_array();
	b->left = n + 1; /* until all have begun */
	json_array_foreach (requests, i, q) {
		const char *name = json_string_value(json_object_get(q, "name"));

		json_array_append_new(b->responses,
		                      name ? json_pack("{s:s}", "name", name) : json_object());
	}
	json_array_foreach (requests, i, q)
		run_member(b, i, q);
	end_member(b);
}

const struct rest_action actions_batch[] = {
	{ "POST", "", "batch", answer_batch },
	{ 0 },
};
