/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images of kind "process": daemons in the namespaces of a VM, from files and templates. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/image/image_kind.h"
#include "plan/template.h"

static const struct image_file *file_at(const struct planning *p, const char *path)
{
	for (size_t i = 0; path && i < p->plan->n_files; i++)
		if (streq(p->plan->files[i].path, path))
			return &p->plan->files[i];
	return NULL;
}

static char *config_list(const struct image *img)
{
	struct str b = { 0 };
	const char *key;
	json_t *v;

	json_object_foreach (json_object_get(img->def, "config"), key, v)
		str_printf(&b, "%s%s", b.n ? ", " : "", key);
	return str_take(&b);
}

/* The VM's own files, unchanged. */
static int own_files(struct planning *p)
{
	json_t *config = json_object_get(p->img->def, "config");

	for (size_t i = 0; i < p->vm->guest.n_configs; i++) {
		const struct config_file *f = &p->vm->guest.configs[i];
		const char *path = json_string_value(json_object_get(config, f->name));

		if (!path) {
			_cleanup_free_ char *known = config_list(p->img);

			return err_set(p->e, EINVAL,
			               "%s: image %s takes no file \"%s\"; it takes %s", f->ptr,
			               p->img->name, f->name, *known ? known : "none");
		}
		if (!f->content)
			return err_set(p->e, EINVAL, "%s: \"%s\" has not been read", f->ptr,
			               f->path);
		char *copy = xmalloc(f->size + 1);

		memcpy(copy, f->content, f->size);
		copy[f->size] = 0;
		planning_add_file(p, path, copy, f->size);
	}
	return 0;
}

static int rendered_file(struct planning *p, const char *path, const char *template)
{
	_cleanup_free_ char *from = xasprintf("%s/%s", p->img->dir, template), *text = NULL;
	char *out = NULL;
	int rc = image_file_text(p->img, template, &text, p->e);

	if (rc == 0)
		rc = template_render(text, from, p->data, &out, p->e);
	if (rc < 0 || !out)
		return rc;
	planning_add_file(p, path, out, strlen(out));
	return 0;
}

