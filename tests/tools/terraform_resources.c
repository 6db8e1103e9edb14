/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terraform_resources FILE: what the reader makes of a plan or a state, one resource a line, then
 * the findings. For golden tests; the import shows users the same. */
#include <stdio.h>

#include "input/terraform/terraform.h"

int main(int argc, char **argv)
{
	json_error_t je;
	json_t *doc = argc == 2 ? json_load_file(argv[1], 0, &je) : NULL, *list, *x;
	_cleanup_findings_ struct findings f = { 0 };
	size_t i;

	if (!doc || !(terraform_is(doc) || terraform_is_state(doc))) {
		fprintf(stderr, "%s: no plan\n", argc == 2 ? argv[1] : "no file");
		json_decref(doc);
		return 1;
	}
	if (terraform_is_state(doc)) {
		json_t *shown = terraform_show_state(doc, "plan.json", &f);

		json_decref(doc);
		doc = shown;
	}
	list = doc ? terraform_resources(doc, "plan.json", &f) : NULL;
	json_array_foreach (list, i, x) {
		_cleanup_free_ char *text = json_dumps(x, JSON_COMPACT | JSON_SORT_KEYS);

		puts(text);
	}
	findings_sort(&f);
	for (i = 0; i < f.n; i++)
		printf("%s %s %s: %s\n", severity_str(f.items[i].severity), f.items[i].rule,
		       f.items[i].pointer, f.items[i].message);
	json_decref(list);
	json_decref(doc);
	findings_free(&f);
	f = (struct findings){ 0 };
	return 0;
}
