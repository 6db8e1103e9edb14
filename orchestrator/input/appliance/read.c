/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/appliance/appliance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/appliance/guest.h"

enum { SCRIPT_MAX = 1 << 20, URIS_MAX = 16 };

static void read_any(struct guest *g, const char *text, const char *where)
{
	const char *t = text + strspn(text, " \t\r\n");
	json_t *doc;

	if (str_starts(t, "\xef\xbb\xbf"))
		t += 3;
	if (str_starts(t, "#cloud-config")) {
		read_cloud_config(g, t, where);
	} else if (str_starts(t, "Content-Type: multipart") || str_starts(t, "MIME-Version:")) {
		read_mime(g, t, where, read_any);
	} else if (str_starts(t, "#!")) {
		read_script(g, t, where, NULL);
	} else if (is_fortios(t)) {
		read_fortios(g, t, where);
	} else if (is_iosxe(t)) {
		read_iosxe(g, t, where);
	} else if (*t == '{' &&
	           (doc = json_loads(t, 0, NULL))) { /* FortiGate's, with its license */
		const char *config = json_string_value(json_object_get(doc, "config"));

		if (config && is_fortios(config))
			read_fortios(g, config, where);
		json_decref(doc);
	} else if (strstr(t, "protocol bgp")) {
		guest_write(g, "/etc/bird/bird.conf", text, false);
	} else if (strstr(t, "router bgp ") && !strstr(t, "<<") && !strstr(t, "vtysh")) {
		/* Quagga's and FRR's files of one daemon hold no routes of zebra's. */
		guest_write(g,
		            strstr(t, "interface ") || strstr(t, "ip route ")
		                ? "/etc/frr/frr.conf"
		                : "/etc/frr/bgpd.conf",
		            text, false);
	} else {
		read_script(g, t, where, NULL);
	}
}

static void read_encoded(struct guest *g, const char *text, const char *where)
{
	_cleanup_free_ char *plain = decode_base64(text);

	read_any(g, plain ? plain : text, where);
}

/* The last part of an address, without what stands behind it. */
static char *script_name(const char *uri)
{
	const char *slash = NULL;
	size_t n = strcspn(uri, "?#");

	for (size_t i = 0; i < n; i++)
		if (uri[i] == '/')
			slash = uri + i;
	uri = slash ? slash + 1 : uri;
	return xstrndup(uri, strcspn(uri, "?#'\") "));
}

/* A script beside the template, by the last part of its address; in the folder, or in "scripts" or
 * the like below it. */
static char *find_script(const char *folder, const char *uri)
{
	static const char *const below[] = { "", "scripts/", "script/", "artifacts/" };
	_cleanup_free_ char *name = script_name(uri);

	if (!folder || !*name || *name == '.')
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(below); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s%s", folder, below[i], name);
		_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		struct stat st;

		if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > SCRIPT_MAX)
			continue;
		char *text = xmalloc((size_t)st.st_size + 1);
		ssize_t n = read(fd, text, (size_t)st.st_size);

		if (n < 0 || memchr(text, 0, (size_t)n)) {
			free(text);
			continue;
		}
		text[n] = '\0';
		return text;
	}
	return NULL;
}

/* The words behind the script's name in "bash deploy.sh 65001 10.0.0.4". */
static const char *arguments_of_script(const char *command, const char *uri)
{
	_cleanup_free_ char *name = script_name(uri);
	const char *at = command ? strstr(command, name) : NULL;

	return at ? at + strcspn(at, " ") : NULL;
}

static void read_extension(struct guest *g, json_t *props, const char *folder, const char *name)
{
	static const char *const places[] = { "settings", "protectedSettings" };
	const char *command = NULL;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		json_t *s = json_object_get(props, places[i]);
		const char *c = json_string_value(json_object_get(s, "commandToExecute"));
		const char *script = json_string_value(json_object_get(s, "script"));

		if (c)
			command = c;
		if (script)
			read_encoded(g, script, name);
	}
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		json_t *uris = json_object_get(json_object_get(props, places[i]), "fileUris"), *x;
		size_t k;

		json_array_foreach (uris, k, x) {
			const char *uri = json_string_value(x);
			_cleanup_free_ char *text =
			    uri && k < URIS_MAX ? find_script(folder, uri) : NULL;

			if (text && str_starts(text + strspn(text, " \t\r\n"), "#!"))
				read_script(g, text, uri, arguments_of_script(command, uri));
			else if (text)
				read_any(g, text, uri);
			else if (uri)
				guest_note(g,
				           "%s: the script %s is not beside the template: put it "
				           "there, or "
				           "give the appliance a file with --node",
				           name, uri);
		}
	}
	if (command)
		read_script(g, command, name, NULL);
}

static const char *name_of_extension(json_t *resource)
{
	const char *name = json_string_value(json_object_get(resource, "name"));

	return name ? name : "extension";
}

json_t *appliance_read(const struct appliance_source *s)
{
	json_t *props = json_object_get(s->vm, "properties"), *x, *result;
	json_t *os = json_object_get(props, "osProfile");
	const char *custom = json_string_value(json_object_get(os, "customData"));
	const char *user = json_string_value(json_object_get(props, "userData"));
	struct guest g;
	size_t i;

	guest_init(&g);
	g.several_nics = json_array_size(json_object_get(json_object_get(props, "networkProfile"),
	                                                 "networkInterfaces")) > 1;
	if (custom)
		read_encoded(&g, custom, "customData");
	if (user)
		read_encoded(&g, user, "userData");
	json_array_foreach (s->children, i, x) {
		json_t *p = json_object_get(x, "properties");
		const char *script =
		    json_string_value(json_object_get(json_object_get(p, "source"), "script"));

		if (script)
			read_any(&g, script, name_of_extension(x));
		else
			read_extension(&g, p, s->folder, name_of_extension(x));
	}
	result = guest_result(&g);
	guest_free(&g);
	return result;
}

json_t *appliance_from_text(const char *text, const char *name)
{
	struct guest g;
	json_t *result;

	guest_init(&g);
	read_any(&g, text, name);
	result = guest_result(&g);
	guest_free(&g);
	return result;
}
