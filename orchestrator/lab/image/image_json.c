/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image.json: its tables of fields, which schema/ reads, and what fields must be together. Whatever
 * does not fit is refused with file, line and JSON pointer, since users write images too. */
#include <errno.h>
#include <regex.h>
#include <stdio.h>

#include "base/finding.h"
#include "kernel/caps.h"
#include "lab/image/image_def.h"
#include "lab/image/image_kind.h"
#include "schema/schema.h"

enum { MAX_TEXT = 1 << 20 };

/* --- forms of texts -------------------------------------------------------------------------- */

static bool is_kind(const char *s)
{
	return image_kind_of(s) < IMAGE_KINDS;
}

/* Inside the node.  No "..": a node's files stay in it. */
static bool is_node_path(const char *s)
{
	return *s == '/' && s[1] && !strstr(s, "/../") &&
	       !(strlen(s) >= 3 && streq(s + strlen(s) - 3, "/.."));
}

/* A template is a file of the image's own folder. */
static bool is_template(const char *s)
{
	return *s && *s != '.' && !strchr(s, '/');
}

static bool is_regular(const char *s)
{
	regex_t re;

	if (regcomp(&re, s, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	regfree(&re);
	return true;
}

static const struct text_form kind_form = { "\"process\"", is_kind };
static const struct text_form path_form = { "an absolute path, without \"..\"", is_node_path };
static const struct text_form template_form = { "the name of a file in the image's folder",
	                                        is_template };
static const struct text_form regular_form = { "a regular expression (POSIX, extended)",
	                                       is_regular };

/* --- tables ---------------------------------------------------------------------------------- */

/* Its versions disagree over tables of macros: */
/* clang-format off */
#define TEXT(name_, help_) \
	{ \
		.name = (name_), .type = T_TEXT, .help = (help_) \
	}
#define FLAG(name_, help_) \
	{ \
		.name = (name_), .type = T_BOOL, .help = (help_) \
	}
#define NEED(name_, help_) \
	{ \
		.name = (name_), .type = T_TEXT, .required = true, .help = (help_) \
	}
#define FORM(name_, form_, help_) \
	{ \
		.name = (name_), .type = T_TEXT, .form = &(form_), .help = (help_) \
	}
#define TEXTS(name_, required_, help_) \
	{ \
		.name = (name_), .type = T_LIST, .item = T_TEXT, .required = (required_), \
		.help = (help_) \
	}
#define LIST(name_, object_, required_, help_) \
	{ \
		.name = (name_), .type = T_LIST, .item = T_OBJECT, .object = &(object_), \
		.required = (required_), .help = (help_) \
	}
/* Programs: the first that is there is taken. */
#define SEARCH \
	{ \
		.name = "search", .type = T_LIST, .item = T_TEXT, .form = &path_form, .min = 1, \
		.required = true, .help = "where the program may be" \
	}
#define WHEN \
	{ \
		.name = "when", .type = T_MAP, .keys = KEYS_FILE, .of = &text_list_field, \
		.help = "files, one of which must have a line that begins so" \
	}

static const struct field text_list_field = { .type = T_LIST, .item = T_TEXT };

static const struct object_def ready_def = {
	.title = "\"ready\"",
	.bare = true,
	.fields = (const struct field[]){ FORM("socket", path_form, "it listens there"),
	                                  FLAG("greets", "and says something to who connects"),
	                                  FORM("line", regular_form, "it has written such a line"),
	                                  FLAG("exit", "it works, and ends"), END }
};

/* A file of the user's with something before it, which the file itself must not be given. */
static const struct object_def copy_def = {
	.title = "a copy",
	.bare = true,
	.fields =
	    (const struct field[]){
	        NEED("of", "a file of \"config\""), NEED("before", "what stands before it"),
	        TEXTS("unless", false, "lines that begin so, with which it is not made"), END }
};

static const struct object_def check_def = {
	.title = "a check",
	.bare = true,
	.fields =
	    (const struct field[]){ WHEN, SEARCH, TEXTS("arguments", true, "templates"),
	                            FLAG("decides", "what it refuses, the daemon refuses, too"),
	                            FORM("noise", regular_form, "lines that nobody needs to see"),
	                            END }
};

static const struct object_def question_def = {
	.title = "a question",
	.bare = true,
	.fields = (const struct field[]){ WHEN, SEARCH, TEXTS("arguments", true, "templates"),
	                                  TEXT("usable", "a template of lines"),
	                                  TEXT("unusable", "a template of lines"),
	                                  TEXT("muted", "a template of lines"),
	                                  TEXT("says", "what is then printed"), END }
};

static const struct object_def daemon_def = {
	.title = "a daemon",
	.bare = true,
	.fields =
	    (const struct field[]){
	        NEED("name", "what messages call it"),
	        SEARCH,
	        FLAG("optional", "without it, go on"),
	        WHEN,
	        TEXT("forEach", "a list: one process for each of its elements"),
	        TEXTS("arguments", true, "templates"),
	        { .name = "argumentsFor",
	          .type = T_MAP,
	          .keys = KEYS_FILE,
	          .of = &text_list_field,
	          .key_form = &path_form,
	          .help = "more of them, when that file is there" },
	        { .name = "ready",
	          .type = T_OBJECT,
	          .object = &ready_def,
	          .help = "how it shows that it has taken its configuration" },
	        FORM("stray", regular_form, "lines that say what it does not take"),
	        LIST("check", check_def, false, "programs that look at its files"),
	        FLAG("ignoreSetgroups", "setgroups(2) must seem to work"),
	        END }
};

/* Words by which the daemons' files reach out of the node: input/appliance/outside.h. */
static const struct object_def outside_word_def = {
	.title = "a row of \"words\"",
	.bare = true,
	.fields = (const struct field[]){ TEXTS("words", true, "how the statement begins"),
	                                  NEED("does", "what findings say of it"),
	                                  FLAG("next", "the next word is a path"),
	                                  FLAG("program", "it starts a program"), END }
};

static const struct object_def outside_def = {
	.title = "\"outside\"",
	.bare = true,
	.fields = (const struct field[]){ LIST("words", outside_word_def, true, "statements"),
	                                  TEXTS("comments", false, "what begins one"),
	                                  FORM("folder", path_form, "what other paths are below"),
	                                  FLAG("byLines", "a statement ends with its line"),
	                                  FLAG("abbreviated", "words may be cut short"), END }
};

/* Lines of a user's file that fail silently, and what to say of them. */
static const struct object_def advice_def = { .title = "an advice",
	                                      .bare = true,
	                                      .fields = (const struct field[]){
	                                          NEED("in", "a file of \"config\""),
	                                          TEXTS("has", true, "all of them stand in it"),
	                                          TEXTS("lacks", true, "none of them does"),
	                                          NEED("says", "what is then the matter"),
	                                          NEED("hint", "what to do"), END } };

static const struct object_def image_def = {
	.title = "an image",
	.bare = true,
	.fields =
	    (const struct field[]){
	        { .name = "kind",
	          .type = T_TEXT,
	          .form = &kind_form,
	          .required = true,
	          .help = "\"process\"" },
	        NEED("description", "for people"),
	        NEED("package", "what to install when a program is missing"),
	        { .name = "install",
	          .type = T_TEXT,
	          .help = "how to do so, where apt-get install does not do" },
	        { .name = "config",
	          .type = T_MAP,
	          .keys = KEYS_FILE,
	          .item = T_TEXT,
	          .form = &path_form,
	          .help = "files that a VM may give, and where they go" },
	        { .name = "generate",
	          .type = T_MAP,
	          .keys = KEYS_FILE,
	          .item = T_TEXT,
	          .form = &template_form,
	          .help = "files that are made of a \"bgp\" block" },
	        { .name = "files",
	          .type = T_MAP,
	          .keys = KEYS_FILE,
	          .key_form = &path_form,
	          .item = T_TEXT,
	          .form = &template_form,
	          .help = "files that are always there" },
	        { .name = "copies",
	          .type = T_MAP,
	          .keys = KEYS_FILE,
	          .key_form = &path_form,
	          .item = T_OBJECT,
	          .object = &copy_def,
	          .help = "of files that a VM gives" },
	        { .name = "directories",
	          .type = T_LIST,
	          .item = T_TEXT,
	          .form = &path_form,
	          .help = "to be made" },
	        LIST("daemons", daemon_def, false, "started in this order"),
	        { .name = "outside",
	          .type = T_OBJECT,
	          .object = &outside_def,
	          .help = "what the daemons' files may want outside of the node" },
	        LIST("routes", question_def, false, "what the daemons make of routes"),
	        LIST("advice", advice_def, false, "what to warn of"),
	        TEXTS("capabilities", false, "all that its programs may be able to do"),
	        { .name = "memoryMiB",
	          .type = T_UINT,
	          .max = 1 << 20,
	          .help = "what its daemons take, for plan --resources" },
	        END }
};
/* clang-format on */

/* --- what fields must be together ------------------------------------------------------------ */

static void refuse_at(struct findings *f, const char *rule, const struct jptr *at, const char *hint,
                      const char *what)
{
	_cleanup_free_ char *ptr = jptr_str(at);

	finding_add(f, SEV_ERROR, rule, NULL, ptr, hint, "%s", what);
}

static void check_capability(struct findings *f, const struct jptr *at, const char *name)
{
	const char *all[64];
	size_t n = 0;

	if (cap_number(name) >= 0)
		return;
	while (n < ARRAY_LEN(all) && (all[n] = cap_name((int)n)))
		n++;
	const char *near = str_nearest(name, all, n);
	_cleanup_free_ char *hint = near ? xasprintf("did you mean \"%s\"?", near) : NULL;
	_cleanup_free_ char *what =
	    xasprintf("there is no capability \"%s\" (capabilities(7), in lower case, "
	              "without cap_)",
	              name);

	refuse_at(f, "TOPO-ENUM-01", at, hint, what);
}

static void check_ready(struct findings *f, const struct jptr *at, json_t *ready)
{
	bool ends = json_object_get(ready, "exit");

	if (ready && (!json_object_size(ready) || (ends && json_object_size(ready) > 1)))
		refuse_at(f, "TOPO-REQ-01", at, NULL,
		          "must have either \"exit\", or \"socket\", \"line\" or both");
	if (json_object_get(ready, "greets") && !json_object_get(ready, "socket"))
		refuse_at(f, "TOPO-REQ-01", JPTR(at, "greets"), NULL, "needs a \"socket\"");
}

/* Every name in the map is a file that "config" knows. */
static void check_known(struct findings *f, json_t *config, const struct jptr *at, json_t *map)
{
	const char *key;
	json_t *v;

	json_object_foreach (map, key, v)
		if (!json_object_get(config, key))
			refuse_at(f, "TOPO-REF-01", JPTR(at, key), NULL,
			          "is not one of the files in \"config\"");
}

static void check_daemon(struct findings *f, json_t *config, const struct jptr *at, json_t *d)
{
	json_t *x;
	size_t i;

	check_ready(f, JPTR(at, "ready"), json_object_get(d, "ready"));
	check_known(f, config, JPTR(at, "when"), json_object_get(d, "when"));
	json_array_foreach (json_object_get(d, "check"), i, x)
		check_known(f, config, JPTR(JPTR_AT(JPTR(at, "check"), i), "when"),
		            json_object_get(x, "when"));
}

static void check_together(struct findings *f, json_t *def)
{
	json_t *config = json_object_get(def, "config"), *v;
	const char *key;
	size_t i;

	json_object_foreach (json_object_get(def, "copies"), key, v)
		if (!json_object_get(config, json_string_value(json_object_get(v, "of"))))
			refuse_at(f, "TOPO-REF-01", JPTR(JPTR(JPTR(NULL, "copies"), key), "of"),
			          NULL, "is not one of the files in \"config\"");
	check_known(f, config, JPTR(NULL, "generate"), json_object_get(def, "generate"));
	json_array_foreach (json_object_get(def, "daemons"), i, v)
		check_daemon(f, config, JPTR_AT(JPTR(NULL, "daemons"), i), v);
	json_array_foreach (json_object_get(def, "capabilities"), i, v)
		check_capability(f, JPTR_AT(JPTR(NULL, "capabilities"), i), json_string_value(v));
}

/* --- reading --------------------------------------------------------------------------------- */

/* The first one, with its place; and how many there are beside it. */
static int refuse_image(const char *file, struct findings *f, struct err *e)
{
	struct text_place p = { .file = file };
	_cleanup_free_ char *line = NULL, *more = NULL;

	findings_sort(f);
	const struct finding *x = &f->items[0];

	if (finding_at(f, x, &p) && p.line)
		line = xasprintf(":%u:%u", p.line, p.column);
	if (f->errors > 1)
		more = xasprintf(" (and %zu more)", f->errors - 1);
	return err_set(e, EINVAL, "%s%s: %s: %s%s%s%s", file, line ? line : "",
	               *x->pointer ? x->pointer : "/", x->message, x->hint ? "; " : "",
	               x->hint ? x->hint : "", more ? more : "");
}

int image_text(const char *file, char **ret, struct err *e)
{
	FILE *f = fopen(file, "re");
	struct str b = { 0 };
	char chunk[8192];

	if (!f)
		return err_sys(e, errno, "%s", file);
	while (b.n <= MAX_TEXT && !feof(f) && !ferror(f))
		str_addn(&b, chunk, fread(chunk, 1, sizeof(chunk), f));
	bool bad = ferror(f);

	fclose(f);
	if (bad || b.n > MAX_TEXT || (b.n && strlen(b.s) != b.n)) {
		str_free_p(&b);
		return bad ? err_set(e, EIO, "%s: cannot be read", file)
		           : err_set(e, EINVAL, "%s: is not a text of at most 1 MiB", file);
	}
	*ret = str_take(&b);
	return 0;
}

int image_parse(const char *file, const char *text, json_t **ret, struct err *e)
{
	_cleanup_findings_ struct findings f = { 0 };
	json_error_t je;
	json_t *def = json_loads(text, JSON_REJECT_DUPLICATES, &je);
	int rc = 0;

	if (!def)
		return err_set(e, EINVAL, "%s:%d:%d: %s", file, je.line, je.column, je.text);
	places_add_json(findings_places(&f), "", file, text, strlen(text));
	if (!json_is_object(def))
		refuse_at(&f, "TOPO-TYPE-01", NULL, NULL, "must be an object");
	else if (schema_check(&image_def, def, NULL, &f))
		check_together(&f, def);
	if (f.errors) {
		rc = refuse_image(file, &f, e);
		json_decref(def);
		return rc;
	}
	*ret = def;
	return 0;
}

int image_read(const char *dir, json_t **ret, struct err *e)
{
	_cleanup_free_ char *file = xasprintf("%s/image.json", dir), *content = NULL;
	int rc = image_text(file, &content, e);

	return rc < 0 ? rc : image_parse(file, content, ret, e);
}
