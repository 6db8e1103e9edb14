/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a request to who answers it. */
#include "base/str.h"
#include "rest/body.h"
#include "rest/priv.h"

/* --- requests --------------------------------------------------------------------------------- */

static bool is_deployment(const struct rest_call *c)
{
	return c->id.type && strieq(c->id.type, "Microsoft.Resources/deployments");
}

/* The body of a deployment need not be JSON, and is read by who deploys. */
static bool read_body(struct rest_call *c)
{
	_cleanup_failure_ struct rest_failure f = { 0 };

	if (!c->n_text)
		return true;
	c->body = body_parse(c->text, c->n_text, &f);
	if (c->body || is_deployment(c))
		return true;
	rest_fail_with(c, &f);
	return false;
}

void call_run(struct rest_call *c)
{
	const struct rest_action *a;

	if (!rest_query(c, "api-version")) {
		rest_fail(c, 400, "MissingApiVersionParameter",
		          "The api-version query parameter (?api-version=) is required for all "
		          "requests.");
		return;
	}
	if (c->rest->ended) {
		rest_fail(c, 503, "ServiceUnavailable", "vnetlab: lab %s has ended.",
		          c->rest->o.lab);
		return;
	}
	if (!read_body(c))
		return;
	a = rest_action_find(c);
	if (a)
		a->run(c);
	else
		rest_fail(c, 404, "NotFound", "vnetlab: %s %s is not answered here.", c->method,
		          c->id.path);
}

static void answer_http(struct rest_call *c, int status, const json_t *headers, const char *text,
                        size_t n)
{
	http_answer(c->done_ctx, status, headers, text, n);
}

static void refuse_http(struct rest *r, struct http_request *q, const struct rest_failure *f)
{
	json_t *j = rest_failure_json(f);
	json_t *headers = json_pack("{s:s}", "Content-Type", "application/json; charset=utf-8");
	_cleanup_free_ char *text = json_dumps(j, JSON_COMPACT);

	if (f->status == 401)
		json_object_set_new(
		    headers, "WWW-Authenticate",
		    json_sprintf("Bearer authorization_uri=\"%s/adfs\"", r->endpoint));
	rest_log(r, "%s - %d (%s)", q->method, f->status, f->code);
	http_answer(q, f->status, headers, text ? text : "", text ? strlen(text) : 0);
	json_decref(headers);
	json_decref(j);
}

void call_http(void *ctx, struct http_request *q)
{
	struct rest *r = ctx;
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct rest_call *c = call_new(r, q->method, q->uri, &f);

	if (!c) {
		refuse_http(r, q, &f);
		return;
	}
	if (!guard_request(r, q, c->id.path, &f)) {
		call_free(c);
		refuse_http(r, q, &f);
		return;
	}
	c->text = q->body;
	c->n_text = q->n_body;
	c->done = answer_http;
	c->done_ctx = q;
	if (!login_request(r, c, c->id.path, q->plain))
		call_run(c);
}
