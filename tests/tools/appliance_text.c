/* SPDX-License-Identifier: GPL-2.0-or-later */
/* appliance_text FILE: what is found in one text; appliance_text FILE.json: in a VM's resource and
 * its children ({"vm", "children"}), with scripts beside the file.  For golden tests. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "input/appliance/appliance.h"

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n;
	char *text;

	if (!f)
		return NULL;
	text = xmalloc(1 << 20);
	n = fread(text, 1, (1 << 20) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

int main(int argc, char **argv)
{
	_cleanup_free_ char *text = argc == 2 ? slurp(argv[1]) : NULL, *folder = NULL;
	const char *name = argc == 2 ? strrchr(argv[1], '/') : NULL;
	json_t *doc, *r, *x;
	const char *key;
	size_t i;

	if (!text) {
		fprintf(stderr, "usage: appliance_text FILE\n");
		return 2;
	}
	name = name ? name + 1 : argv[1];
	if (strlen(name) > 5 && !strcmp(name + strlen(name) - 5, ".json")) {
		doc = json_loads(text, 0, NULL);
		folder = xstrndup(argv[1], (size_t)(name - argv[1]));
		r = appliance_read(&(struct appliance_source){
		    json_object_get(doc, "vm"), json_object_get(doc, "children"), folder });
		json_decref(doc);
	} else {
		r = appliance_from_text(text, name);
	}
	json_object_foreach (json_object_get(r, "config"), key, x)
		printf("--- %s\n%s", key, json_string_value(x));
	json_object_foreach (json_object_get(r, "filters"), key, x)
		printf("--- %s\n%s", key, json_string_value(x));
	json_array_foreach (json_object_get(r, "notes"), i, x)
		printf("note: %s\n", json_string_value(x));
	json_object_del(r, "config");
	json_object_del(r, "filters");
	json_object_del(r, "notes");
	json_dumpf(r, stdout, JSON_SORT_KEYS | JSON_COMPACT);
	putchar('\n');
	json_decref(r);
	return 0;
}
