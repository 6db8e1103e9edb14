/* What the topology says of images, held against those that are there.  Not input/'s business:
 * images are this machine's. */
#include "base/str.h"
#include "cmd/design.h"
#include "lab/image.h"

struct known { /* an image that was looked up: its file names, or why there are none */
	const char *name;
	char **configs;
	struct err e;
};

struct images {
	struct known *v;
	size_t n, cap;
};

static const struct known *look_up(struct images *x, const char *name)
{
	for (size_t i = 0; i < x->n; i++)
		if (streq(x->v[i].name, name))
			return &x->v[i];
	struct known *k = &VEC_PUSH(x->v, x->n, x->cap);

	k->name = name;
	if (image_config_names(name, &k->configs, &k->e) < 0)
		k->configs = NULL;
	return k;
}

static void config_names(const struct known *k, json_t *config, const struct jptr *at,
                         struct findings *f)
{
	const char *file;
	json_t *v;
	size_t n = 0;

	while (k->configs[n])
		n++;
	json_object_foreach (config, file, v) {
		_cleanup_free_ char *ptr = jptr_str(JPTR(at, file)), *hint = NULL;
		_cleanup_str_ struct str all = { 0 };
		const char *near = str_nearest(file, (const char *const *)k->configs, n);
		bool known = false;

		for (size_t i = 0; i < n; i++) {
			known |= streq(k->configs[i], file);
			str_printf(&all, "%s%s", i ? ", " : "", k->configs[i]);
		}
		if (known)
			continue;
		hint = near ? xasprintf("did you mean \"%s\"?", near)
		       : n  ? xasprintf("it knows: %s", str_get(&all))
		            : xstrdup("this image takes no files");
		finding_add(f, SEV_ERROR, "IMAGE-02", NULL, ptr, hint,
		            "image \"%s\" does not know a file \"%s\"", k->name, file);
	}
}

void design_check_images(json_t *design, struct findings *f)
{
	json_t *vms = json_object_get(json_object_get(design, "topology"), "virtualMachines"), *vm;
	struct images x = { 0 };
	json_t *packed = json_object();
	const char *name;

	json_object_foreach (vms, name, vm) {
		const char *image = json_string_value(json_object_get(vm, "image"));
		const struct jptr *at = JPTR(JPTR(NULL, "virtualMachines"), name);
		const struct known *k;

		/* Names that are none have their finding; "host" needs no folder. */
		if (!image || strieq(image, "host") || strchr(image, '/') || *image == '.')
			continue;
		k = look_up(&x, image);
		if (!k->configs) {
			_cleanup_free_ char *ptr = jptr_str(JPTR(at, "image"));

			finding_add(f, SEV_ERROR, "IMAGE-01", NULL, ptr, NULL, "%s", k->e.msg);
		} else {
			config_names(k, json_object_get(vm, "config"), JPTR(at, "config"), f);
			if (!json_object_get(packed, image))
				image_pack(image, packed);
		}
	}
	for (size_t i = 0; i < x.n; i++)
		free(x.v[i].configs);
	free(x.v);
	json_object_set_new(design, "images", packed);
	findings_locate(f, json_object_get(design, "topology"));
	findings_sort(f);
}
