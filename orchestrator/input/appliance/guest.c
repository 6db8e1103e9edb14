/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/appliance/guest.h"

#include <errno.h>
#include <stdio.h>

#include "base/addr.h"

enum kind { NONE, FRR, BIRD };

/* The files that daemons read: the path's end, and the file's name in the image. */
static const struct {
	const char *path;
	enum kind kind;
	const char *name;
} known[] = {
	{ "/frr/frr.conf", FRR, "frr.conf" },        { "/frr/bgpd.conf", FRR, "bgpd.conf" },
	{ "/frr/zebra.conf", FRR, "zebra.conf" },    { "/frr/staticd.conf", FRR, "staticd.conf" },
	{ "/frr/daemons", FRR, "daemons" },          { "/quagga/bgpd.conf", FRR, "bgpd.conf" },
	{ "/quagga/zebra.conf", FRR, "zebra.conf" }, { "/quagga/Quagga.conf", FRR, "frr.conf" },
	{ "/opt/frr.conf", FRR, "frr.conf" },        { "/bird/bird.conf", BIRD, "bird.conf" },
	{ "/etc/bird.conf", BIRD, "bird.conf" },
};

void guest_init(struct guest *g)
{
	*g = (struct guest){ .files = json_object(),
		             .notes = json_array(),
		             .routes = json_array(),
		             .loopbacks = json_array(),
		             .nat_except = json_array(),
		             .nat_skip = json_array() };
}

void guest_free(struct guest *g)
{
	json_decref(g->files);
	json_decref(g->notes);
	json_decref(g->routes);
	json_decref(g->loopbacks);
	json_decref(g->nat_except);
	json_decref(g->nat_skip);
	free(g->first_rule);
	free(g->first_left);
	own_rules_free(&g->rules);
	str_free_p(&g->vtysh);
}

void guest_note(struct guest *g, const char *fmt, ...)
{
	char buf[600];
	va_list ap;
	json_t *s;

	if (json_array_size(g->notes) >= GUEST_NOTES_MAX) {
		g->dropped++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	s = json_string(buf); /* NULL: not UTF-8 */
	json_array_append_new(g->notes, s ? s : json_string("a line that is not UTF-8"));
}

void guest_write(struct guest *g, const char *path, const char *text, bool append)
{
	const char *have = json_string_value(json_object_get(g->files, path));
	json_t *v;

	if (append && have) {
		if (strlen(have) + strlen(text) > GUEST_TEXT_MAX)
			return;
		v = json_sprintf("%s%s", have, text);
	} else {
		v = json_string(text);
	}
	if (v)
		json_object_set_new(g->files, path, v);
	else
		guest_note(g, "%s: not UTF-8, left out", path);
}

void guest_route(struct guest *g, const char *prefix, const char *via)
{
	char network[PREFIX_STRLEN];
	struct prefix p;
	int parsed = prefix_parse(prefix, &p);

	/* "10.1.2.3/8" and "10.0.0.0/8" are one route. */
	if (parsed == 0 || parsed == -EDOM)
		prefix = prefix_str(p, network);
	json_t *r = json_pack("{ss, ss}", "prefix", prefix, "via", via), *x;
	size_t i;

	json_array_foreach (g->routes, i, x)
		if (r && streq(json_string_value(json_object_get(x, "prefix")), prefix)) {
			/* Equal routes, of which a guest of the lab has one. */
			if (!json_equal(r, x))
				guest_note(
				    g,
				    "has equal static routes to %s: the one via %s is used, and "
				    "not that via %s",
				    prefix, json_string_value(json_object_get(x, "via")), via);
			json_decref(r);
			return;
		}
	if (r)
		json_array_append_new(g->routes, r);
}

/* BIRD 1 has one address family and no channels; BIRD 2 refuses a BGP protocol without one. */
static bool is_bird1(const char *text)
{
	return text && strstr(text, "protocol bgp") && !strstr(text, "ipv4 {") &&
	       !strstr(text, "ipv4{") && !strstr(text, "ipv4;");
}

static bool path_ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && streq(s + n - m, end);
}

