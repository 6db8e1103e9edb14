/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Terraform's language: what is read is evaluated, too, attribute by attribute. */
#include <stdint.h>

#include "input/hcl/eval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *no_name(struct hcl_eval *ev, const char *name, const struct hcl_expr *at)
{
	(void)ev;
	(void)at;
	return *name == 'u' ? hcl_unknown(name) : NULL;
}

static json_t *no_part(struct hcl_eval *ev, const json_t *handle, const char *name,
                       const struct hcl_expr *at)
{
	(void)ev;
	(void)handle;
	(void)name;
	(void)at;
	return NULL;
}

static json_t *nothing(struct hcl_eval *ev, const json_t *handle)
{
	(void)ev;
	(void)handle;
	return json_object();
}

static bool no_file(struct hcl_eval *ev, const char *path, struct str *ret)
{
	(void)ev;
	(void)path;
	str_add(ret, "no");
	return false;
}

static json_t *no_files(struct hcl_eval *ev, const char *folder, const char *pattern)
{
	(void)ev;
	(void)folder;
	(void)pattern;
	return NULL;
}

static void eval_body(struct hcl_eval *ev, const struct hcl_body *b)
{
	for (size_t i = 0; i < b->n_attrs; i++)
		json_decref(hcl_eval(ev, b->attrs[i].expr));
	for (size_t i = 0; i < b->n_blocks; i++)
		eval_body(ev, b->blocks[i].body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings f = { 0 };
	struct hcl_tree t;

	hcl_tree_init(&t, &f);
	struct hcl_eval ev = { .tree = &t,
		               .findings = &f,
		               .name = no_name,
		               .attr = no_part,
		               .whole = nothing,
		               .file = no_file,
		               .files = no_files,
		               .sorts = &hcl_all_sorts,
		               .steps = HCL_EVAL_STEPS - 20000 };

	eval_body(&ev, hcl_parse_body(&t, "fuzz.tf", (const char *)data, size));
	hcl_tree_free(&t);
	findings_free(&f);
	return 0;
}
