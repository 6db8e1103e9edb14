/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose work is graded, and by which checks. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/str.h"
#include "checks/check.h"
#include "cmd/grade.h"
#include "input/open.h"
#include "input/topology.h"

/* ---- files ---- */

static bool has_end(const char *name, const char *end)
{
	size_t n = strlen(name), k = strlen(end);

	return n > k && streq(name + n - k, end);
}

static bool is_work_name(const char *name)
{
	return name[0] != '.' && !has_end(name, ".checks.json") &&
	       !has_end(name, ".parameters.json") &&
	       (has_end(name, ".json") || has_end(name, ".bicep"));
}

static bool holds_design(const char *folder)
{
	DIR *d = opendir(folder);
	bool found = false;

	if (!d)
		return true; /* its row says why it cannot be read */
	for (const struct dirent *x; !found && (x = readdir(d));)
		found = is_work_name(x->d_name) || has_end(x->d_name, ".tf");
	closedir(d);
	return found;
}

/* "class/anna.vnetlab.json" and "class/anna/": anna. */
static char *student_of(const char *path)
{
	static const char *const ends[] = { ".vnetlab.json", ".json", ".bicep" };
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	size_t from = n;

	while (from && path[from - 1] != '/')
		from--;
	_cleanup_free_ char *name = xstrndup(path + from, n - from);

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (has_end(name, ends[i]))
			return xstrndup(name, strlen(name) - strlen(ends[i]));
	return take_ptr(name);
}

static void add_student(struct grades *g, const char *path)
{
	VEC_PUSH(g->v, g->n, g->cap) = (struct grade){ .student = student_of(path),
		                                       .file = xstrdup(path),
		                                       .state = GRADE_NOT_RUN };
}

static int order_entries(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}

int grade_add_files(struct grades *g, const char *arg, const char *checks, struct err *e)
{
	struct dirent **list = NULL;
	struct stat st, own = { 0 };
	size_t before = g->n;

	if (stat(arg, &st) < 0)
		return err_sys(e, errno, "%s", arg);
	if (!S_ISDIR(st.st_mode)) {
		add_student(g, arg);
		return 0;
	}
	int n = scandir(arg, &list, NULL, order_entries);

	if (n < 0)
		return err_sys(e, errno, "%s", arg);
	(void)stat(checks, &own);
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		_cleanup_free_ char *path = xasprintf("%s/%s", arg, name);

		bool there = stat(path, &st) == 0; /* no link to nowhere */

		if (name[0] != '.' &&
		    !(there && st.st_dev == own.st_dev && st.st_ino == own.st_ino) &&
		    (is_work_name(name) || (there && S_ISDIR(st.st_mode) && holds_design(path))))
			add_student(g, path);
		free(list[i]);
	}
	free(list);
	return g->n > before
	           ? 0
	           : err_set(
	                 e, ENOENT,
	                 "%s has nobody's file: neither NAME.vnetlab.json nor a folder with one",
	                 arg);
}

/* ---- checks ---- */

/* Keeps findings about checks that are wrong whatever the design is: a name that an empty design
 * lacks is not. */
static void keep_wrong_forms(const struct findings *all, struct findings *ret)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct finding *x = &all->items[i];

		if (x->severity == SEV_ERROR && str_starts(x->pointer, "/checks/") &&
		    !test_is_absence(x))
			finding_add_source(ret, x->severity, x->rule, NULL,
			                   x->source ? x->source : x->pointer, x->hint, "%s",
			                   x->message);
	}
}

int grade_read_checks(struct grades *g, const char *file)
{
	_cleanup_findings_ struct findings f = { 0 }, wrong = { 0 };
	json_t *design =
	    json_pack("{s:{s:s}, s:{}, s:s}", "topology", "name", "checks", "files", "path", file);
	json_t *topology = json_object_get(design, "topology"), *spec;
	struct err e = { 0 };
	const char *name;
	int status = EX_DONE;

	if (input_add_checks(file, topology, &f, &e) < 0) {
		ui_findings(&f);
		status = f.n ? EX_INVALID_DESIGN : ui_error(&e);
	} else {
		model_free(design_checked(design, &f));
		keep_wrong_forms(&f, &wrong);
		ui_findings(&wrong);
		status = wrong.errors ? EX_INVALID_DESIGN : EX_DONE;
	}
	json_object_foreach (json_object_get(topology, "checks"), name, spec)
		if (!json_object_get(spec, "do"))
			VEC_PUSH(g->tasks, g->n_tasks, g->cap_tasks) =
			    (struct grade_task){ xstrdup(name), check_points(spec) };
	json_decref(design);
	if (status == EX_DONE && !g->n_tasks) {
		ui_reason("%s has no checks", file);
		return EX_INVALID_DESIGN;
	}
	return status;
}
