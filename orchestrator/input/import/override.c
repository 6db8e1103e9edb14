/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --node VM=image[:file]: the user knows better what runs in a machine. */
#include "azure/own_filter.h"
#include "input/appliance/appliance.h"
#include "input/file.h"

#include "input/import/priv.h"

static const char *main_file_of_image(const char *image, const char *path)
{
	static const char *const known[] = { "frr.conf",    "daemons",      "zebra.conf",
		                             "bgpd.conf",   "staticd.conf", "bird.conf",
		                             "gobgpd.conf", "exabgp.conf" };
	static const char *const mains[][2] = { { "frr", "frr.conf" },
		                                { "bird", "bird.conf" },
		                                { "openbgpd", "bgpd.conf" },
		                                { "gobgp", "gobgpd.conf" },
		                                { "exabgp", "exabgp.conf" } };
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (streq(known[i], base))
			return base;
	for (size_t i = 0; i < ARRAY_LEN(mains); i++)
		if (streq(mains[i][0], image))
			return mains[i][1];
	return base;
}

/* Was the text translated?  Else a file of config is the text itself. */
static bool is_translated(const json_t *config, const char *text)
{
	const char *file;
	json_t *v;

	json_object_foreach ((json_t *)config, file, v)
		if (streq(json_string_value(v), text))
			return false;
	return json_object_size(config) > 0;
}

static void override_file(struct import *im, const char *word, const char *image, const char *path,
                          const char *name, json_t *out)
{
	_cleanup_str_ struct str text = { 0 };
	struct err e = { 0 };

	if (file_read(path, FILE_MAX_CONFIG, &text, &e) < 0) {
		finding_add(im->f, SEV_ERROR, "IMPORT-NODE-02", NULL, "", NULL, "--node %s: %s",
		            word, e.msg);
		return;
	}
	json_t *j = json_stringn(str_get(&text), text.n), *files = json_object();

	if (j && strlen(str_get(&text)) == text.n) {
		/* A FortiGate's or a router's own configuration is translated. */
		json_t *found = appliance_from_text(str_get(&text), path), *v;
		size_t i;

		json_object_set(files, main_file_of_image(image, path), j);
		if (streq(json_string_value(json_object_get(found, "image")), image) &&
		    is_translated(json_object_get(found, "config"), str_get(&text)))
			im_take_files(im, name, out, json_object_get(found, "config"));
		else
			im_take_files(im, name, out, files);
		json_array_foreach (json_object_get(found, "notes"), i, v)
			finding_add_source(im->f, SEV_INFO, "IMPORT-GUEST-03", NULL, path, NULL,
			                   "\"%s\" %s", name, json_string_value(v));
		json_decref(found);
	} else {
		finding_add(im->f, SEV_ERROR, "IMPORT-NODE-02", NULL, "", NULL,
		            "--node %s: %s is not a text in UTF-8", word, path);
	}
	json_decref(files);
	json_decref(j);
}

/* The files of its image go; the rules of its packet filter are the machine's. */
static void keep_packet_filter(json_t *out)
{
	json_t *config = json_object_get(out, "config"), *path;
	const char *file;
	void *next;

	json_object_foreach_safe (config, next, file, path)
		if (!own_filter_named(file))
			json_object_del(config, file);
	if (!json_object_size(config))
		json_object_del(out, "config");
}

static void override_guest(struct import *im, const char *word)
{
	const char *eq = strchr(word, '='), *name;
	json_t *out = NULL, *v;

	if (!eq || eq == word || !eq[1]) {
		finding_add(im->f, SEV_ERROR, "IMPORT-NODE-01", NULL, "", NULL,
		            "--node %s: it must be VM=IMAGE or VM=IMAGE:FILE", word);
		return;
	}
	const char *vm = NULL, *colon = strchr(eq, ':');
	const char *image = arena_printf(
	    im->a, "%.*s", (int)(colon ? (size_t)(colon - eq - 1) : strlen(eq + 1)), eq + 1);
	json_t *vms = json_object_get(im->topology, "virtualMachines");

	json_object_foreach (vms, name, v)
		if (!strncasecmp(name, word, (size_t)(eq - word)) && !name[eq - word]) {
			vm = name;
			out = v;
		}
	if (!out) {
		_cleanup_str_ struct str all = { 0 };

		json_object_foreach (vms, name, v)
			str_printf(&all, "%s%s", all.n ? ", " : "there is: ", name);
		finding_add(im->f, SEV_ERROR, "IMPORT-NODE-01", NULL, "", str_get(&all),
		            "--node %s: the design has no such virtual machine", word);
		return;
	}
	put_str(out, "image", image);
	if (colon || streq(image, "host")) {
		json_object_del(out, "bgp");
		keep_packet_filter(out);
	}
	if (colon)
		override_file(im, word, image, colon + 1, vm, out);
}

void import_overrides(struct import *im)
{
	for (size_t i = 0; im->o->images && im->o->images[i]; i++)
		override_guest(im, im->o->images[i]);
}
