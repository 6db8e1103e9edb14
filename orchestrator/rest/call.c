/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls: their answers, and what they are about. */
#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/format.h"
#include "base/json.h"
#include "base/str.h"
#include "input/resources.h"
#include "rest/priv.h"

/* --- answers ---------------------------------------------------------------------------------- */

void call_free(struct rest_call *c)
{
	rest_id_done(&c->id);
	json_decref(c->query);
	json_decref(c->body);
	json_decref(c->headers);
	free(c->own_method);
	free(c->own_text);
	free(c);
}

static void log_call(const struct rest_call *c, int status, const char *text)
{
	rest_log(c->rest, "%s %s %d %lld ms %zu", c->method, c->id.path ? c->id.path : "-", status,
	         (long long)(clock_ms() - c->began), status < 300 ? c->n_changes : 0);
	if (c->rest->o.verbose && c->body) {
		json_t *clean = view_clean(c->body);
		_cleanup_free_ char *body = json_dumps(clean, JSON_COMPACT);

		json_decref(clean);
		rest_log(c->rest, "  > %s", body ? body : "");
	}
	if (c->rest->o.verbose && text)
		rest_log(c->rest, "  < %s", text);
}

static void finish_call(struct rest_call *c, int status, const char *text)
{
	if (c->answered)
		return;
	c->answered = true;
	log_call(c, status, text);
	c->done(c, status, c->headers, text ? text : "", text ? strlen(text) : 0);
	call_free(c);
}

void rest_header(struct rest_call *c, const char *name, const char *fmt, ...)
{
	va_list ap;
	char *text = NULL;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	json_object_set_new(c->headers, name, json_string(text));
	free(text);
}

void rest_answer_text(struct rest_call *c, int status, char *json)
{
	_cleanup_free_ char *text = json;

	if (text)
		rest_header(c, "Content-Type", "application/json; charset=utf-8");
	finish_call(c, status, text);
}

void rest_answer(struct rest_call *c, int status, json_t *body)
{
	char *text = body ? json_compact(body) : NULL;

	json_decref(body);
	rest_answer_text(c, status, text);
}

void rest_fail_with(struct rest_call *c, const struct rest_failure *f)
{
	rest_answer(c, f->status, rest_failure_json(f));
}

void rest_fail(struct rest_call *c, int status, const char *code, const char *fmt, ...)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	va_list ap;
	char *text = NULL;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	rest_refuse(&f, status, code, "%s", text);
	free(text);
	rest_fail_with(c, &f);
}

void rest_fail_err(struct rest_call *c, const struct err *e)
{
	bool gone = e->code == ENOENT || e->code == ECONNRESET || c->rest->ended;

	if (gone)
		rest_fail(c, 503, "ServiceUnavailable", "vnetlab: %s", e->msg);
	else
		rest_fail(c, 409, "OperationFailed", "vnetlab: %s", e->msg);
}

/* --- what a call is about --------------------------------------------------------------------- */

struct store *rest_store(const struct rest *r)
{
	return queue_head(r->queue);
}

json_t *rest_resource(struct rest_call *c)
{
	json_t *found = store_find(rest_store(c->rest), c->id.key);

	if (found)
		return found;
	if (c->id.kind == ID_GROUP)
		rest_fail(c, 404, "ResourceGroupNotFound",
		          "Resource group '%s' could not be found.", c->id.group);
	else
		rest_fail(c, 404, "ResourceNotFound",
		          "The Resource '%s/%s' under resource group '%s' was not found. For more "
		          "details please go to https://aka.ms/ARMResourceNotFoundFix",
		          c->id.type ? c->id.type : "", c->id.name ? c->id.name : "",
		          c->id.group ? c->id.group : "");
	return NULL;
}

const char *rest_lab_name(const struct rest *r, const char *key)
{
	return queue_lab_name(r->queue, key);
}

const char *rest_query(const struct rest_call *c, const char *name)
{
	return json_string_value(json_object_get(c->query, name));
}

const char *rest_endpoint(const struct rest *r)
{
	return r->endpoint;
}

struct loop *rest_loop(const struct rest *r)
{
	return r->loop;
}

const char *rest_lab(const struct rest *r)
{
	return r->o.lab;
}

const struct rest_options *rest_options_of(const struct rest *r)
{
	return &r->o;
}

int rest_aside(struct rest *r, json_t *(*work)(void *ctx),
               void (*done)(void *ctx, const json_t *result), void *ctx, struct err *e)
{
	return aside_start(&r->asides, r->loop, work, done, ctx, e);
}

struct rest_call *call_new(struct rest *r, const char *method, const char *uri,
                           struct rest_failure *f)
{
	size_t n = strcspn(uri, "?");
	_cleanup_free_ char *path = xstrndup(uri, n);
	struct rest_call *c = xcalloc(1, sizeof(*c));
	struct err e = { 0 };

	c->rest = r;
	c->began = clock_ms();
	c->method = c->own_method = xstrdup(method);
	c->headers = json_object();
	c->text = "";
	if (rest_id_parse(path, streq(method, "POST"), &c->id, &e) < 0 ||
	    !(c->query = rest_query_parse(uri[n] ? uri + n + 1 : NULL, &e))) {
		rest_refuse(f, 400, "InvalidResourceId", "vnetlab: the URL cannot be read: %s.",
		            e.msg);
		call_free(c);
		return NULL;
	}
	return c;
}

bool rest_group_is_there(struct rest_call *c)
{
	_cleanup_free_ char *path = xasprintf("/subscriptions/%s/resourceGroups/%s",
	                                      c->id.subscription, c->id.group ? c->id.group : "");
	_cleanup_free_ char *key = resource_key(path);

	if (!c->id.group || json_object_get(rest_store(c->rest)->groups, key))
		return true;
	rest_fail(c, 404, "ResourceGroupNotFound", "Resource group '%s' could not be found.",
	          c->id.group);
	return false;
}
