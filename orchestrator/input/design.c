/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files -> design.  Reading is all that this layer asks of the system. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "azure/kind.h"
#include "base/str.h"
#include "input/file.h"
#include "input/json_text.h"
#include "input/topology.h"
#include "schema/schema.h"

enum { MAX_DEPTH = 200 };

/* --- JSON text ------------------------------------------------------------------------------ */

static void json_finding(struct findings *f, const char *rule, size_t line, size_t column,
                         const char *hint, const char *what)
{
	finding_add(f, SEV_ERROR, rule, NULL, "", hint, "line %zu, column %zu: %s", line, column,
	            what);
	finding_stands_at(f, (unsigned)line, (unsigned)column);
}

/* The parser recurses; so depth is measured before it runs. */
static bool depth_ok(const char *s, size_t n, struct findings *f)
{
	size_t depth = 0, line = 1, bol = 0;
	bool quoted = false;

	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (c == '\n') {
			line++;
			bol = i + 1;
		}
		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '{' || c == '[') {
			if (++depth > MAX_DEPTH) {
				json_finding(f, "TOPO-JSON-04", line, i - bol + 1, NULL,
				             "nested more than 200 deep");
				return false;
			}
		} else if ((c == '}' || c == ']') && depth) {
			depth--;
		}
	}
	return true;
}

static const char *syntax_hint(const char *s, size_t n, const json_error_t *je)
{
	switch (json_error_code(je)) {
	case json_error_premature_end_of_input:
		return "a closing bracket or quote is missing";
	case json_error_invalid_utf8:
		return "save the file as UTF-8";
	default:
		break;
	}
	size_t at = je->position > 0 ? (size_t)je->position : 0;
	size_t from = at > 3 ? at - 3 : 0;

	for (size_t i = from; i + 1 < n && i < at + 3; i++) {
		if (s[i] == '/' && (s[i + 1] == '/' || s[i + 1] == '*'))
			return "JSON has no comments";
		if (s[i] == '}' || s[i] == ']')
			return "a comma too many before the bracket?";
	}
	return NULL;
}

json_t *design_parse(const char *text, size_t n, struct findings *f)
{
	json_error_t je;

	if (n > FILE_MAX_DESIGN) {
		finding_add(f, SEV_ERROR, "TOPO-JSON-03", NULL, "", NULL,
		            "the topology has %zu bytes; more than 64 MiB are not taken", n);
		return NULL;
	}
	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) { /* a byte order mark, as editors add it */
		text += 3;
		n -= 3;
	}
	if (!depth_ok(text, n, f))
		return NULL;
	bool twice;
	json_t *j = json_text(text, n, 0, &twice, &je);

	if (twice)
		json_text_twice(text, n, NULL, f);
	if (!j)
		json_finding(f, "TOPO-JSON-01", je.line > 0 ? (size_t)je.line : 1,
		             je.column > 0 ? (size_t)je.column : 1, syntax_hint(text, n, &je),
		             je.text);
	return j;
}

/* --- files ---------------------------------------------------------------------------------- */

