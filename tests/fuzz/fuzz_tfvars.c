/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of variables, beside a design that has one of each type: values are parsed, converted,
 * validated and used. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "input/tfsource/tfsource.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char design[] =
    "variable \"s\" { type = string }\n"
    "variable \"n\" { type = number }\n"
    "variable \"b\" {\n type = bool\n default = true\n}\n"
    "variable \"l\" { type = list(string) }\n"
    "variable \"t\" { type = tuple([string, number]) }\n"
    "variable \"e\" { type = set(number) }\n"
    "variable \"m\" { type = map(any) }\n"
    "variable \"o\" {\n type = map(object({ p = optional(list(string), [\"10.0.0.0/24\"]), q = "
    "number }))\n"
    " default = {}\n validation {\n  condition = length(var.o) < 5\n  error_message = \"many\"\n "
    "}\n}\n"
    "variable \"x\" {}\n"
    "resource \"azurerm_virtual_network\" \"v\" {\n for_each = var.o\n name = "
    "\"${var.s}-${each.key}\"\n"
    " address_space = each.value.p\n}\n"
    "resource \"azurerm_subnet\" \"s\" {\n count = var.b ? 1 : 0\n name = format(\"%s\", var.x)\n"
    " address_prefixes = concat(var.l, [for k in var.e : cidrsubnet(\"10.0.0.0/16\", 8, k)])\n}\n"
    "output \"o\" { value = [var.n, var.t, var.m] }\n";

static char folder[] = "/tmp/fuzz_tfvars.XXXXXX", design_path[64], vars_path[64];

static void remove_files(void)
{
	unlink(design_path);
	unlink(vars_path);
	rmdir(folder);
}

static void write_file(const char *path, const void *data, size_t n)
{
	FILE *f = fopen(path, "we");

	if (!f || fwrite(data, 1, n, f) != n || fclose(f))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings f = { 0 };
	struct err e = { 0 };
	const struct tfsource_options o = { .folder = folder };

	if (!*design_path) {
		if (!mkdtemp(folder))
			abort();
		snprintf(design_path, sizeof(design_path), "%s/main.tf", folder);
		snprintf(vars_path, sizeof(vars_path), "%s/terraform.tfvars", folder);
		write_file(design_path, design, sizeof(design) - 1);
		atexit(remove_files);
	}
	write_file(vars_path, data, size);
	json_decref(tfsource_read(&o, &f, &e));
	findings_free(&f);
	return 0;
}
