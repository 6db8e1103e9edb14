/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A student's copy of a lesson. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/str.h"
#include "cmd/learn.h"
#include "input/file.h"

char *learn_lab(const struct lesson *l)
{
	const char *name = json_string_value(json_object_get(l->topology, "name"));

	return xstrdup(name ? name : l->name);
}

char *learn_design(const struct lesson *l, const struct lesson_state *s)
{
	return xasprintf("%s/%s", s->folder, l->file);
}

static int copy_file(const char *from, const char *to, struct err *e)
{
	_cleanup_str_ struct str text = { 0 };
	int r = file_read(from, FILE_MAX_CONFIG, &text, e);

	return r < 0 ? r : write_whole(to, str_get(&text), text.n, e);
}

static bool is_the_trainers(const char *name)
{
	return name[0] == '.' || streq(name, "lesson.md") || streq(name, "solution.json");
}

/* All files of the lesson but for its texts; folders one deep. */
int learn_copy(const char *from, const char *to, struct err *e)
{
	DIR *d = opendir(from);
	int r = 0;

	if (!d)
		return err_sys(e, errno, "%s", from);
	if (mkdir(to, 0777) < 0 && errno != EEXIST)
		r = err_sys(e, errno, "%s", to);
	for (const struct dirent *x; r == 0 && (x = readdir(d));) {
		_cleanup_free_ char *a = xasprintf("%s/%s", from, x->d_name);
		_cleanup_free_ char *b = xasprintf("%s/%s", to, x->d_name);
		struct stat st;

		if (is_the_trainers(x->d_name) || stat(a, &st) < 0)
			continue;
		r = S_ISDIR(st.st_mode) ? learn_copy(a, b, e) : copy_file(a, b, e);
	}
	closedir(d);
	return r;
}
