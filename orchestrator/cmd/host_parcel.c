/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command line for another machine: every option is written out, whether it came from a word or
 * from the environment, and designs are replaced by what is uploaded. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "azure/model.h"
#include "base/str.h"
#include "cmd/design.h"
#include "cmd/host.h"
#include "cmd/topology.h"
#include "input/file.h"
#include "input/topology.h"
#include "lab/client/paths.h"

void parcel_free(struct parcel *p)
{
	for (size_t i = 0; i < p->n_files; i++)
		free(p->files[i].path);
	free(p->files);
	free(p->lab);
	json_decref(p->argv);
	json_decref(p->designs);
	if (p->out > STDERR_FILENO)
		close(p->out);
	*p = (struct parcel){ .out = STDOUT_FILENO };
}

static int add_parcel_word(struct parcel *p, const char *word)
{
	struct err e;

	if (json_array_append_new(p->argv, json_string(word)) == 0)
		return EX_DONE;
	err_set(&e, EILSEQ, "an argument is not UTF-8 and cannot be passed on: %s", word);
	return ui_error(&e);
}

/* --- designs --- */

/* The path of a file on the other machine: as it is seen from here, so that messages name it as the
 * user did.  One outside of this folder gets a folder of its own. */
static char *place(const char *path, size_t number)
{
	const char *slash = strrchr(path, '/');
	bool outside = *path == '/';

	for (const char *s = path; s && *s && !outside; s = strchr(s, '/')) {
		s += strspn(s, "/");
		size_t n = strcspn(s, "/");

		outside = n == 2 && s[0] == '.' && s[1] == '.';
	}
	while (str_starts(path, "./"))
		path += 2;
	if (outside)
		return xasprintf("_%zu/%s", number, slash ? slash + 1 : path);
	return xstrdup(path);
}

static void add_file(struct parcel *p, char *path, json_t *text)
{
	for (size_t i = 0; i < p->n_files; i++)
		if (streq(p->files[i].path, path)) {
			free(path);
			return;
		}
	VEC_PUSH(p->files, p->n_files, p->cap_files) =
	    (struct ssh_file){ path, json_string_value(text), json_string_length(text) };
}

/* The documents themselves travel, whatever they were read from. */
static int add_parcel_design(struct parcel *p, const char *path, json_t *design)
{
	_cleanup_free_ char *name = place(path, p->n_files);
	const char *slash = strrchr(name, '/'), *file;
	json_t *topology = json_object_get(design, "topology"), *text;
	_cleanup_free_ char *dump = json_dumps(topology, JSON_INDENT(1) | JSON_REAL_PRECISION(17));

	json_array_append(p->designs, design);
	text = json_string(dump);
	json_array_append_new(p->designs, text);
	add_file(p, xstrdup(name), text);
	json_object_foreach (json_object_get(design, "files"), file, text)
		if (json_is_string(text))
			add_file(
			    p, xasprintf("%.*s%s", slash ? (int)(slash + 1 - name) : 0, name, file),
			    text);
	return add_parcel_word(p, name);
}

/* Adds the findings of the import: the other machine gets the topology and cannot repeat them. */
static int imported(struct parcel *p, const struct command *c, const struct cmd_args *a,
                    const json_t *import, const struct findings *f)
{
	bool test = streq(c->name, "test");

	/* Findings of a template point into the template. */
	p->here |= streq(c->name, "check");
	if (test && json_array_size(json_object_get(import, "captures")))
		return ui_usage(a,
		                "captured tables beside a design are not sent with -H; bring it up "
		                "there, then: vnetlab compare LAB FILE... -H ...");
	if (!p->here && f->n && !f->errors && (!test || a->verbose))
		ui_findings(f);
	return EX_DONE;
}

/* An invalid design is not sent: the command reports its findings without a connection. */
static int pack_design(struct parcel *p, const struct command *c, const struct cmd_args *a,
                       const char *path)
{
	_cleanup_findings_ struct findings f = { 0 }, of_model = { 0 };
	struct err e = { 0 };
	json_t *design = design_load(a, path, &f, &e), *import = json_object_get(design, "import");
	struct model *m = design ? design_checked(design, &of_model) : NULL;
	int status = EX_DONE;

	p->here |= !m || f.errors || of_model.errors;
	if (import)
		status = imported(p, c, a, import, &f);
	if (status == EX_DONE && !p->here && m) {
		if (!p->lab)
			p->lab = xstrdup(m->name);
		status = add_parcel_design(p, path, design);
	}
	model_free(m);
	json_decref(design);
	return status;
}

static int pack_raw(struct parcel *p, const char *path);

/* `test` of several: an invalid one costs only itself, and its findings come from there. */
static int pack_one_of_several(struct parcel *p, const struct command *c, const struct cmd_args *a,
                               const char *path)
{
	int status = pack_design(p, c, a, path);

	if (!p->here || status != EX_DONE)
		return status;
	p->here = false;
	return access(path, R_OK) == 0 ? pack_raw(p, path) : add_parcel_word(p, path);
}

/* `test -n LAB` without a file is about the lab that runs there. */
static bool names_running_lab(const struct command *c, const struct cmd_args *a)
{
	return streq(c->name, "test") && !a->argc && !a->topology && a->lab && *a->lab;
}

static int pack_designs(struct parcel *p, const struct command *c, const struct cmd_args *a)
{
	bool several = streq(c->name, "test") && a->argc > 1;

	if (names_running_lab(c, a))
		return EX_DONE;
	for (int i = 0; i < a->argc || i == 0; i++) {
		_cleanup_free_ char *path = NULL;
		int status = EX_DONE;

		if (topology_path(a, a->argc ? a->argv[i] : NULL, &path, &status) < 0)
			return status;
		status = several ? pack_one_of_several(p, c, a, path) : pack_design(p, c, a, path);
		if (status != EX_DONE || p->here)
			return status;
	}
	return EX_DONE;
}

