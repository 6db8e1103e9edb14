/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/evidence_file.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/str.h"
#include "base/visible.h"
#include "lab/client/client.h"

char *evidence_file_name(const char *name)
{
	char *s = xstrdup(name);

	for (char *c = s; *c; c++)
		if (*c == '/' || (*c == '.' && c == s))
			*c = '_';
	return s;
}

int evidence_folder(const char *path, struct err *e)
{
	return mkdir(path, 0777) < 0 && errno != EEXIST ? err_sys(e, errno, "%s", path) : 0;
}

int evidence_close(FILE *f, const char *path, struct err *e)
{
	bool bad = ferror(f);

	if (fclose(f) != 0 || bad)
		return err_sys(e, errno ? errno : EIO, "%s", path);
	return 0;
}

int evidence_json(const char *path, const json_t *j, struct err *e)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return err_sys(e, errno, "%s", path);
	json_dump_visible(j, f, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	fputc('\n', f);
	return evidence_close(f, path, e);
}

int evidence_ask(const char *lab, json_t *request, const char *path, json_t **ret_answer,
                 struct err *e)
{
	struct lab_client *c = NULL;
	json_t *answer = NULL;
	int r = lab_connect(lab, &c, e);

	if (r < 0)
		json_decref(request);
	else
		r = lab_call(c, request, NULL, NULL, &answer, NULL, e);
	lab_disconnect(c);
	if (r < 0)
		return r;
	json_object_del(answer, "ok");
	r = path ? evidence_json(path, answer, e) : 0;
	if (ret_answer)
		*ret_answer = answer;
	else
		json_decref(answer);
	return r;
}
