/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder of a batch: batch.json, results/KEY.json, failures/KEY/ and the reports. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/str.h"
#include "base/version.h"
#include "cmd/batch.h"

/* --- files --- */

int batch_file_write(const char *path, const char *text, struct err *e)
{
	/* Tasks on two machines may write the same one. */
	char host[64] = "";
	int r = 0;

	gethostname(host, sizeof(host) - 1);
	_cleanup_free_ char *part = xasprintf("%s.%s.%d.part", path, host, (int)getpid());
	_cleanup_close_ int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_sys(e, errno, "%s", part);
	r = write_all(fd, text, strlen(text));
	/* A node that loses its power must not leave an empty file under the name. */
	if (r < 0 || fsync(fd) < 0 || rename(part, path) < 0) {
		int why = r < 0 ? -r : errno;

		unlink(part);
		return err_sys(e, why, "%s", path);
	}
	return 0;
}

static int make_batch_folder(const char *path, struct err *e)
{
	return mkdir(path, 0777) < 0 && errno != EEXIST ? err_sys(e, errno, "--dir %s", path) : 0;
}

/* --- labs and their keys --- */

static bool is_key_taken(const struct batch *b, const char *key)
{
	for (size_t i = 0; i < b->n; i++)
		if (streq(b->labs[i].key, key))
			return true;
	return false;
}

/* "seed-1a2b3c4d" of a/seed.vnetlab.json: for people the name, and that of no other folder. */
static char *make_lab_key(const struct batch *b, const char *file)
{
	_cleanup_str_ struct str name = { 0 };
	const char *end = strstr(file, ".vnetlab.json");
	size_t n = end && end > file ? (size_t)(end - file) : strlen(file);
	size_t from = n;

	while (from > 0 && file[from - 1] != '/')
		from--;
	for (size_t i = from; i < n && name.n < 60; i++)
		str_addc(&name, strchr("/ \t\n\\'\"", file[i]) ? '_' : file[i]);
	str_printf(&name, "-%08x",
	           (unsigned)(bytes_hash(BYTES_HASH_SEED, file, strlen(file)) >> 16));
	char *key = xstrdup(str_get(&name));

	for (unsigned k = 2; is_key_taken(b, key); k++) {
		free(key);
		key = xasprintf("%s-%u", str_get(&name), k);
	}
	return key;
}

void batch_add(struct batch *b, const char *file)
{
	char *key = make_lab_key(b, file);

	VEC_PUSH(b->labs, b->n, b->cap) = (struct batch_lab){ .file = xstrdup(file), .key = key };
}

/* --- batch.json --- */

/* Options of the labs, as words: a task runs them with the same ones. */
static json_t *lab_words(const struct cmd_args *a)
{
	static const char *const others[] = { "dir",    "engine", "shard", "jobs", "retries",
		                              "format", "merge",  "image", "claim" };
	json_t *words = json_array();

	for (size_t i = 0; a->opts[i].name; i++) {
		const struct option_def *o = &a->opts[i];
		bool ours = o->help && a->values[i];

		for (size_t k = 0; k < ARRAY_LEN(others); k++)
			ours &= !streq(o->name, others[k]);
		for (const char *const *v = ours ? arg_values(a, o->name) : NULL; v && *v; v++) {
			_cleanup_free_ char *word =
			    o->arg ? xasprintf("--%s=%s", o->name, *v) : xasprintf("--%s", o->name);

			json_array_append_new(words, json_string(word));
		}
	}
	return words;
}

int batch_folder_make(const struct batch *b, struct err *e)
{
	_cleanup_free_ char *results = xasprintf("%s/results", b->dir);
	_cleanup_free_ char *failures = xasprintf("%s/failures", b->dir);
	_cleanup_free_ char *path = xasprintf("%s/batch.json", b->dir);
	json_t *files = json_array();
	int r = make_batch_folder(b->dir, e);

	if (r == 0)
		r = make_batch_folder(results, e);
	if (r == 0)
		r = make_batch_folder(failures, e);
	for (size_t i = 0; i < b->n; i++)
		json_array_append_new(files, text_json_of(b->labs[i].file));
	json_t *j = json_pack("{s:s, s:o, s:o, s:o}", "vnetlab", vnetlab_version(), "folder",
	                      text_json_of(b->folder), "options", lab_words(b->a), "files", files);
	_cleanup_free_ char *text = json_dumps(j, JSON_INDENT(1));

	json_decref(j);
	return r < 0 ? r : batch_file_write(path, text, e);
}

int batch_folder_read(const char *dir, json_t **ret, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/batch.json", dir);
	json_error_t why;

	if (access(path, R_OK) < 0)
		return err_sys(e, errno, "%s", path);
	*ret = json_load_file(path, 0, &why);
	if (!json_is_object(*ret) || !json_is_array(json_object_get(*ret, "files"))) {
		json_decref(*ret);
		return err_set(e, EINVAL, "%s is no batch's: %s", path, why.text);
	}
	return 0;
}

/* --- results --- */

static char *result_path(const struct batch *b, const struct batch_lab *l)
{
	return xasprintf("%s/results/%s.json", b->dir, l->key);
}

json_t *batch_result_read(const struct batch *b, const struct batch_lab *l)
{
	_cleanup_free_ char *path = result_path(b, l);
	json_t *j = json_load_file(path, 0, NULL);

	if (json_is_object(json_object_get(j, "run")))
		return j;
	json_decref(j);
	return NULL;
}

int batch_result_write(const struct batch *b, const struct batch_lab *l, const json_t *result,
                       struct err *e)
{
	_cleanup_free_ char *path = result_path(b, l);
	_cleanup_free_ char *text = json_dumps(result, JSON_INDENT(1) | JSON_REAL_PRECISION(12));

	return batch_file_write(path, text ? text : "{}", e);
}

void batch_result_remove(const struct batch *b, const struct batch_lab *l)
{
	_cleanup_free_ char *path = result_path(b, l);

	unlink(path);
}

/* --- reports --- */

struct report_run *batch_runs(const struct batch *b, size_t *ret_n)
{
	struct report_run *runs = xcalloc(b->n + 1, sizeof(*runs));
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct batch_lab *l = &b->labs[i];

		if (!l->chosen)
			continue;
		if (l->result)
			report_from_json(json_object_get(l->result, "run"), &runs[n]);
		else
			runs[n] = (struct report_run){
				.lab = xstrdup(l->key),
				.error = xstrdup(test_interrupted ? "interrupted before it was run"
				                                  : "not reached")
			};
		free(runs[n].file);
		runs[n].file = xstrdup(l->file);
		runs[n].repeat = runs[n].repeats = 1;
		n++;
	}
	*ret_n = n;
	return runs;
}

void batch_runs_free(struct report_run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		report_run_free(&runs[i]);
	free(runs);
}

static int write_batch_report(const struct batch *b, enum report_format format,
                              const struct report_run *runs, size_t n, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", b->dir, report_file_names[format]);
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	report_write(f, format, runs, n, false);
	if (format == REPORT_HUMAN)
		report_summary(f, runs, n, false);
	fclose(f);
	return batch_file_write(path, text, e);
}

int batch_reports_write(const struct batch *b, struct err *e)
{
	size_t n;
	struct report_run *runs = batch_runs(b, &n);
	int r = 0;

	for (int i = 0; r == 0 && i < REPORT_MAX; i++)
		r = write_batch_report(b, (enum report_format)i, runs, n, e);
	batch_runs_free(runs, n);
	return r;
}