/* --- other files --- */

/* Adds a file unchanged and with its name, which `compare` looks at; before: "--checks=". */
static int pack_raw_as(struct parcel *p, const char *before, const char *path)
{
	_cleanup_str_ struct str text = { 0 };
	struct err e = { 0 };

	if (file_read(path, FILE_MAX_DESIGN, &text, &e) < 0)
		return ui_error(&e);
	_cleanup_free_ char *name = place(path, p->n_files);
	json_t *kept = json_stringn_nocheck(str_get(&text), text.n);

	json_array_append_new(p->designs, kept);
	add_file(p, xstrdup(name), kept);
	_cleanup_free_ char *word = xasprintf("%s%s", before, name);

	return add_parcel_word(p, word);
}

static int pack_raw(struct parcel *p, const char *path)
{
	return pack_raw_as(p, "", path);
}

/* `graph` draws a file here, where it is, and a lab there. */
static bool draws_file(const struct cmd_args *a)
{
	const char *arg = a->argc ? a->argv[0] : a->topology ? NULL : a->lab;

	return !arg || lab_name_check(arg, NULL) < 0 || access(arg, F_OK) == 0;
}

/* --- options --- */

static bool sends_design(const struct command *c)
{
	return c->kinds[0] == ARG_FILE && !streq(c->name, "graph");
}

/* Options that packing has used: they are not sent. */
static bool is_ours(const struct command *c, const char *name)
{
	static const char *const ours[] = { "host", "identity", "remote-path", "connect-timeout",
		                            "topology" };
	static const struct option_def of_design[] = { DESIGN_OPTIONS };

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (streq(ours[i], name))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(of_design) && sends_design(c); i++)
		if (streq(of_design[i].name, name))
			return true;
	return false;
}

/* Files that the command writes are written here. */
static int pack_file_option(struct parcel *p, const struct command *c, const struct cmd_args *a,
                            const struct option_def *o, const char *value)
{
	struct err e;

	if (streq(c->name, "capture") && streq(o->name, "write")) {
		if (!streq(value, "-")) {
			p->out = open(value, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
			if (p->out < 0) {
				err_sys(&e, errno, "cannot write %s", value);
				return ui_error(&e);
			}
		}
		return add_parcel_word(p, "--write=-");
	}
	if (streq(c->name, "test") && streq(o->name, "report")) {
		if (mkdir(value, 0777) < 0 && errno != EEXIST) {
			err_sys(&e, errno, "--report %s", value);
			return ui_error(&e);
		}
		p->report = value;
		return add_parcel_word(p, "--report=" PARCEL_REPORT);
	}
	if (streq(c->name, "test") && streq(o->name, "checks"))
		return pack_raw_as(p, "--checks=", value);
	return ui_usage(a, "--%s names a file of this machine; it cannot be used with -H", o->name);
}

static int pack_option(struct parcel *p, const struct command *c, const struct cmd_args *a,
                       size_t i)
{
	const struct option_def *o = &a->opts[i];

	/* The last value of an option that may be given once counts. */
	const char *const last[] = { a->values[i], NULL };

	for (const char *const *v = o->multiple ? a->lists[i] : last; v && *v; v++) {
		int status;

		if (!o->arg) {
			_cleanup_free_ char *word = xasprintf("--%s", o->name);

			status = add_parcel_word(p, word);
		} else if (streq(o->arg, "FILE") || streq(o->arg, "DIR")) {
			status = pack_file_option(p, c, a, o, *v);
		} else {
			_cleanup_free_ char *word = xasprintf("--%s=%s", o->name, *v);

			status = add_parcel_word(p, word);
		}
		if (status != EX_DONE)
			return status;
	}
	return EX_DONE;
}

static int pack_words(struct parcel *p, const struct command *c, const struct cmd_args *a)
{
	bool designs = sends_design(c), files = c->kinds[1] == ARG_FILE;
	int status = EX_DONE;

	/* Where "--" does not mean something else, nothing behind it can be an option. */
	if (!c->takes_passthrough)
		status = add_parcel_word(p, "--");
	if (status == EX_DONE && designs)
		status = pack_designs(p, c, a);
	for (int i = 0; i < a->argc && !designs && status == EX_DONE; i++)
		status = files && access(a->argv[i], F_OK) == 0 ? pack_raw(p, a->argv[i])
		                                                : add_parcel_word(p, a->argv[i]);
	if (status == EX_DONE && a->passthrough)
		status = add_parcel_word(p, "--");
	for (char **w = a->passthrough; w && *w && status == EX_DONE; w++)
		status = add_parcel_word(p, *w);
	return status;
}

int parcel_pack(const struct command *c, const struct cmd_args *a, struct parcel *ret)
{
	_cleanup_parcel_ struct parcel p = { .argv = json_array(),
		                             .designs = json_array(),
		                             .lab = a->lab && *a->lab ? xstrdup(a->lab) : NULL,
		                             .out = STDOUT_FILENO };
	int status = add_parcel_word(&p, c->name);

	p.here = (streq(c->name, "graph") && draws_file(a)) ||
	         (streq(c->name, "compare") && arg_value(a, "against"));
	for (size_t i = 0; a->opts[i].name && status == EX_DONE && !p.here; i++)
		if (!is_ours(c, a->opts[i].name))
			status = pack_option(&p, c, a, i);
	if (status == EX_DONE && !p.here)
		status = pack_words(&p, c, a);
	if (status != EX_DONE)
		return status;
	*ret = p;
	p = (struct parcel){ .out = STDOUT_FILENO };
	return EX_DONE;
}
