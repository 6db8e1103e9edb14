/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the images that a topology names with those installed here.  Not in input/, since images
 * are this machine's. */
#include "azure/kind.h"
#include "azure/own_filter.h"
#include "base/str.h"
#include "cmd/design.h"
#include "input/appliance/outside.h"
#include "input/suppress.h"
#include "lab/image/image.h"

struct known { /* an image that was looked up: its file names, or why there are none */
	const char *name;
	char **configs;
	json_t *outside, *advice;
	struct err e;
};

struct images {
	struct known *v;
	size_t n, cap;
};

static const struct known *look_up_image(struct images *x, const char *name)
{
	for (size_t i = 0; i < x->n; i++)
		if (streq(x->v[i].name, name))
			return &x->v[i];
	struct known *k = &VEC_PUSH(x->v, x->n, x->cap);

	k->name = name;
	if (image_config_names(name, &k->configs, &k->e) < 0)
		k->configs = NULL;
	k->outside = image_part(name, "outside");
	k->advice = image_part(name, "advice");
	return k;
}

static void config_names(const struct known *k, json_t *config, const struct jptr *at,
                         struct findings *f)
{
	const char *file;
	json_t *v;
	size_t n = 0;

	while (k->configs[n])
		n++;
	json_object_foreach (config, file, v) {
		_cleanup_free_ char *ptr = jptr_str(JPTR(at, file)), *hint = NULL;
		_cleanup_str_ struct str all = { 0 };
		const char *near = str_nearest(file, (const char *const *)k->configs, n);
		bool known = false;

		for (size_t i = 0; i < n; i++) {
			known |= streq(k->configs[i], file);
			str_printf(&all, "%s%s", i ? ", " : "", k->configs[i]);
		}
		if (known || own_filter_named(file))
			continue;
		hint = near ? xasprintf("did you mean \"%s\"?", near)
		       : n  ? xasprintf("it knows: %s", str_get(&all))
		            : xstrdup("this image takes no files");
		finding_add(f, SEV_ERROR, "IMAGE-02", NULL, ptr, hint,
		            "image \"%s\" does not know a file \"%s\"", k->name, file);
	}
}

/* Its daemons would have nothing to do (the driver refuses it: lab/image/image.c). */
static void config_lacks(const struct known *k, const json_t *owner, const struct jptr *at,
                         struct findings *f)
{
	_cleanup_free_ char *ptr = jptr_str(at);
	_cleanup_str_ struct str all = { 0 };
	const char *file;
	json_t *v;

	if (json_object_get(owner, "bgp"))
		return;
	json_object_foreach (json_object_get(owner, "config"), file, v)
		if (!own_filter_named(file))
			return;
	for (size_t i = 0; k->configs[i]; i++)
		str_printf(&all, "%s%s", i ? ", " : "", k->configs[i]);
	if (!all.n)
		return;
	_cleanup_free_ char *hint =
	    xasprintf("add a \"bgp\" block, or in \"config\" one of %s", str_get(&all));

	finding_add(f, SEV_ERROR, "IMAGE-05", NULL, ptr, hint,
	            "image \"%s\" needs a configuration: its daemons would have nothing to do",
	            k->name);
}

/* --- what files want outside of their node -----------------------------------------------------
 */

struct place {
	const char *file; /* as the design names it */
	char *pointer;
	struct findings *f;
};

static void say_outside(const struct outside_use *u, void *ctx)
{
	const struct place *p = ctx;

	if (u->program)
		finding_add(
		    p->f, SEV_WARNING, "IMAGE-03", NULL, p->pointer,
		    "look at the program before you start this lab, or leave the line out; what "
		    "a node may do on this machine says docs/security.md",
		    "%s, line %u: \"%s\": the daemon %s the program %s, with all that a node "
		    "may do",
		    p->file, u->line, u->statement, u->does, u->path);
	else
		finding_add(
		    p->f, SEV_WARNING, "IMAGE-03", NULL, p->pointer,
		    "name a file in the node's own /etc, /run, /var or /tmp, or leave the line "
		    "out; what a node may do on this machine says docs/security.md",
		    "%s, line %u: \"%s\": the daemon %s %s, which is not the node's own", p->file,
		    u->line, u->statement, u->does, u->path);
}

/* --- advice on what configuration files do silently -------------------------------------------
 */

