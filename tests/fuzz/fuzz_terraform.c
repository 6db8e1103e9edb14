/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Terraform's JSON, as hostile as it comes. */
#include <stdint.h>

#include "input/terraform/terraform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *doc = json_loadb((const char *)data, size, 0, NULL), *shown = NULL;
	struct findings f = { 0 };

	if (doc && terraform_is_state(doc))
		shown = terraform_show_state(doc, "fuzz", &f);
	else if (doc && terraform_is(doc))
		shown = json_incref(doc);
	if (shown)
		json_decref(terraform_resources(shown, "fuzz", &f));
	findings_free(&f);
	json_decref(shown);
	json_decref(doc);
	return 0;
}
