/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/address.h"

#include <errno.h>

#include "base/str.h"
#include "lab/client/paths.h"
#include "rest/http.h"
#include "rest/id.h"

void web_address_done(struct web_address *a)
{
	free(a->name);
	json_decref(a->query);
	*a = (struct web_address){ 0 };
}

/* A page of somebody else's sends its own Origin, or "null". */
static bool is_own_origin(const char *origin, const char *host)
{
	_cleanup_free_ char *own = xasprintf("http://%s", host);

	return !origin || strieq(origin, own);
}

/* A form of somebody else's page can send neither. */
static bool is_json_type(const char *content_type)
{
	size_t n = content_type ? strcspn(content_type, "; ") : 0;
	_cleanup_free_ char *type = xstrndup(content_type ? content_type : "", n);

	return strieq(type, "application/json");
}

static bool find_place_of_lab(const char *rest, struct web_address *ret)
{
	static const struct {
		const char *name;
		enum web_place place;
	} places[] = { { "/routes", WEB_ROUTES }, { "/path", WEB_PATH }, { "/fault", WEB_FAULT } };
	size_t n = strcspn(rest, "/");
	_cleanup_free_ char *lab = xstrndup(rest, n);

	if (lab_name_check(lab, NULL) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (streq(rest + n, places[i].name)) {
			ret->place = places[i].place;
			ret->name = take_ptr(lab);
			return true;
		}
	return false;
}

/* path: what follows the token. */
static bool find_place(const char *path, struct web_address *ret)
{
	if (!*path || streq(path, "/")) {
		ret->place = *path ? WEB_PAGE : WEB_SLASH;
		return true;
	}
	if (streq(path, "/events") || streq(path, "/labs")) {
		ret->place = streq(path, "/labs") ? WEB_LABS : WEB_EVENTS;
		return true;
	}
	if (str_starts(path, "/labs/"))
		return find_place_of_lab(path + strlen("/labs/"), ret);
	ret->place = WEB_ASSET;
	ret->name = xstrdup(path + 1);
	return !strchr(ret->name, '/');
}

static int refuse_page(struct err *why, int status, const char *text)
{
	err_set(why, EACCES, "%s", text);
	return status;
}

static int admit_method(const struct web_gate *g, const struct web_asked *q, enum web_place place,
                        struct err *why)
{
	if (!streq(q->method, place == WEB_FAULT ? "POST" : "GET"))
		return refuse_page(why, 405, "this address does not take that method");
	if (place != WEB_FAULT)
		return 0;
	if (!g->control)
		return refuse_page(why, 403,
		                   "this page only looks: start it with vnetlab web --control");
	if (!is_json_type(q->content_type))
		return refuse_page(why, 415, "a fault is sent as application/json");
	return 0;
}

int web_admit(const struct web_gate *g, const struct web_asked *q, struct web_address *ret,
              struct err *why)
{
	size_t n = strcspn(q->uri, "?"), token = n ? strcspn(q->uri + 1, "/?") : 0;
	_cleanup_(web_address_done) struct web_address a = { 0 };
	_cleanup_free_ char *path = n ? xstrndup(q->uri + 1 + token, n - 1 - token) : NULL;

	if (!http_host_is_own(q->host, g->port)) {
		err_set(why, EACCES, "Host must be localhost:%u, 127.0.0.1:%u or [::1]:%u", g->port,
		        g->port, g->port);
		return 400;
	}
	if (!is_own_origin(q->origin, q->host))
		return refuse_page(why, 403, "pages of others are not answered");
	if (!path || !web_token_is(&g->token, q->uri + 1, token))
		return refuse_page(why, 403, "take the whole address that vnetlab web has printed");
	a.query = rest_query_parse(q->uri[n] ? q->uri + n + 1 : "", why);
	if (!a.query)
		return 400;
	if (!find_place(path, &a))
		return refuse_page(why, 404, "there is no such page");
	int status = admit_method(g, q, a.place, why);

	if (status)
		return status;
	*ret = a;
	a = (struct web_address){ 0 };
	return 0;
}
