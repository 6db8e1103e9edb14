/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of vnetlab web that need neither a lab nor a browser: who may ask for what, and what is
 * made of what drivers say. */
#include "base/str.h"
#include "input/topology.h"
#include "unit.h"
#include "web/address.h"
#include "web/assets.h"
#include "web/message.h"
#include "web/view.h"

#define HOST "127.0.0.1:8480"

static struct web_gate gate(bool control)
{
	struct web_gate g = { .port = 8480, .control = control };
	struct err e;

	assert_int_equal(web_token_make(&g.token, &e), 0);
	return g;
}

/* %T in path: the token. */
static int admit(const struct web_gate *g, struct web_asked q, const char *path,
                 struct web_address *ret)
{
	const char *token = strstr(path, "%T");
	_cleanup_free_ char *uri =
	    token ? xasprintf("%.*s%s%s", (int)(token - path), path, g->token.text, token + 2)
	          : xstrdup(path);
	struct web_address a = { 0 };
	struct err why = { 0 };

	q.uri = uri;
	q.method = q.method ? q.method : "GET";
	q.host = q.host ? q.host : HOST;
	int status = web_admit(g, &q, &a, &why);

	assert_true(!status == !*why.msg);
	if (ret)
		*ret = a;
	else
		web_address_done(&a);
	return status;
}

static void test_a_request_needs_the_whole_token(void **state)
{
	struct web_gate g = gate(false), other = gate(false);
	_cleanup_free_ char *wrong = xasprintf("/%s/", other.token.text);
	_cleanup_free_ char *part = xasprintf("/%.*s/", WEB_TOKEN_LEN - 1, g.token.text);

	(void)state;
	assert_int_equal(strlen(g.token.text), 64);
	assert_string_not_equal(g.token.text, other.token.text);
	assert_int_equal(admit(&g, (struct web_asked){ 0 }, "/%T/", NULL), 0);
	assert_int_equal(admit(&g, (struct web_asked){ 0 }, wrong, NULL), 403);
	assert_int_equal(admit(&g, (struct web_asked){ 0 }, part, NULL), 403);
	assert_int_equal(admit(&g, (struct web_asked){ 0 }, "/%T0/", NULL), 403);
	assert_int_equal(admit(&g, (struct web_asked){ 0 }, "/", NULL), 403);
	assert_int_equal(admit(&g, (struct web_asked){ 0 }, "", NULL), 403);
	assert_int_equal(admit(&g, (struct web_asked){ 0 }, "/?%T", NULL), 403);
	assert_int_equal(admit(&g, (struct web_asked){ 0 }, "/x/%T/", NULL), 403);
}

static void test_other_hosts_and_origins_are_refused(void **state)
{
	struct web_gate g = gate(false);

	(void)state;
	assert_int_equal(admit(&g, (struct web_asked){ .host = "localhost:8480" }, "/%T/", NULL),
	                 0);
	assert_int_equal(admit(&g, (struct web_asked){ .host = "[::1]:8480" }, "/%T/", NULL), 0);
	assert_int_equal(admit(&g, (struct web_asked){ .host = "127.0.0.1" }, "/%T/", NULL), 400);
	assert_int_equal(admit(&g, (struct web_asked){ .host = "127.0.0.1:81" }, "/%T/", NULL),
	                 400);
	assert_int_equal(
	    admit(&g, (struct web_asked){ .host = "lab.example.net:8480" }, "/%T/", NULL), 400);
	assert_int_equal(admit(&g, (struct web_asked){ .origin = "http://" HOST }, "/%T/", NULL),
	                 0);
	assert_int_equal(admit(&g, (struct web_asked){ .origin = "null" }, "/%T/", NULL), 403);
	assert_int_equal(
	    admit(&g, (struct web_asked){ .origin = "http://localhost:8480" }, "/%T/", NULL), 403);
	assert_int_equal(admit(&g, (struct web_asked){ .origin = "https://" HOST }, "/%T/", NULL),
	                 403);
}

static void test_faults_need_control_and_json(void **state)
{
	static const char path[] = "/%T/labs/one/fault", json[] = "application/json";
	struct web_gate looks = gate(false), acts = gate(true);
	const struct web_asked post = { .method = "POST", .content_type = json };
	struct web_address a;

	(void)state;
	assert_int_equal(admit(&looks, post, path, NULL), 403);
	assert_int_equal(admit(&acts, post, path, &a), 0);
	assert_int_equal(a.place, WEB_FAULT);
	assert_string_equal(a.name, "one");
	web_address_done(&a);
	assert_int_equal(
	    admit(&acts,
	          (struct web_asked){ .method = "POST",
	                              .content_type = "application/json; charset=utf-8" },
	          path, NULL),
	    0);
	assert_int_equal(admit(&acts, (struct web_asked){ .content_type = json }, path, NULL), 405);
	assert_int_equal(admit(&acts,
	                       (struct web_asked){ .method = "POST", .content_type = "text/plain" },
	                       path, NULL),
	                 415);
	assert_int_equal(admit(&acts, (struct web_asked){ .method = "POST" }, path, NULL), 415);
	assert_int_equal(admit(&acts, post, "/%T/", NULL), 405);
}

