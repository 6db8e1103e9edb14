/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/address.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "base/tree.h"
#include "cmd/remote.h"
#include "input/topology.h"
#include "remote/fetch.h"

enum { DESIGN_MAX = 64 << 20, FILE_MAX = 16 << 20, FILES_MAX = 1000, TOTAL_MAX = 256 << 20 };

struct fetched {
	char *path; /* below the folder */
	struct str text;
};

/* Global, as the standard streams are: the folder to remove when the program ends. */
static struct {
	char *folder, *path, *url;
} kept[64];
static size_t n_kept;

void address_cleanup(void)
{
	while (n_kept) {
		n_kept--;
		tree_remove(kept[n_kept].folder);
		free(kept[n_kept].folder);
		free(kept[n_kept].path);
		free(kept[n_kept].url);
	}
}

const char *address_name(const char *path)
{
	for (size_t i = 0; i < n_kept; i++)
		if (streq(kept[i].path, path))
			return kept[i].url;
	return path;
}

/* --- files here --- */

static int write_fetched_file(const char *folder, const struct fetched *f, struct err *e)
{
	_cleanup_free_ char *full = xasprintf("%s/%s", folder, f->path);

	for (char *slash = strchr(full + strlen(folder) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(full, 0700) < 0 && errno != EEXIST)
			return err_sys(e, errno, "%s", full);
		*slash = '/';
	}
	_cleanup_close_ int fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(e, errno, "%s", full);
	int r = write_all(fd, f->text.s, f->text.n);

	return r < 0 ? err_sys(e, -r, "%s", full) : 0;
}

/* Writes all files into a new folder; the caller frees *ret, its path. */
static int write_folder(const struct fetched *files, size_t n, char **ret, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	_cleanup_free_ char *folder =
	    xasprintf("%s/vnetlab.XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	int r = 0;

	if (!mkdtemp(folder))
		return err_sys(e, errno, "a folder for the design: %s", folder);
	for (size_t i = 0; i < n && r == 0; i++)
		r = write_fetched_file(folder, &files[i], e);
	if (r < 0)
		tree_remove(folder);
	else
		*ret = take_ptr(folder);
	return r;
}

/* --- which files --- */

/* Loads the design without its files, so that the findings name those that are missing. */
static int missing_files(const struct fetched *design, json_t **ret, struct err *e)
{
	_cleanup_findings_ struct findings f = { 0 };
	_cleanup_free_ char *folder = NULL;
	int r = write_folder(design, 1, &folder, e);

	if (r < 0)
		return r;
	_cleanup_free_ char *path = xasprintf("%s/%s", folder, design->path);
	json_t *read = design_read(path, &f, e), *problem;
	const char *name;

	tree_remove(folder);
	*ret = json_array();
	/* A file that is no design: the command reports that. */
	json_object_foreach (json_object_get(read, "files"), name, problem)
		if (streq(json_str(problem, "rule"), "TOPO-FILE-01"))
			json_array_append_new(*ret, json_string(name));
	json_decref(read);
	return 0;
}

static int fetch_files(const char *url, json_t *names, long stall_ms, struct fetched *files,
                       size_t *n, struct err *e)
{
	size_t total = files[0].text.n, i;
	json_t *name;

	json_array_foreach (names, i, name) {
		_cleanup_free_ char *from = fetch_below(url, json_string_value(name));
		struct fetched *f = &files[*n];
		int r = fetch(from, FILE_MAX, stall_ms, &f->text, e);

		if (r < 0)
			return err_wrap(e, "a file that the design names");
		f->path = xstrdup(json_string_value(name));
		(*n)++;
		total += f->text.n;
		if (total > TOTAL_MAX)
			return err_set(e, EFBIG, "%s: its files have more than 256 MiB together",
			               url);
	}
	return 0;
}

static int fetch_all(const char *url, long stall_ms, struct fetched *files, size_t *n,
                     struct err *e)
{
	json_t *names = NULL;
	int r = fetch(url, DESIGN_MAX, stall_ms, &files[0].text, e);

	if (r < 0)
		return r;
	files[0].path = fetch_name(url);
	*n = 1;
	r = missing_files(&files[0], &names, e);
	if (r == 0 && json_array_size(names) >= FILES_MAX)
		r = err_set(e, E2BIG, "%s: it names %zu files, more than %d are not fetched", url,
		            json_array_size(names), FILES_MAX);
	if (r == 0)
		r = fetch_files(url, names, stall_ms, files, n, e);
	json_decref(names);
	return r;
}

int address_fetch(const char *url, long stall_ms, char **ret_path, struct err *e)
{
	_cleanup_free_ struct fetched *files = xcalloc(FILES_MAX + 1, sizeof(*files));
	_cleanup_free_ char *folder = NULL;
	size_t n = 0;

	for (size_t i = 0; i < n_kept; i++)
		if (streq(kept[i].url, url)) { /* named twice, fetched once */
			*ret_path = xstrdup(kept[i].path);
			return 0;
		}
	int r = fetch_check(url, e);

	if (r == 0 && n_kept == ARRAY_LEN(kept))
		r = err_set(e, E2BIG, "more than %zu addresses at once", ARRAY_LEN(kept));
	if (r == 0)
		r = fetch_all(url, stall_ms, files, &n, e);
	if (r == 0)
		r = write_folder(files, n, &folder, e);
	if (r == 0) {
		*ret_path = xasprintf("%s/%s", folder, files[0].path);
		kept[n_kept].url = xstrdup(url);
		kept[n_kept].path = xstrdup(*ret_path);
		kept[n_kept++].folder = take_ptr(folder);
	}
	for (size_t i = 0; i < FILES_MAX + 1; i++) {
		free(files[i].path);
		str_free_p(&files[i].text);
	}
	return r;
}