/* Where openat2 is missing or forbidden (old seccomp filters): compare the resolved paths. */
static int open_below_slow(const char *folder, const char *path)
{
	char real[PATH_MAX], base[PATH_MAX];
	_cleanup_free_ char *full = xasprintf("%s/%s", folder, path);

	if (!realpath(folder, base) || !realpath(full, real))
		return -errno;
	size_t n = strlen(base);

	if (strncmp(real, base, n) != 0 || (real[n] != '/' && !streq(base, "/")))
		return -EXDEV;
	int fd = open(real, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

static int open_config_below(const char *folder, const char *path)
{
	struct open_how how = {
		/* not to hang on a FIFO */
		.flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	_cleanup_close_ int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -errno;
	long fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));

	if (fd >= 0)
		return (int)fd;
	return errno == ENOSYS || errno == EPERM ? open_below_slow(folder, path) : -errno;
}

static json_t *file_problem(const char *rule, const char *error, const char *hint)
{
	return json_pack("{s:s, s:s, s:s?}", "rule", rule, "error", error, "hint", hint);
}

/* The contents as a JSON string; or an object that says what is wrong, for the loader to report. */
static json_t *read_config(const char *folder, const char *path)
{
	_cleanup_str_ struct str s = { 0 };
	_cleanup_close_ int fd = open_config_below(folder, path);
	struct stat st;
	int r = fd;

	if (fd >= 0 && !fstat(fd, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return file_problem("TOPO-FILE-03", "is not an ordinary file", NULL);
	if (fd >= 0)
		r = file_read_fd(fd, FILE_MAX_CONFIG, &s);
	if (r >= 0) {
		json_t *j = json_stringn(str_get(&s), s.n);

		if (j && strlen(json_string_value(j)) == s.n)
			return j;
		json_decref(j);
		return file_problem("TOPO-FILE-03", "is not a text in UTF-8", NULL);
	}
	switch (-r) {
	case ENOENT:
	case ENOTDIR:
		return file_problem("TOPO-FILE-01", "does not exist below the topology's folder",
		                    "paths are relative to the folder of the topology file");
	case EXDEV:
	case ELOOP:
		return file_problem("TOPO-FILE-02",
		                    "leads out of the topology's folder by a symbolic link",
		                    "put the file itself below the topology's folder");
	case EFBIG:
		return file_problem("TOPO-FILE-03", "is bigger than 16 MiB", NULL);
	default: {
		_cleanup_free_ char *why = xasprintf("cannot be read: %s", strerror(-r));

		return file_problem("TOPO-FILE-03", why, NULL);
	}
	}
}

struct config_reader {
	json_t *files;
	const char *folder;
};

static void read_config_files(void *ctx, json_t *owner, const struct jptr *at, bool part)
{
	const struct config_reader *r = ctx;
	json_t *path;
	const char *file;

	(void)at, (void)part;
	json_object_foreach (json_object_get(owner, "config"), file, path) {
		const char *s = json_string_value(path);

		if (s && schema_path_valid(s) && !json_object_get(r->files, s))
			json_object_set_new(r->files, s, read_config(r->folder, s));
	}
}

static json_t *read_configs(json_t *topology, const char *folder)
{
	struct config_reader r = { json_object(), folder };

	kinds_each_image(topology, read_config_files, &r);
	return r.files;
}

int design_text(const char *path, struct str *ret, struct findings *f, struct err *e)
{
	int r = file_read(path, FILE_MAX_DESIGN, ret, e);

	if (r == -EFBIG) {
		*e = (struct err){ 0 };
		finding_add_source(f, SEV_ERROR, "TOPO-JSON-03", NULL, path, NULL,
		                   "the topology is bigger than 64 MiB");
	}
	return r;
}

json_t *design_around(json_t *topology, const char *path)
{
	char real[PATH_MAX];
	/* The folder is the one that the path names, also when the file itself is a link. */
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *folder =
	    !slash ? xstrdup(".") : xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
	_cleanup_free_ char *full = NULL;

	if (realpath(folder, real))
		full = xasprintf("%s/%s", streq(real, "/") ? "" : real, slash ? slash + 1 : path);
	json_t *files = read_configs(topology, folder);

	json_t *where = json_string(full ? full : path);

	/* A path need not be UTF-8; it serves as the lab's name at most. */
	return json_pack("{s:o, s:o, s:o}", "topology", topology, "files", files, "path",
	                 where ? where : json_string(""));
}

json_t *design_read(const char *path, struct findings *f, struct err *e)
{
	_cleanup_str_ struct str text = { 0 };
	json_t *topology = NULL;

	if (design_text(path, &text, f, e) == 0)
		topology = design_parse(str_get(&text), text.n, f);
	return topology ? design_around(topology, path) : NULL;
}
