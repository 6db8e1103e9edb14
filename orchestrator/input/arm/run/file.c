/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and texts that templates come from. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/arm/run/run.h"
#include "input/json_text.h"
#include "input/relax.h"

/* Does path, with its links followed, stay below the folder? */
static bool is_path_below(const char *folder, const char *path)
{
	char real[PATH_MAX], base[PATH_MAX];

	if (!realpath(folder, base) || !realpath(path, real))
		return false;
	size_t n = strlen(base);

	return !strncmp(real, base, n) && (real[n] == '/' || streq(base, "/"));
}

int arm_file_read(struct arm *a, const char *path, const char *folder, struct str *ret)
{
	char buf[65536];
	struct stat st;
	_cleanup_close_ int fd = -1;
	ssize_t n;

	if (!a->dir)
		return -EPERM;
	if (folder && access(path, F_OK) == 0 && !is_path_below(folder, path))
		return -EXDEV;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (folder && !S_ISREG(st.st_mode))
		return -EINVAL;
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (ret->n + (size_t)n > ARM_MAX_FILE)
			return -EFBIG;
		str_addn(ret, buf, (size_t)n);
	}
	return 0;
}

void arm_place_file(struct arm *a, const char *file, const char *path, const struct str *text)
{
	_cleanup_free_ char *full =
	    path || *file == '/' || strstr(file, "://") || streq(a->dir, ".")
	        ? xstrdup(path ? path : file)
	        : xasprintf("%s/%s", a->dir, file);

	places_add_json(findings_places(a->f), file, full, str_get(text), text->n);
}

const struct val *text_parse(struct arm *a, const char *text, size_t n, const char *file,
                             bool template)
{
	_cleanup_free_ char *strict = NULL;
	struct err e = { 0 };
	json_error_t je;
	json_t *j = NULL;
	const struct val *v;
	bool twice;

	if (arm_relax(text, n, &strict, &n, &e) < 0) {
		if (file)
			arm_finding(a, SEV_ERROR, "ARM-JSON-01", NULL, file, "", NULL, "%s", e.msg);
		return NULL;
	}
	j = json_text(strict, n, JSON_DECODE_ANY, &twice, &je);
	if (twice && file)
		json_text_twice(strict, n, file, a->f);
	if (!j) {
		if (file) {
			arm_finding(a, SEV_ERROR, "ARM-JSON-01", "InvalidTemplate", file, "", NULL,
			            "line %d, column %d: %s", je.line, je.column, je.text);
			finding_stands_at(a->f, (unsigned)je.line, (unsigned)je.column);
		}
		return NULL;
	}
	v = val_from_json(a->arena, j, template);
	json_decref(j);
	if (!v && file)
		arm_finding(a, SEV_ERROR, "ARM-LIMIT-01", NULL, file, "", NULL,
		            "the file is nested more than %d deep, or too big", VAL_MAX_DEPTH);
	return v;
}

const struct val *source_template(struct arm *a, const char *name, const char *file,
                                  const char *ptr)
{
	json_t *j = json_object_get(a->o->sources, name);
	const struct val *v = json_is_object(j) ? val_from_json(a->arena, j, true) : NULL;

	if (json_is_object(j) && !v)
		arm_finding(a, SEV_ERROR, "ARM-LIMIT-01", NULL, file, ptr, NULL,
		            "%s is nested more than %d deep, or too big", name, VAL_MAX_DEPTH);
	return v;
}
