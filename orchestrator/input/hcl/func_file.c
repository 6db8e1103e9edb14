/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and paths.  Which files may be read is for who runs the evaluation. */
#include "base/base64.h"
#include "input/hcl/func.h"
#include "input/hcl/hash.h"

static bool read_argument(struct hcl_call *c, struct str *text, json_t **ret_failed)
{
	const char *path;

	if (!func_text(c, 0, &path)) {
		*ret_failed = hcl_unknown(NULL);
		return false;
	}
	if (c->ev->file(c->ev, path, text))
		return true;
	*ret_failed = hcl_fail(c->ev, c->e->place, "HCL-FILE-01", NULL, "%s(\"%s\"): %s", c->name,
	                       path, str_get(text));
	return false;
}

static json_t *f_file(struct hcl_call *c)
{
	_cleanup_str_ struct str text = { 0 };
	json_t *failed;

	return read_argument(c, &text, &failed) ? func_string(c, text.s, text.n) : failed;
}

static json_t *f_filebase64(struct hcl_call *c)
{
	_cleanup_str_ struct str text = { 0 }, out = { 0 };
	json_t *failed;

	if (!read_argument(c, &text, &failed))
		return failed;
	base64_encode(str_get(&text), text.n, &out);
	return func_string(c, out.s, out.n);
}

static json_t *f_fileexists(struct hcl_call *c)
{
	_cleanup_str_ struct str text = { 0 };
	const char *path;

	return func_text(c, 0, &path) ? json_boolean(c->ev->file(c->ev, path, &text))
	                              : hcl_unknown(NULL);
}

static json_t *f_fileset(struct hcl_call *c)
{
	const char *folder, *pattern;

	if (!func_text(c, 0, &folder) || !func_text(c, 1, &pattern))
		return hcl_unknown(NULL);
	json_t *names = c->ev->files(c->ev, folder, pattern);

	return names ? names : func_fail(c, "folder \"%s\" cannot be read", folder);
}

static json_t *f_basename(struct hcl_call *c)
{
	const char *s, *last;

	if (!func_text(c, 0, &s))
		return hcl_unknown(NULL);
	last = strrchr(s, '/');
	return json_string(last ? last + 1 : s);
}

static json_t *f_dirname(struct hcl_call *c)
{
	const char *s, *last;

	if (!func_text(c, 0, &s))
		return hcl_unknown(NULL);
	last = strrchr(s, '/');
	return last ? func_string(c, s, last == s ? 1 : (size_t)(last - s)) : json_string(".");
}

/* Paths stay as they are written: nobody's home is opened. */
static json_t *f_path(struct hcl_call *c)
{
	const char *s;

	return func_text(c, 0, &s) ? json_string(s) : hcl_unknown(NULL);
}

static json_t *f_filehash(struct hcl_call *c)
{
	_cleanup_str_ struct str text = { 0 };
	json_t *failed;

	return read_argument(c, &text, &failed) ? hcl_hash(c, str_get(&text), text.n) : failed;
}

const struct hcl_func hcl_file_funcs[] = {
	{ "file", 1, 1, f_file, false },
	{ "filebase64", 1, 1, f_filebase64, false },
	{ "fileexists", 1, 1, f_fileexists, false },
	{ "fileset", 2, 2, f_fileset, false },
	{ "basename", 1, 1, f_basename, false },
	{ "dirname", 1, 1, f_dirname, false },
	{ "abspath", 1, 1, f_path, false },
	{ "pathexpand", 1, 1, f_path, false },
	{ "filemd5", 1, 1, f_filehash, false },
	{ "filesha1", 1, 1, f_filehash, false },
	{ "filesha256", 1, 1, f_filehash, false },
	{ "filesha512", 1, 1, f_filehash, false },
	{ "filebase64sha256", 1, 1, f_filehash, false },
	{ "filebase64sha512", 1, 1, f_filehash, false },
	{ NULL },
};
