/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a design.  They are opened below the nearest folder upward that is a repository, else
 * below the folder of the design: nothing else is, and no link leads out. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "input/bicep/lower.h"
#include "input/file.h"

enum { FILE_MAX = 16 << 20 };

bool bicep_open_root(struct bicep *b, const char *path)
{
	char real[PATH_MAX];
	_cleanup_free_ char *root = NULL;
	const char *slash;

	if (!realpath(path, real))
		return false;
	slash = strrchr(real, '/');
	root = xstrndup(real, slash > real ? (size_t)(slash - real) : 1);
	b->folder = arena_strdup(b->arena, root);
	b->main = arena_strdup(b->arena, slash + 1);
	for (;;) {
		_cleanup_free_ char *git = xasprintf("%s/.git", root);
		char *up = strrchr(root, '/');

		if (access(git, F_OK) == 0)
			break;
		if (!up || up == root) {
			strcpy(root, b->folder);
			break;
		}
		*up = 0;
		if (!root[0])
			break;
	}
	/* up was cut: what is left of the design's folder is long enough to hold it again */
	b->root = arena_strdup(b->arena, root);
	b->below = b->folder + strlen(root);
	b->below += *b->below == '/';
	b->root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return b->root_fd >= 0;
}

/* "labs/hub" and "../modules/x.bicep" -> "labs/modules/x.bicep"; NULL: it leads out. */
static const char *joined(struct bicep *b, const char *folder, const char *path)
{
	_cleanup_str_ struct str out = { 0 };
	_cleanup_free_ char *all = xasprintf("%s/%s", folder, path);
	char *save = NULL;

	for (char *c = all; *c; c++)
		*c = *c == '\\' ? '/' : *c;
	for (char *part = strtok_r(all, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
		if (streq(part, "."))
			continue;
		if (!streq(part, "..")) {
			str_printf(&out, "%s%s", out.n ? "/" : "", part);
			continue;
		}
		if (!out.n)
			return NULL;
		while (out.n && out.s[out.n - 1] != '/')
			out.n--;
		out.n -= out.n > 0;
		out.s[out.n] = 0;
	}
	return arena_strdup(b->arena, str_get(&out));
}

/* The path of a file from the root, from its name, which counts from the design's folder. */
static const char *from_root(struct blow *l, const char *path)
{
	const char *name = l->file->name, *slash = strrchr(name, '/');
	_cleanup_free_ char *folder =
	    *name == '/' ? xstrdup("")
	                 : xasprintf("%s/%.*s", l->b->below, slash ? (int)(slash - name) : 0, name);
	const char *base = joined(l->b, "", folder);

	return *path == '/' || *path == '~' || !base ? NULL : joined(l->b, base, path);
}

/* "labs/modules/x.bicep" as seen from "labs/hub": "../modules/x.bicep". */
static const char *name_of(struct bicep *b, const char *path)
{
	_cleanup_str_ struct str out = { 0 };
	const char *below = b->below;
	size_t same = 0;

	for (size_t i = 0;; i++) {
		bool end = !below[i];

		if ((end || below[i] == '/') && (path[i] == '/'))
			same = i + 1;
		if (end || below[i] != path[i])
			break;
	}
	if (!*below)
		return path;
	for (const char *rest = below + (same > strlen(below) ? strlen(below) : same); *rest;) {
		str_add(&out, "../");
		rest += strcspn(rest, "/");
		rest += *rest == '/';
	}
	str_add(&out, path + same);
	return arena_strdup(b->arena, str_get(&out));
}

static int read_beneath(struct bicep *b, const char *path, struct str *ret)
{
	_cleanup_close_ int fd = path ? beneath_open(b->root_fd, path, O_RDONLY | O_NONBLOCK) : -1;
	struct stat st;

	if (!path)
		return -EXDEV;
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? file_read_fd(fd, FILE_MAX, ret) : -EINVAL;
}

static void report_file(struct blow *l, const char *rule, const char *path, struct hcl_place at,
                        int r)
{
	const char *hint =
	    r == -EXDEV ? arena_printf(l->b->arena, "files below %s are opened", l->b->root) : NULL;

	bicep_report(l, SEV_ERROR, rule, at, hint, "%s %s", path,
	             r == -EXDEV    ? "leads out of the design"
	             : r == -ENOENT ? "is not there"
	             : r == -EFBIG  ? "is bigger than 16 MiB"
	                            : strerror(-r));
}

static bool is_key(const char *path)
{
	size_t n = strlen(path);

	return strstr(path, ".ssh/") || strstr(path, "id_rsa") ||
	       (n > 4 && (streq(path + n - 4, ".pub") || streq(path + n - 4, ".pem") ||
	                  streq(path + n - 4, ".cer") || streq(path + n - 4, ".pfx")));
}

bool bicep_load(struct blow *l, const char *path, struct hcl_place at, struct str *ret)
{
	int r = read_beneath(l->b, from_root(l, path), ret);

	if (r < 0 && is_key(path)) {
		str_add(ret, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQ== invented");
		return true;
	}
	if (r < 0)
		report_file(l, "BICEP-FILE-01", path, at, r);
	return r >= 0;
}

/* --- modules of registries -----------------------------------------------------------------------
 */

/* "br:mcr.microsoft.com/bicep/avm/res/network/virtual-network:0.5.2", "br/public:avm/...:0.5.2" as
 * the cache of the Bicep CLI has it; NULL: it is no such reference. */
static const char *cached(struct bicep *b, const char *reference)
{
	_cleanup_free_ char *whole = NULL;
	const char *home = getenv("HOME"), *tag, *slash;
	_cleanup_str_ struct str out = { 0 };
	unsigned long long mask = 0;

	if (str_starts(reference, "br/public:"))
		whole = xasprintf("mcr.microsoft.com/bicep/%s", reference + 10);
	else if (str_starts(reference, "br:"))
		whole = xstrdup(reference + 3);
	tag = whole ? strrchr(whole, ':') : NULL;
	slash = whole ? strchr(whole, '/') : NULL;
	if (!tag || !slash || tag < slash || !home || strstr(whole, ".."))
		return NULL;
	str_printf(&out, "%s/.bicep/br/", home);
	for (const char *c = whole; c < slash; c++)
		str_addc(&out, *c == ':' ? '$' : (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c));
	str_addc(&out, '/');
	for (const char *c = slash + 1; c < tag; c++)
		str_addc(&out, *c == '/' ? '$' : *c);
	for (size_t i = 0; tag[1 + i] && i < 64; i++)
		if (tag[1 + i] >= 'A' && tag[1 + i] <= 'Z')
			mask |= 1ULL << i;
	str_printf(&out, "/%s$", tag + 1);
	if (mask)
		str_printf(&out, "%llx", mask);
	str_add(&out, "/main.json");
	return arena_strdup(b->arena, str_get(&out));
}

const char *bicep_cached(struct bicep *b, const char *reference)
{
	const char *path = cached(b, reference);

	return path && access(path, R_OK) == 0 ? path : NULL;
}

static const char *add_template(struct blow *l, const char *name, const struct str *text,
                                struct hcl_place at)
{
	const char *s = str_get(text);
	json_error_t e;

	if (json_object_get(l->b->templates, name))
		return name;
	if (text->n >= 3 && !memcmp(s, "\xEF\xBB\xBF", 3))
		s += 3;
	json_t *t = json_loads(s, 0, &e);

	if (!json_is_object(t)) {
		json_decref(t);
		bicep_report(l, SEV_ERROR, "BICEP-MODULE-01", at, NULL,
		             "%s is no template: line %d, column %d: %s", name, e.line, e.column,
		             e.text);
		return NULL;
	}
	places_add_json(findings_places(l->b->findings), name, name, s, strlen(s));
	json_object_set_new(l->b->templates, name, t);
	return name;
}

static const char *open_cached(struct blow *l, const char *reference, struct hcl_place at)
{
	const char *path = cached(l->b, reference);
	_cleanup_str_ struct str text = { 0 };
	_cleanup_close_ int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;

	if (fd < 0 || file_read_fd(fd, FILE_MAX, &text) < 0) {
		bicep_report(
		    l, SEV_ERROR, "BICEP-MODULE-02", at,
		    path ? arena_printf(l->b->arena, "bicep restore fetches it, to %s", path)
		         : "put the module's files into the design, and name their path",
		    "the module %s is not here", reference);
		return NULL;
	}
	return add_template(l, path, &text, at);
}

/* --- local ones --------------------------------------------------------------------------------
 */

static struct bicep_source *add_source(struct bicep *b, const char *name)
{
	struct bicep_source *s = &VEC_PUSH(b->sources, b->n_sources, b->cap_sources);

	s->name = name;
	return s;
}

struct bicep_file *bicep_open(struct blow *l, const char *path, struct hcl_place at,
                              const char **ret_template)
{
	struct bicep *b = l->b;
	const char *from, *name;
	_cleanup_str_ struct str text = { 0 };
	int r;

	*ret_template = NULL;
	if (str_starts(path, "br:") || str_starts(path, "br/") || str_starts(path, "ts:") ||
	    str_starts(path, "ts/")) {
		*ret_template = open_cached(l, path, at);
		return NULL;
	}
	from = from_root(l, path);
	name = from ? name_of(b, from) : NULL;
	for (size_t i = 0; name && i < b->n_sources; i++)
		if (streq(b->sources[i].name, name)) {
			if (!b->sources[i].file && json_object_get(b->templates, name))
				*ret_template = name;
			return b->sources[i].file;
		}
	if (b->n_sources >= BICEP_FILES) {
		bicep_report(l, SEV_ERROR, "BICEP-LIMIT-01", at, NULL,
		             "more than %d files are not taken", BICEP_FILES);
		return NULL;
	}
	r = read_beneath(b, from, &text);
	if (!name || r < 0) {
		report_file(l, "BICEP-MODULE-01", path, at, r);
		return NULL;
	}
	size_t n = strlen(name), at_source = b->n_sources;

	add_source(b, name);
	if (n > 5 && strieq(name + n - 5, ".json")) {
		*ret_template = add_template(l, name, &text, at);
		return NULL;
	}
	places_add_file(findings_places(b->findings), name,
	                arena_printf(b->arena, "%s/%s", b->root, from));
	struct bicep_file *f = bicep_parse(&b->tree, name, str_get(&text), text.n);

	b->sources[at_source].file = f;
	return f;
}
