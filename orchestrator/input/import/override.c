/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --node VM=image[:file]: the user knows better what runs in a machine. */
#include "azure/own_filter.h"
#include "input/appliance/appliance.h"
#include "input/file.h"
#include "input/import/choice.h"
#include "input/import/priv.h"
#include "input/resources.h"

static const char *main_file_of_image(const char *image, const char *path)
{
	static const char *const known[] = { "frr.conf",    "daemons",      "zebra.conf",
		                             "bgpd.conf",   "staticd.conf", "bird.conf",
		                             "gobgpd.conf", "exabgp.conf" };
	static const char *const mains[][2] = {
		{ "frr", "frr.conf" },       { "bird", "bird.conf" },    { "bird1", "bird.conf" },
		{ "openbgpd", "bgpd.conf" }, { "gobgp", "gobgpd.conf" }, { "exabgp", "exabgp.conf" }
	};
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

/* The file of "--node VM=image:path" and what was translated of it: {"frr.conf": "text"}; notes are
 * findings about the VM called name.  New reference; NULL with a finding: it cannot be used. */
static json_t *read_node_file(struct findings *f, const char *word, const char *image,
                              const char *path, const char *name)
{
	_cleanup_str_ struct str text = { 0 };
	struct err e = { 0 };

	if (file_read(path, FILE_MAX_CONFIG, &text, &e) < 0) {
		finding_add(f, SEV_ERROR, "IMPORT-NODE-02", NULL, "", NULL, "--node %s: %s", word,
		            e.msg);
		return NULL;
	}
	json_t *j = json_stringn(str_get(&text), text.n), *files, *found, *v;
	size_t i;

	if (!j || strlen(str_get(&text)) != text.n) {
		json_decref(j);
		finding_add(f, SEV_ERROR, "IMPORT-NODE-02", NULL, "", NULL,
		            "--node %s: %s is not a text in UTF-8", word, path);
		return NULL;
	}
	/* A FortiGate's or a router's own configuration is translated. */
	found = appliance_from_text(str_get(&text), path);
	if (streq(json_string_value(json_object_get(found, "image")), image) &&
	    is_translated(json_object_get(found, "config"), str_get(&text))) {
		files = json_incref(json_object_get(found, "config"));
		json_decref(j);
	} else {
		files = json_pack("{s:o}", main_file_of_image(image, path), j);
	}
	json_array_foreach (json_object_get(found, "notes"), i, v)
		finding_add_source(f, SEV_INFO, "IMPORT-GUEST-03", NULL, path, NULL, "\"%s\" %s",
		                   name, json_string_value(v));
	json_decref(found);
	return files;
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
	json_t *files = colon ? read_node_file(im->f, word, image, colon + 1, vm) : NULL;

	im_take_files(im, vm, out, files);
	json_decref(files);
}

/* Puts what --node says in place of what the machine says. */
static int override_result(json_t *result, const char *name, const char *node, struct findings *f)
{
	_cleanup_free_ char *image = xstrndup(node, strcspn(node, ":")),
	                    *word = xasprintf("%s=%s", name, node);
	const char *colon = strchr(node, ':');
	json_t *own = json_object_get(result, "files"), *files, *text;
	const char *file;
	void *next;

	json_object_set_new(result, "image", json_string(image));
	if (!colon && !streq(image, "host"))
		return 0;
	json_object_foreach_safe (own, next, file, text)
		if (!own_filter_named(file))
			json_object_del(own, file);
	if (!colon)
		return 0;
	files = read_node_file(f, word, image, colon + 1, name);
	json_object_update(own, files);
	json_decref(files);
	return files ? 0 : -1;
}

json_t *import_guest(json_t *vm, json_t *children, const char *node, struct findings *f)
{
	const struct guest_facts alone = { 0 };
	const char *name = json_string_value(input_member(vm, "name"));
	json_t *result = choose_guest(vm, children, NULL, &alone);

	if (node && override_result(result, name ? name : "", node, f) < 0) {
		json_decref(result);
		return NULL;
	}
	return result;
}

void import_overrides(struct import *im)
{
	for (size_t i = 0; im->o->images && im->o->images[i]; i++)
		override_guest(im, im->o->images[i]);
}
