/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds images: the folders in which they are, and which there are. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "lab/image/image.h"
#include "lab/image/image_def.h"

struct dirs {
	char *paths[16];
	size_t n;
};

static void dirs_free(struct dirs *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->paths[i]);
}

static void dirs_add(struct dirs *d, char *path)
{
	if (d->n < ARRAY_LEN(d->paths))
		d->paths[d->n++] = path;
	else
		free(path);
}

/* In order of preference: a user's image hides ours of the same name. */
static void image_dirs(struct dirs *d)
{
	const char *env = getenv("VNETLAB_IMAGES");
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	for (const char *p = env ? env : ""; *p;) {
		size_t len = strcspn(p, ":");

		if (len)
			dirs_add(d, xstrndup(p, len));
		p += len + (p[len] == ':');
	}
	if (n <= 0)
		return;
	exe[n] = 0;
	char *slash = strrchr(exe, '/');

	if (!slash)
		return;
	*slash = 0;
	/* build/vnetlab and build/san/vnetlab in the tree; PREFIX/bin and PREFIX/libexec/vnetlab.
	 */
	dirs_add(d, xasprintf("%s/../images", exe));
	dirs_add(d, xasprintf("%s/../../images", exe));
	dirs_add(d, xasprintf("%s/../share/vnetlab/images", exe));
	dirs_add(d, xasprintf("%s/../../share/vnetlab/images", exe));
}

/* The images that images_use() was given: the driver's. */
static json_t *given;

void images_use(json_t *images)
{
	json_decref(given);
	given = json_incref(images);
}

static int order_image_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **image_list(size_t *ret_n)
{
	_cleanup_(dirs_free) struct dirs d = { .n = 0 };
	char **names = NULL;
	size_t n = 0, cap = 0;

	image_dirs(&d);
	for (size_t i = 0; i < d.n; i++) {
		DIR *dir = opendir(d.paths[i]);
		struct dirent *ent;

		while (dir && (ent = readdir(dir))) {
			_cleanup_free_ char *file =
			    xasprintf("%s/%s/image.json", d.paths[i], ent->d_name);
			bool known = *ent->d_name == '.' || access(file, F_OK) < 0;

			for (size_t k = 0; k < n && !known; k++)
				known = streq(names[k], ent->d_name);
			if (!known)
				VEC_PUSH(names, n, cap) = xstrdup(ent->d_name);
		}
		if (dir)
			closedir(dir);
	}
	if (n)
		qsort(names, n, sizeof(*names), order_image_names);
	*ret_n = n;
	return names;
}

static int report_no_image(const char *name, struct err *e)
{
	_cleanup_(dirs_free) struct dirs d = { .n = 0 };
	_cleanup_str_ struct str known = { 0 };
	size_t n;
	char **names = image_list(&n);
	_cleanup_free_ char *near = NULL;

	const char *best = n ? str_nearest(name, (const char *const *)names, n) : NULL;

	near = best ? xasprintf("; did you mean \"%s\"?", best) : xstrdup("");
	for (size_t i = 0; i < n; i++) {
		str_printf(&known, "%s%s", i ? ", " : "", names[i]);
		free(names[i]);
	}
	free(names);
	image_dirs(&d);
	if (!n)
		return err_set(e, ENOENT,
		               "there is no image \"%s\", and no image at all in %s: set "
		               "VNETLAB_IMAGES to the folder of the images",
		               name, d.n ? d.paths[0] : "the usual places");
	return err_set(e, ENOENT,
	               "there is no image \"%s\"%s Known: %s (further folders: "
	               "VNETLAB_IMAGES)",
	               name, *near ? near : ".", str_get(&known));
}

static int find_given(const char *name, json_t *img, struct image **ret, struct err *e)
{
	const char *dir = json_string_value(json_object_get(img, "folder"));
	json_t *files = json_object_get(img, "files"), *def;
	const char *text = json_string_value(json_object_get(files, "image.json"));

	if (!dir || !text)
		return err_set(e, EINVAL, "image \"%s\" was not sent whole", name);
	_cleanup_free_ char *file = xasprintf("%s/image.json", dir);
	int rc = image_parse(file, text, &def, e);

	if (rc < 0)
		return rc;
	struct image *i = xcalloc(1, sizeof(*i));

	*i = (struct image){
		.name = xstrdup(name), .dir = xstrdup(dir), .def = def, .files = json_incref(files)
	};
	*ret = i;
	return 0;
}