static void test_addresses_are_taken_apart(void **state)
{
	static const struct {
		const char *path;
		enum web_place place;
		const char *name;
	} rows[] = {
		{ "/%T/", WEB_PAGE, NULL },
		{ "/%T", WEB_SLASH, NULL },
		{ "/%T/?x=y", WEB_PAGE, NULL },
		{ "/%T/page.js", WEB_ASSET, "page.js" },
		{ "/%T/events?lab=a", WEB_EVENTS, NULL },
		{ "/%T/labs", WEB_LABS, NULL },
		{ "/%T/labs/a-1/routes?nic=x", WEB_ROUTES, "a-1" },
		{ "/%T/labs/a/path", WEB_PATH, "a" },
	};
	static const char *const wrong[] = {
		"/%T/labs/", "/%T/labs/a", "/%T/labs/../path", "/%T/labs/A/path", "/%T/labs/a/b",
		"/%T/../x",  "/%T//"
	};
	struct web_gate g = gate(false);
	struct web_address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(admit(&g, (struct web_asked){ 0 }, rows[i].path, &a), 0);
		assert_int_equal(a.place, rows[i].place);
		assert_true(streq(a.name, rows[i].name));
		web_address_done(&a);
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(admit(&g, (struct web_asked){ 0 }, wrong[i], NULL), 404);
	assert_int_equal(admit(&g, (struct web_asked){ 0 }, "/%T/events?lab=%00", NULL), 400);
	assert_int_equal(admit(&g, (struct web_asked){ 0 }, "/%T/labs/a/path?to=a%2Fb", &a), 0);
	assert_string_equal(json_string_value(json_object_get(a.query, "to")), "a/b");
	web_address_done(&a);
}

static void test_a_message_is_one_line_of_data(void **state)
{
	_cleanup_str_ struct str b = { 0 };
	json_t *j = json_pack("{s:s}", "detail", "a\n\nevent: x\r\ndata: <b>");

	(void)state;
	web_message(&b, "event", j);
	json_decref(j);
	assert_string_equal(
	    str_get(&b), "event: event\ndata: {\"detail\":\"a\\n\\nevent: x\\r\\ndata: <b>\"}\n\n");
}

