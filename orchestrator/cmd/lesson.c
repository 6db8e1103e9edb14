/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/lesson.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/topology.h"
#include "input/file.h"
#include "input/topology.h"

enum { LESSON_MAX_TEXT = 1 << 20 };

/* ---- lesson.md ---- */

/* Without blank lines around. */
static char *trim_blank_lines(const char *from, const char *to)
{
	while (from < to && (*from == '\n' || *from == ' '))
		from++;
	while (to > from && (to[-1] == '\n' || to[-1] == ' '))
		to--;
	return xstrndup(from, (size_t)(to - from));
}

static const char *line_after(const char *s)
{
	const char *nl = strchr(s, '\n');

	return nl ? nl + 1 : s + strlen(s);
}

static const char *next_heading(const char *s)
{
	for (; *s; s = line_after(s))
		if (str_starts(s, "## "))
			return s;
	return s;
}

static void take_section(struct lesson *l, const char *heading, const char *end)
{
	const char *body = line_after(heading);

	if (str_starts(heading, "## Hint") && l->n_hints < LESSON_HINTS) {
		l->hints[l->n_hints++] = trim_blank_lines(body, end);
	} else if (str_starts(heading, "## Solution") && !l->solution) {
		l->solution = trim_blank_lines(body, end);
	} else if (!l->wrong) {
		l->wrong =
		    xasprintf("lesson.md has a section \"%.*s\": there are Hint and Solution",
		              (int)(strcspn(heading, "\n") - 3), heading + 3);
	}
}

static void read_story(struct lesson *l, const char *text)
{
	const char *at = next_heading(text), *end;

	if (str_starts(text, "# "))
		l->title = trim_blank_lines(text + 2, strchr(text, '\n') ? strchr(text, '\n') : at);
	l->story = trim_blank_lines(l->title ? line_after(text) : text, at);
	for (; *at; at = end) {
		end = next_heading(line_after(at));
		take_section(l, at, end);
	}
}

/* ---- a folder ---- */

static int read_lesson_file(const char *folder, const char *name, struct str *ret, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", folder, name);

	return file_read(path, LESSON_MAX_TEXT, ret, e);
}

static json_t *read_lesson_json(const char *folder, const char *name, char **ret_wrong)
{
	_cleanup_str_ struct str text = { 0 };
	struct err e = { 0 };
	json_error_t je;

	if (read_lesson_file(folder, name, &text, &e) < 0) {
		*ret_wrong = xstrdup(e.msg);
		return NULL;
	}
	json_t *j = json_loads(str_get(&text), JSON_REJECT_DUPLICATES, &je);

	if (!j)
		*ret_wrong =
		    xasprintf("%s, line %d, column %d: %s", name, je.line, je.column, je.text);
	return j;
}

static void read_lesson(struct lesson *l)
{
	_cleanup_str_ struct str text = { 0 };
	struct err e = { 0 };
	size_t n;
	_cleanup_free_ char *path = topology_only_in(l->folder, &n, NULL);

	if (!path) {
		l->wrong = xasprintf("it has %zu designs (*.vnetlab.json), and needs one", n);
		return;
	}
	l->file = xstrdup(strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
	if (read_lesson_file(l->folder, "lesson.md", &text, &e) < 0) {
		l->wrong = xstrdup(e.msg);
		return;
	}
	read_story(l, str_get(&text));
	l->topology = read_lesson_json(l->folder, l->file, &l->wrong);
	if (!l->wrong)
		l->patch = read_lesson_json(l->folder, "solution.json", &l->wrong);
}

void lessons_add(struct lessons *ls, const char *folder)
{
	size_t n = strlen(folder);

	while (n > 1 && folder[n - 1] == '/')
		n--;
	size_t from = n;

	while (from && folder[from - 1] != '/')
		from--;
	VEC_PUSH(ls->v, ls->n, ls->cap) =
	    (struct lesson){ .name = xstrndup(folder + from, n - from),
		             .folder = xstrndup(folder, n) };
	read_lesson(&ls->v[ls->n - 1]);
}

static bool add_folder_of_lessons(struct lessons *ls, const char *folder)
{
	struct dirent **list = NULL;
	int n = scandir(folder, &list, NULL, alphasort);
	struct stat st;

	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *one = xasprintf("%s/%s", folder, list[i]->d_name);

		if (list[i]->d_name[0] != '.' && stat(one, &st) == 0 && S_ISDIR(st.st_mode))
			lessons_add(ls, one);
		free(list[i]);
	}
	free(list);
	return n >= 0;
}

/* Beside the program, as images are (lab/image/image_find.c). */
static void add_our_lessons(struct lessons *ls)
{
	static const char *const beside[] = { "../topologies", "../../topologies",
		                              "../share/vnetlab/topologies",
		                              "../../share/vnetlab/topologies" };
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return;
	exe[n] = '\0';
	char *slash = strrchr(exe, '/');

	if (!slash)
		return;
	*slash = '\0';
	for (size_t i = 0; i < ARRAY_LEN(beside); i++) {
		_cleanup_free_ char *folder = xasprintf("%s/%s/lessons", exe, beside[i]);

		if (add_folder_of_lessons(ls, folder))
			return;
	}
}

void lessons_find(struct lessons *ret)
{
	const char *env = getenv("VNETLAB_LESSONS");

	*ret = (struct lessons){ 0 };
	if (!env || !*env) {
		add_our_lessons(ret);
		return;
	}
	while (*env) {
		size_t n = strcspn(env, ":");
		_cleanup_free_ char *folder = xstrndup(env, n);

		if (n)
			add_folder_of_lessons(ret, folder);
		env += n + (env[n] == ':');
	}
}

void lessons_free(struct lessons *ls)
{
	for (size_t i = 0; i < ls->n; i++) {
		struct lesson *l = &ls->v[i];

		free(l->name);
		free(l->folder);
		free(l->file);
		free(l->title);
		free(l->story);
		free(l->solution);
		free(l->wrong);
		for (size_t k = 0; k < l->n_hints; k++)
			free(l->hints[k]);
		json_decref(l->topology);
		json_decref(l->patch);
	}
	free(ls->v);
	*ls = (struct lessons){ 0 };
}

struct lesson *lesson_named(const struct lessons *ls, const char *name)
{
	struct lesson *found = NULL;
	char *end;
	long number = strtol(name, &end, 10);

	for (size_t i = 0; i < ls->n; i++) {
		struct lesson *l = &ls->v[i];
		const char *dash = strchr(l->name, '-');

		if (!streq(l->name, name) && !(dash && streq(dash + 1, name)) &&
		    !(*name && !*end && strtol(l->name, NULL, 10) == number))
			continue;
		if (found)
			return NULL;
		found = l;
	}
	return found;
}