int image_find(const char *name, struct image **ret, struct err *e)
{
	_cleanup_(dirs_free) struct dirs d = { .n = 0 };
	json_t *sent = json_object_get(given, name);

	if (sent)
		return find_given(name, sent, ret, e);

	image_dirs(&d);
	/* A name, not a path. */
	for (size_t i = 0; i < d.n && *name && *name != '.' && !strchr(name, '/'); i++) {
		_cleanup_free_ char *dir = xasprintf("%s/%s", d.paths[i], name);
		_cleanup_free_ char *file = xasprintf("%s/image.json", dir);

		if (access(file, F_OK) < 0)
			continue;
		json_t *def;
		int rc = image_read(dir, &def, e);

		if (rc < 0)
			return rc;
		struct image *img = xcalloc(1, sizeof(*img));

		img->name = xstrdup(name);
		img->dir = take_ptr(dir);
		img->def = def;
		*ret = img;
		return 0;
	}
	return report_no_image(name, e);
}

struct image *image_free(struct image *i)
{
	if (i) {
		json_decref(i->def);
		json_decref(i->files);
		free(i->name);
		free(i->dir);
		free(i);
	}
	return NULL;
}

void image_free_p(struct image **i)
{
	*i = image_free(*i);
}

int image_file_text(const struct image *i, const char *name, char **ret, struct err *e)
{
	const char *sent = json_string_value(json_object_get(i->files, name));
	_cleanup_free_ char *path = xasprintf("%s/%s", i->dir, name);

	if (sent) {
		*ret = xstrdup(sent);
		return 0;
	}
	return image_text(path, ret, e);
}

/* A file that cannot be read is left out: its user reports it, with its path. */
static void pack_file(const struct image *img, const char *name, json_t *files)
{
	_cleanup_free_ char *text = NULL;

	if (image_file_text(img, name, &text, NULL) == 0)
		json_object_set_new(files, name, json_string(text));
}

void image_pack(const char *name, json_t *images)
{
	static const char *const MAPS[] = { "generate", "files" };
	_cleanup_(image_free_p) struct image *img = NULL;
	const char *key;
	json_t *v;

	if (image_find(name, &img, NULL) < 0 || !img)
		return;
	_cleanup_free_ char *dir = realpath(img->dir, NULL);
	json_t *files = json_object();

	pack_file(img, "image.json", files);
	for (size_t i = 0; i < ARRAY_LEN(MAPS); i++)
		json_object_foreach (json_object_get(img->def, MAPS[i]), key, v)
			pack_file(img, json_string_value(v), files);
	json_object_set_new(images, name,
	                    json_pack("{s:s,s:o}", "folder", dir ? dir : img->dir, "files", files));
}

long image_memory_mib(const char *image)
{
	enum { UNKNOWN_MIB = 32 };
	_cleanup_(image_free_p) struct image *img = NULL;

	if (image_find(image, &img, NULL) < 0 || !img)
		return UNKNOWN_MIB;
	const json_t *v = json_object_get(img->def, "memoryMiB");

	return v ? (long)json_integer_value(v) : UNKNOWN_MIB;
}

int image_config_names(const char *image, char ***ret, struct err *e)
{
	_cleanup_(image_free_p) struct image *img = NULL;
	int rc = image_find(image, &img, e);
	const char *key;
	json_t *v;

	if (rc < 0 || !img)
		return rc;
	json_t *config = json_object_get(img->def, "config");
	size_t n = json_object_size(config), bytes = (n + 1) * sizeof(char *), i = 0;

	json_object_foreach (config, key, v)
		bytes += strlen(key) + 1;
	char **names = xcalloc(1, bytes), *text = (char *)(names + n + 1);

	json_object_foreach (config, key, v) {
		names[i++] = text;
		text = stpcpy(text, key) + 1;
	}
	*ret = names;
	return 0;
}

json_t *image_part(const char *image, const char *part)
{
	_cleanup_(image_free_p) struct image *img = NULL;

	if (image_find(image, &img, NULL) < 0 || !img)
		return NULL;
	return json_incref(json_object_get(img->def, part));
}
