/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks daemons what they say of the files that a design gives them: their own syntax checks, run in
 * boxes as in a lab (docs/security.md), in a driver that lives as long as they do. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "azure/kind.h"
#include "azure/own_filter.h"
#include "base/str.h"
#include "cmd/design.h"
#include "lab/client/client_priv.h"

enum { LAST_LINES = 5 };

static void note_files(void *ctx, json_t *owner, const struct jptr *at, bool part)
{
	(void)at;
	(void)part;
	*(bool *)ctx |= json_object_size(json_object_get(owner, "config")) > 0;
}

static bool gives_files(json_t *topology)
{
	bool any = false;

	kinds_each_image(topology, note_files, &any);
	return any;
}

/* On one line, as a finding is. */
static char *last_lines(const char *words)
{
	const char *at = words + strlen(words);
	struct str b = { 0 };

	for (int n = 0; at > words; at--)
		if (at[-1] == '\n' && ++n == LAST_LINES)
			break;
	for (; *at; at++) {
		if (*at == '\n')
			str_add(&b, "; ");
		else
			str_addc(&b, *at);
	}
	return str_take(&b);
}

static void add_objection(const json_t *o, struct findings *f)
{
	bool decides = json_is_true(json_object_get(o, "decides"));
	const char *words = json_string_value(json_object_get(o, "words"));
	const char *ptr = json_string_value(json_object_get(o, "pointer"));
	_cleanup_free_ char *last = words ? last_lines(words) : NULL;

	const struct own_filter *of = ptr ? own_filter_named(strrchr(ptr, '/') + 1) : NULL;

	if (last && of)
		finding_add(f, SEV_ERROR, "IMAGE-06", NULL, ptr, "the node will not start with it",
		            "%s refuses it: %s", of->program, last);
	else if (last && ptr)
		finding_add(f, decides ? SEV_ERROR : SEV_WARNING, "IMAGE-06", NULL, ptr,
		            decides ? "the daemon will not start with it"
		                    : "if its daemon takes the rest, it runs without that, as an "
		                      "appliance in Azure does: vnetlab up shows it",
		            "the daemon's own check objects: %s", last);
}

/* The answer of a driver that is started for this, in a folder of its own: it is nobody's lab. */
static int ask_daemons(json_t *design, json_t **ret, struct err *e)
{
	const char *tmp = getenv("TMPDIR"), *was = getenv("VNETLAB_RUN_DIR");
	_cleanup_free_ char *dir = xasprintf("%s/vnetlab-check-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	_cleanup_free_ char *before = was ? xstrdup(was) : NULL;
	struct lab_client *c = NULL;

	if (!mkdtemp(dir))
		return err_sys(e, errno, "%s", dir);
	setenv("VNETLAB_RUN_DIR", dir, 1);
	int r = lab_spawn("check", false, &c, e);

	if (r == 0) {
		r = lab_call(c, json_pack("{s:s,s:O}", "op", "syntax", "design", design), NULL,
		             NULL, ret, NULL, e);
		lab_disconnect(c);
		lab_end("check", NULL);
	}
	if (before)
		setenv("VNETLAB_RUN_DIR", before, 1);
	else
		unsetenv("VNETLAB_RUN_DIR");
	rmdir(dir);
	return r;
}

void design_check_syntax(json_t *design, struct findings *f)
{
	json_t *topology = json_object_get(design, "topology"), *answer = NULL, *o;
	struct err e = { 0 };
	size_t i;

	if (f->errors || !gives_files(topology))
		return;
	if (ask_daemons(design, &answer, &e) < 0) {
		ui_note("note: the daemons' own checks of their files were not run: %s", e.msg);
		return;
	}
	json_array_foreach (json_object_get(answer, "objections"), i, o)
		add_objection(o, f);
	json_decref(answer);
}