static void take_file(struct guest *g, const char *path, const char *text, json_t *frr,
                      json_t *bird)
{
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		json_t *to = known[i].kind == FRR ? frr : bird;

		if (!path_ends_with(path, known[i].path))
			continue;
		if (!*text || (streq(known[i].name, "daemons") && !strstr(text, "bgpd")))
			return;
		json_object_set_new(to, known[i].name, json_string(text));
		guest_note(g, "%s is used", path);
		return;
	}
}

/* All rules as files, where one of them does what sourceNat does not; else sourceNat. */
static void add_packet_filter(struct guest *g, json_t *r)
{
	/* sourceNat translates on every NIC. */
	bool narrow = g->source_nat && g->by_device && g->several_nics && !g->n_left;
	json_t *files = g->decides || narrow ? own_rules_files(&g->rules) : NULL, *text;
	size_t n = g->decides ? g->n_left : g->n_rules;
	const char *file;

	if (!files && g->source_nat) {
		json_array_extend(g->nat_except, g->nat_skip);
		json_object_set_new(r, "sourceNat", json_true());
		json_object_set(r, "sourceNatExcept", g->nat_except);
	}
	json_object_foreach (files, file, text)
		guest_note(g, "has rules of a packet filter, which the lab runs: %s", file);
	if (files)
		json_object_set_new(r, "filters", files);
	if (n)
		json_object_set_new(
		    r, "warnings",
		    json_pack("[o]", json_sprintf(
		                         "has %zu rule%s of a packet filter that the lab does not "
		                         "run: what they drop passes here, and what they translate "
		                         "stays as it is; the first: %s",
		                         n, n == 1 ? "" : "s",
		                         g->decides ? g->first_left : g->first_rule)));
}

json_t *guest_result(struct guest *g)
{
	json_t *frr = json_object(), *bird = json_object(), *r = json_object(), *text, *config;
	const char *path;

	json_object_foreach (g->files, path, text)
		if (is_filter_file(path))
			read_filter_file(g, path, json_string_value(text));
	json_object_foreach (g->files, path, text)
		take_file(g, path, json_string_value(text), frr, bird);
	if (g->vtysh.n) {
		const char *file = json_object_get(frr, "bgpd.conf") ? "bgpd.conf" : "frr.conf";
		const char *have = json_string_value(json_object_get(frr, file));

		json_object_set_new(
		    frr, file,
		    json_sprintf("%s%s%s", have ? have : "", have ? "\n" : "", str_get(&g->vtysh)));
		guest_note(g, "what is typed into vtysh is %s %s", have ? "added to" : "used as",
		           file);
	}
	/* A list of daemons without any configuration is a package's default. */
	if (json_object_size(frr) == 1 && json_object_get(frr, "daemons"))
		json_object_clear(frr);
	config = json_object_size(frr) ? frr : bird;
	const char *bird_text = json_string_value(json_object_get(bird, "bird.conf"));

	if (json_object_size(config)) {
		json_object_set_new(r, "image",
		                    json_string(config == frr         ? "frr"
		                                : is_bird1(bird_text) ? "bird1"
		                                                      : "bird"));
		json_object_set(r, "config", config);
	}
	if (g->forwarding)
		json_object_set_new(r, "forwarding", json_true());
	add_packet_filter(g, r);
	if (json_array_size(g->routes))
		json_object_set(r, "routes", g->routes);
	if (json_array_size(g->loopbacks))
		json_object_set(r, "loopbacks", g->loopbacks);
	if (g->dropped)
		json_array_append_new(g->notes,
		                      json_sprintf("%zu further notes are left out", g->dropped));
	json_object_set(r, "notes", g->notes);
	json_decref(frr);
	json_decref(bird);
	return r;
}