/* Lines that are comments do not count. */
static bool says(const char *text, const char *words)
{
	for (const char *at = text; (at = strstr(at, words)); at++) {
		const char *line = at;

		while (line > text && line[-1] != '\n')
			line--;
		line += strspn(line, " \t");
		if (*line != '!' && *line != '#')
			return true;
	}
	return false;
}

static void advise(const struct known *k, const char *name, const char *file, const char *text,
                   const char *pointer, struct findings *f)
{
	const json_t *a, *w;
	size_t i, n;

	json_array_foreach (k->advice, i, a) {
		bool fits = streq(json_string_value(json_object_get(a, "in")), name);

		json_array_foreach (json_object_get(a, "has"), n, w)
			fits = fits && says(text, json_string_value(w));
		json_array_foreach (json_object_get(a, "lacks"), n, w)
			fits = fits && !says(text, json_string_value(w));
		if (fits)
			finding_add(f, SEV_WARNING, "IMAGE-04", NULL, pointer,
			            json_string_value(json_object_get(a, "hint")), "%s: %s", file,
			            json_string_value(json_object_get(a, "says")));
	}
}

static void files_node(const struct known *k, const json_t *files, json_t *config,
                       const struct jptr *at, struct findings *f)
{
	const char *name;
	json_t *path;

	json_object_foreach (config, name, path) {
		const char *file = json_string_value(path),
		           *text = file ? json_string_value(json_object_get(files, file)) : NULL;
		_cleanup_free_ char *ptr = jptr_str(JPTR(at, name));

		if (!text)
			continue;
		outside_scan(text, k->outside, say_outside, &(struct place){ file, ptr, f });
		advise(k, name, file, text, ptr, f);
	}
}

/* --- a design ----------------------------------------------------------------------------------
 */

/* owner: the object (VM or site router) that has "image" and "config".  The image, where it is one
 * that runs daemons and is there; else NULL. */
static const struct known *check_owner(struct images *x, json_t *owner, const struct jptr *at,
                                       const json_t *files, struct findings *f)
{
	const char *named = json_string_value(json_object_get(owner, "image")),
	           *image = named ? named : "host";
	json_t *config = json_object_get(owner, "config");
	bool host = strieq(image, "host");

	/* Skip invalid names (reported already), and hosts that nothing is started in: a packet
	 * filter is what image "host" can be given. */
	if (strchr(image, '/') || *image == '.' || (host && !json_object_size(config)))
		return NULL;
	const struct known *k = look_up_image(x, host ? "host" : image);

	if (!k->configs) {
		_cleanup_free_ char *ptr = jptr_str(JPTR(at, "image"));

		finding_add(f, SEV_ERROR, "IMAGE-01", NULL, ptr, NULL, "%s", k->e.msg);
		return NULL;
	}
	if (!host) /* of that, TOPO-VM-04 speaks */
		config_names(k, config, JPTR(at, "config"), f);
	files_node(k, files, config, JPTR(at, "config"), f);
	return host ? NULL : k;
}

struct image_check {
	struct images *images;
	const json_t *files;
	struct findings *f;
};

static void check_image(void *ctx, json_t *owner, const struct jptr *at, bool part)
{
	const struct image_check *c = ctx;
	const struct known *k = check_owner(c->images, owner, at, c->files, c->f);

	if (k && !part) /* a site's router has a configuration that is generated */
		config_lacks(k, owner, at, c->f);
}

static void check_images(json_t *design, struct findings *f)
{
	json_t *topology = json_object_get(design, "topology");
	struct images x = { 0 };
	struct image_check c = { &x, json_object_get(design, "files"), f };

	kinds_each_image(topology, check_image, &c);
	for (size_t i = 0; i < x.n; i++) {
		free(x.v[i].configs);
		json_decref(x.v[i].outside);
		json_decref(x.v[i].advice);
	}
	free(x.v);
	images_pack(design);
}

static void finish_findings(json_t *design, struct findings *f)
{
	findings_locate(f, json_object_get(design, "topology"));
	findings_sort(f);
	design_suppress(design, f);
}

void design_check_images(json_t *design, struct findings *f)
{
	check_images(design, f);
	finish_findings(design, f);
}

void design_check_daemons(json_t *design, struct findings *f)
{
	check_images(design, f);
	design_check_syntax(design, f);
	finish_findings(design, f);
}