static void test_all_files_of_the_page_are_there(void **state)
{
	static const char *const files[] = { "page.html",  "page.css",   "page.js",    "picture.js",
		                             "control.js", "report.css", "picture.css" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		assert_true(strlen(web_asset(files[i])->text) > 500);
	assert_null(web_asset("page.c"));
	assert_non_null(strstr(web_asset("page.html")->text, "</html>"));
	/* Nothing of others, and nothing that the policy forbids. */
	assert_null(strstr(web_asset("page.html")->text, "//"));
	assert_null(strstr(web_asset("page.html")->text, "style="));
	assert_null(strstr(web_asset("page.js")->text, "innerHTML"));
}

/* ---- views ---- */

static const char DESIGN[] =
    "{\"topology\":{\"name\":\"w\",\"description\":\"<script>alert(1)</script>\","
    "\"virtualNetworks\":{\"Hub\":{\"addressPrefixes\":[\"10.0.0.0/16\"],\"subnets\":{"
    "\"NVA\":{\"addressPrefix\":\"10.0.1.0/24\"},"
    "\"RouteServerSubnet\":{\"addressPrefix\":\"10.0.3.0/26\"}}}},"
    "\"routeServers\":{\"RS\":{\"virtualNetwork\":\"Hub\",\"bgpConnections\":{"
    "\"one\":{\"peerIp\":\"10.0.1.4\",\"peerAsn\":65001}}}},"
    "\"virtualMachines\":{\"nva\":{\"image\":\"bird\",\"nic\":{\"subnet\":\"Hub/NVA\","
    "\"privateIPAddress\":\"10.0.1.4\",\"enableIPForwarding\":true},\"bgp\":{\"asn\":65001}},"
    "\"box\":{\"nic\":{\"subnet\":\"Hub/NVA\"}}}},\"files\":{}}";

/* What a stranger's daemon, design and machine may say. */
static const char STATUS[] =
    "{\"nodes\":[{\"name\":\"nva\",\"kind\":\"virtualMachine\",\"state\":\"running\","
    "\"processes\":[{\"name\":\"<img src=x onerror=alert(1)>\",\"state\":\"failed\"}]},"
    "{\"name\":\"box\",\"kind\":\"virtualMachine\",\"state\":\"running\",\"processes\":[]},"
    "{\"name\":\"fabric\",\"kind\":\"fabric\",\"state\":\"running\",\"processes\":[]}],"
    "\"bgp\":[{\"routeServer\":\"RS\",\"peering\":\"one\",\"instance\":0,"
    "\"state\":\"Established\"},"
    "{\"routeServer\":\"RS\",\"peering\":\"one\",\"instance\":1,\"state\":\"Active\","
    "\"lastError\":\"\\\"><script>alert(2)</script>\"}],"
    "\"faults\":[\"impair boxVMNic loss 1%\",\"<b>\"],\"problems\":[\"<i onload=x>\"]}";

static struct web_lab lab(void)
{
	struct web_lab l = { .name = (char *)"w", .state = WEB_LAB_RUNS };
	_cleanup_findings_ struct findings f = { 0 };

	l.design = json_loads(DESIGN, 0, NULL);
	l.status = json_loads(STATUS, 0, NULL);
	assert_non_null(l.status);
	l.model = design_checked(l.design, &f);
	assert_non_null(l.model);
	l.tasks = json_pack("[{s:s,s:b,s:s},{s:s,s:b,s:s}]", "name", "it <b>", "ok", 0, "detail",
	                    "</td><script>", "name", "x", "ok", 1, "detail", "");
	return l;
}

static void lab_done(struct web_lab *l)
{
	json_decref(l->design);
	json_decref(l->status);
	json_decref(l->tasks);
	model_free(l->model);
}

static void test_a_tile_counts_what_is_well(void **state)
{
	struct web_lab l = lab();
	json_t *t = view_tile(&l);
	_cleanup_free_ char *text = json_dumps(t, JSON_COMPACT);

	(void)state;
	assert_string_equal(
	    text,
	    "{\"name\":\"w\",\"state\":\"runs\",\"why\":null,\"sessions\":{\"up\":1,\"of\":2},"
	    "\"nodes\":{\"well\":2,\"of\":3},\"faults\":2,\"problems\":1,"
	    "\"tasks\":{\"done\":1,\"of\":2}}");
	json_decref(t);
	lab_done(&l);
}

static void test_the_picture_says_who_passes_no_traffic(void **state)
{
	struct web_lab l = lab();
	_cleanup_free_ char *svg = view_picture(&l);

	(void)state;
	assert_non_null(strstr(svg, "class=\"vm forwards gone\""));
	assert_non_null(strstr(svg, ">10.0.1.4 does not run<"));
	assert_non_null(strstr(svg, "class=\"vm hurt\""));
	assert_non_null(strstr(svg, "class=\"session partly\""));
	assert_non_null(strstr(svg, "role=\"button\" aria-label=\"nva, NIC nvaVMNic, 10.0.1.4"));
	assert_non_null(strstr(svg, "tabindex=\"0\" data-nic=\"nvaVMNic\""));
	assert_null(strstr(svg, "<style"));
	assert_null(strstr(svg, "<script"));
	assert_null(strstr(svg, "<img"));
	lab_done(&l);
}

static void test_what_strangers_wrote_is_text(void **state)
{
	struct web_lab l = lab();
	_cleanup_free_ char *details = view_details(&l);
	json_t *way =
	    json_pack("{s:s,s:s,s:[{s:s,s:s,s:s}]}", "verdict", "dropped", "reason", "<script>",
	              "hops", "node", "<a>", "nextHop", "<u>", "reason", "\"'<svg/onload=x>");
	json_t *routes = json_pack("{s:s,s:[{s:s,s:[s],s:s}]}", "nic", "<b>", "value", "source",
	                           "<p>", "addressPrefix", "<q>", "reason", "<script>");
	_cleanup_free_ char *path = view_path(way), *table = view_routes(routes);
	const char *const texts[] = { details, path, table };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_null(strstr(texts[i], "<script"));
		assert_null(strstr(texts[i], "<svg"));
		assert_null(strstr(texts[i], "<b>"));
		assert_null(strstr(texts[i], "<i "));
		assert_null(strstr(texts[i], "<a>"));
		assert_null(strstr(texts[i], "<q>"));
	}
	assert_non_null(strstr(details, "&lt;script&gt;alert(2)"));
	json_decref(way);
	json_decref(routes);
	lab_done(&l);
}

static void test_steps_are_boxes_of_the_picture(void **state)
{
	struct web_lab l = lab();
	json_t *way = json_pack("{s:[{s:s,s:s},{s:s,s:n},{s:s,s:n}]}", "hops", "node", "box", "nic",
	                        "boxVMNic", "node", "RS/1", "nic", "node", "internet", "nic");
	json_t *steps = view_steps(l.model, way);
	_cleanup_free_ char *text = json_dumps(steps, JSON_COMPACT);

	(void)state;
	assert_string_equal(text, "[{\"box\":\"n1\",\"node\":\"box\"},{\"box\":\"r0\",\"node\":"
	                          "\"RS/1\"},{\"box\":\"\",\"node\":\"internet\"}]");
	json_decref(steps);
	json_decref(way);
	lab_done(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_needs_the_whole_token),
		cmocka_unit_test(test_other_hosts_and_origins_are_refused),
		cmocka_unit_test(test_faults_need_control_and_json),
		cmocka_unit_test(test_addresses_are_taken_apart),
		cmocka_unit_test(test_a_message_is_one_line_of_data),
		cmocka_unit_test(test_all_files_of_the_page_are_there),
		cmocka_unit_test(test_a_tile_counts_what_is_well),
		cmocka_unit_test(test_the_picture_says_who_passes_no_traffic),
		cmocka_unit_test(test_what_strangers_wrote_is_text),
		cmocka_unit_test(test_steps_are_boxes_of_the_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