/* Generates the files that the "bgp" block asks for. */
static int generated_files(struct planning *p)
{
	json_t *generate = json_object_get(p->img->def, "generate"), *v;
	const char *key;

	if (!p->vm->guest.bgp.present)
		return 0;
	if (!json_object_size(generate))
		return err_set(p->e, EINVAL,
		               "%s: image %s generates no configuration: give it its own files in "
		               "\"config\"",
		               p->vm->guest.bgp.ptr, p->img->name);
	json_object_foreach (generate, key, v) {
		const char *path =
		    json_string_value(json_object_get(json_object_get(p->img->def, "config"), key));

		if (file_at(p, path))
			return err_set(p->e, EINVAL,
			               "%s: \"bgp\" would generate %s, and \"config\" has one: "
			               "leave one of them out",
			               p->vm->guest.bgp.ptr, key);
		int rc = rendered_file(p, path, json_string_value(v));

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Does a line of the text begin with one of these?  Leading blanks do not count. */
static bool has_line(const char *text, json_t *begins)
{
	while (*text) {
		json_t *b;
		size_t i;

		text += strspn(text, " \t");
		json_array_foreach (begins, i, b)
			if (str_starts(text, json_string_value(b)))
				return true;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return false;
}

/* A second edition of a file of the user's, with a text before it: what a program's own check reads
 * stays as the user wrote it, line numbers included. */
static void copied_files(struct planning *p)
{
	json_t *config = json_object_get(p->img->def, "config"), *v;
	const char *path;

	json_object_foreach (json_object_get(p->img->def, "copies"), path, v) {
		const char *of = json_string_value(json_object_get(v, "of"));
		const char *before = json_string_value(json_object_get(v, "before"));
		const struct image_file *f =
		    file_at(p, json_string_value(json_object_get(config, of)));

		if (!p->vm->guest.n_configs || !f ||
		    has_line(f->content, json_object_get(v, "unless")))
			continue;
		char *text = xasprintf("%s%s", before, f->content);

		planning_add_file(p, path, text, strlen(text));
	}
}

static int other_files(struct planning *p)
{
	json_t *v;
	const char *path;
	size_t i;

	json_object_foreach (json_object_get(p->img->def, "files"), path, v) {
		int rc = file_at(p, path) ? 0 : rendered_file(p, path, json_string_value(v));

		if (rc < 0)
			return rc;
	}
	copied_files(p);
	json_array_foreach (json_object_get(p->img->def, "directories"), i, v)
		planning_add_dir(p, json_string_value(v));
	return 0;
}

/* {"bgpd.conf": [], "frr.conf": ["router bgp"]}: one of the files is there, and has such a line. */
static bool holds(const struct planning *p, json_t *when)
{
	json_t *begins;
	const char *name;

	if (!json_object_size(when))
		return true;
	json_object_foreach (when, name, begins) {
		const struct image_file *f =
		    file_at(p, json_string_value(
		                   json_object_get(json_object_get(p->img->def, "config"), name)));

		if (f && (!json_array_size(begins) || has_line(f->content, begins)))
			return true;
	}
	return false;
}

static const char *find_existing_path(json_t *paths)
{
	json_t *v;
	size_t i;

	json_array_foreach (paths, i, v)
		if (access(json_string_value(v), X_OK) == 0)
			return json_string_value(v);
	return NULL;
}

static int missing(const struct planning *p, const char *what, json_t *paths)
{
	_cleanup_str_ struct str tried = { 0 };
	const char *package = json_string_value(json_object_get(p->img->def, "package"));
	const char *how = json_string_value(json_object_get(p->img->def, "install"));
	json_t *v;
	size_t i;

	json_array_foreach (paths, i, v)
		str_printf(&tried, "%s%s", i ? ", " : "", json_string_value(v));
	if (how)
		return err_set(p->e, ENOPKG, "image %s: %s is not on this machine (%s): %s",
		               p->img->name, what, str_get(&tried), how);
	return err_set(p->e, ENOPKG,
	               "image %s: %s is not on this machine (%s): install the package %s "
	               "(apt-get install %s)",
	               p->img->name, what, str_get(&tried), package, package);
}

static int make_argv(const struct planning *p, const char *binary, json_t *args, const json_t *data,
                     char ***ret)
{
	char **argv = xcalloc(json_array_size(args) + 2, sizeof(*argv));
	json_t *v;
	size_t i;

	argv[0] = xstrdup(binary);
	json_array_foreach (args, i, v) {
		_cleanup_free_ char *where =
		    xasprintf("%s/image.json: argument %zu", p->img->dir, i);
		int rc = template_render(json_string_value(v), where, data, &argv[i + 1], p->e);

		if (rc < 0) {
			strv_free(argv);
			return rc;
		}
	}
	*ret = argv;
	return 0;
}

static char *text_copy(const json_t *of, const char *key)
{
	const char *s = json_string_value(json_object_get(of, key));

	return s ? xstrdup(s) : NULL;
}

static int make_check(struct planning *p, json_t *checks, struct image_daemon *ret)
{
	json_t *c;
	size_t i;

	/* A generated file is right, and a check costs as much time as a start. */
	if (!p->vm->guest.n_configs)
		return 0;
	json_array_foreach (checks, i, c) {
		json_t *paths = json_object_get(c, "search");

		if (!holds(p, json_object_get(c, "when")))
			continue;
		const char *binary = find_existing_path(paths);

		ret->check_decides = json_is_true(json_object_get(c, "decides"));
		ret->check_noise = text_copy(c, "noise");
		return binary ? make_argv(p, binary, json_object_get(c, "arguments"), p->data,
		                          &ret->check_argv)
		              : missing(p, "what checks the configuration", paths);
	}
	return 0;
}

static enum ready_kind ready_of(const json_t *ready)
{
	return json_object_get(ready, "socket")               ? READY_SOCKET
	       : json_object_get(ready, "line")               ? READY_LINE
	       : json_is_true(json_object_get(ready, "exit")) ? READY_EXIT
	                                                      : READY_NONE;
}

/* element: one of a "forEach", or NULL. */
static int one_daemon(struct planning *p, json_t *def, const char *binary, const json_t *element)
{
	struct image_plan *plan = p->plan;
	const json_t *ready = json_object_get(def, "ready");
	json_t *data = json_copy(p->data);
	struct image_daemon daemon = { 0 };
	char **argv;

	if (element)
		json_object_update(data, (json_t *)element);
	json_t *args = json_copy(json_object_get(def, "arguments")), *more;
	const char *path;

	json_object_foreach (json_object_get(def, "argumentsFor"), path, more)
		if (file_at(p, path))
			json_array_extend(args, more);
	int rc = make_argv(p, binary, args, data, &argv);

	json_decref(args);
	json_decref(data);
	if (rc < 0)
		return rc;
	rc = make_check(p, json_object_get(def, "check"), &daemon);
	if (rc < 0) {
		strv_free(argv);
		return rc;
	}
	daemon.name = xstrdup(json_string_value(json_object_get(def, "name")));
	daemon.argv = argv;
	daemon.ready = ready_of(ready);
	daemon.ready_path = text_copy(ready, "socket");
	daemon.greets = json_is_true(json_object_get(ready, "greets"));
	daemon.ready_line = text_copy(ready, "line");
	daemon.stray = text_copy(def, "stray");
	daemon.ignore_setgroups = json_is_true(json_object_get(def, "ignoreSetgroups"));
	VEC_PUSH(plan->daemons, plan->n_daemons, p->cap_daemons) = daemon;
	return 0;
}

static int daemon_entry(struct planning *p, json_t *def)
{
	const char *each = json_string_value(json_object_get(def, "forEach"));
	json_t *paths = json_object_get(def, "search"), *x;
	size_t i;

	if (!holds(p, json_object_get(def, "when")))
		return 0;
	const char *binary = find_existing_path(paths);

	if (!binary)
		return json_is_true(json_object_get(def, "optional"))
		           ? 0
		           : missing(p, json_string_value(json_object_get(def, "name")), paths);
	if (!each)
		return one_daemon(p, def, binary, NULL);
	if (!json_is_array(json_object_get(p->data, each)))
		return err_set(p->e, EINVAL,
		               "%s/image.json: there is no list \"%s\" for \"forEach\"",
		               p->img->dir, each);
	json_array_foreach (json_object_get(p->data, each), i, x) {
		int rc = one_daemon(p, def, binary, x);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int all_daemons(struct planning *p)
{
	json_t *d;
	size_t i;

	json_array_foreach (json_object_get(p->img->def, "daemons"), i, d) {
		int rc = daemon_entry(p, d);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int rendered_regex(struct planning *p, json_t *text, char **ret)
{
	_cleanup_free_ char *where = xasprintf("%s/image.json: routes", p->img->dir);
	regex_t re;

	if (!text)
		return 0;
	int rc = template_render(json_string_value(text), where, p->data, ret, p->e);

	if (rc < 0)
		return rc;
	if (regcomp(&re, *ret, REG_EXTENDED) != 0)
		return err_set(p->e, EINVAL,
		               "%s: \"%s\" is no regular expression (POSIX, extended)", where,
		               *ret);
	regfree(&re);
	return 0;
}

/* Plans how the daemons are asked what they make of the Route Servers' routes.  A node without any,
 * or without the program, is not asked. */
static int all_questions(struct planning *p)
{
	struct image_plan *plan = p->plan;
	size_t i, cap = 0;
	json_t *q;

	json_array_foreach (json_object_get(p->img->def, "routes"), i, q) {
		const char *binary = find_existing_path(json_object_get(q, "search"));

		if (!binary || !json_array_size(json_object_get(p->data, "peers")) ||
		    !holds(p, json_object_get(q, "when")))
			continue;
		struct image_question *new = &VEC_PUSH(plan->questions, plan->n_questions, cap);

		*new = (struct image_question){ 0 };
		int rc = make_argv(p, binary, json_object_get(q, "arguments"), p->data, &new->argv);

		if (rc == 0)
			rc = rendered_regex(p, json_object_get(q, "usable"), &new->usable);
		if (rc == 0)
			rc = rendered_regex(p, json_object_get(q, "unusable"), &new->unusable);
		if (rc == 0)
			rc = rendered_regex(p, json_object_get(q, "muted"), &new->muted);
		new->says = text_copy(q, "says");
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Something to start, and nothing that tells it what to do. */
static int wants_config(const struct planning *p)
{
	_cleanup_free_ char *known = config_list(p->img);

	if (p->vm->guest.n_configs || p->vm->guest.bgp.present || !*known)
		return 0;
	return err_set(p->e, EINVAL,
	               "%s: image %s needs a configuration: a \"bgp\" block, or in \"config\" "
	               "one of %s",
	               p->vm->ptr, p->img->name, known);
}

static int plan_process(struct planning *p)
{
	int r;

	if ((r = wants_config(p)) == 0 && (r = own_files(p)) == 0 &&
	    (r = generated_files(p)) == 0 && (r = other_files(p)) == 0 && (r = all_daemons(p)) == 0)
		r = all_questions(p);
	return r;
}

const struct image_kind image_process = { .plan = plan_process };
