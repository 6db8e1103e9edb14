/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of what a student has done so far: one file, an object for each lesson. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/str.h"
#include "cmd/lesson.h"
#include "cmd/remote.h"

/* Makes the folder; the caller frees. */
static char *state_path(struct err *e)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct str s = { 0 };

	if (xdg && *xdg == '/')
		str_add(&s, xdg);
	else if (home && *home)
		str_printf(&s, "%s/.local/state", home);
	else
		err_set(e, ENOENT,
		        "neither XDG_STATE_HOME nor HOME says where to keep what is done");
	if (e->code) {
		str_free_p(&s);
		return NULL;
	}
	str_add(&s, "/vnetlab");
	char *path = str_take(&s);

	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0777);
		*p = '/';
	}
	if (mkdir(path, 0777) < 0 && errno != EEXIST) {
		err_sys(e, errno, "%s", path);
		free(path);
		return NULL;
	}
	char *file = xasprintf("%s/learn.json", path);

	free(path);
	return file;
}

static json_t *read_all_states(struct err *e)
{
	_cleanup_free_ char *path = state_path(e);
	json_t *j = path ? json_load_file(path, 0, NULL) : NULL;

	return json_is_object(j) ? j : path ? json_object() : NULL;
}

int lesson_state_read(const char *lesson, struct lesson_state *ret, struct err *e)
{
	json_t *all = read_all_states(e);
	const json_t *o = json_object_get(all, lesson);
	const char *folder = json_string_value(json_object_get(o, "folder"));

	*ret = (struct lesson_state){
		.folder = folder ? xstrdup(folder) : NULL,
		.hints = (unsigned)json_integer_value(json_object_get(o, "hints")),
		.finished = json_is_true(json_object_get(o, "finished")),
	};
	json_decref(all);
	return all ? 0 : -e->code;
}

int lesson_state_write(const char *lesson, const struct lesson_state *s, struct err *e)
{
	_cleanup_free_ char *path = state_path(e);
	json_t *all = path ? read_all_states(e) : NULL;

	if (!all)
		return -e->code;
	json_object_set_new(all, lesson,
	                    json_pack("{s:s?, s:i, s:b}", "folder", s->folder, "hints",
	                              (int)s->hints, "finished", s->finished));
	_cleanup_free_ char *text = json_dumps(all, JSON_INDENT(2));
	int r = write_whole(path, text, strlen(text), e);

	json_decref(all);
	return r;
}

void lesson_state_free(struct lesson_state *s)
{
	free(s->folder);
	s->folder = NULL;
}
