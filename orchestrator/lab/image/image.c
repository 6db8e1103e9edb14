/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an image and a VM of the design to what the driver starts. */
#include "lab/image/image.h"

#include "lab/image/image_kind.h"

struct image_plan *image_plan_free(struct image_plan *p)
{
	if (!p)
		return NULL;
	for (size_t i = 0; i < p->n_files; i++) {
		free(p->files[i].path);
		free(p->files[i].content);
	}
	for (size_t i = 0; i < p->n_daemons; i++) {
		free(p->daemons[i].name);
		free(p->daemons[i].ready_path);
		free(p->daemons[i].ready_line);
		free(p->daemons[i].stray);
		strv_free(p->daemons[i].argv);
		strv_free(p->daemons[i].check_argv);
		free(p->daemons[i].check_file);
		free(p->daemons[i].check_noise);
	}
	for (size_t i = 0; i < p->n_questions; i++) {
		strv_free(p->questions[i].argv);
		free(p->questions[i].usable);
		free(p->questions[i].unusable);
		free(p->questions[i].muted);
		free(p->questions[i].says);
	}
	free(p->questions);
	strv_free(p->dirs);
	free(p->files);
	free(p->daemons);
	free(p);
	return NULL;
}

static uint64_t caps_of(const json_t *names)
{
	uint64_t caps = names ? 0 : CAPS_USUAL;

	for (size_t i = 0; i < json_array_size(names); i++)
		caps |= CAP_BIT(cap_number(json_string_value(json_array_get(names, i))));
	return caps;
}

static const struct image_kind *const KINDS[IMAGE_KINDS] = { [IMAGE_PROCESS] = &image_process };

int image_plan(const struct model *m, const struct node *vm, struct image_plan **ret, struct err *e)
{
	_cleanup_(image_free_p) struct image *img = NULL;
	int rc = image_find(vm->guest.image, &img, e);

	if (rc < 0)
		return err_wrap(e, "%s/image", vm->ptr);
	struct planning p = { .vm = vm, .img = img, .e = e };

	p.plan = xcalloc(1, sizeof(*p.plan));
	p.plan->caps = caps_of(json_object_get(img->def, "capabilities"));
	p.data = image_data(m, vm);
	for (size_t i = 0; i < vm->n_nics; i++)
		p.plan->forwarding |= vm->nics[i]->forwarding;
	/* Before its daemons: the packet filter stands when they start. */
	rc = planning_filters(&p);
	/* The image was checked: its kind is one of the table. */
	if (rc == 0)
		rc = KINDS[image_kind_of(json_string_value(json_object_get(img->def, "kind")))]
		         ->plan(&p);
	json_decref(p.data);
	if (!p.plan->dirs)
		p.plan->dirs = xcalloc(1, sizeof(char *));
	else
		VEC_PUSH(p.plan->dirs, p.n_dirs, p.cap_dirs) = NULL;
	if (rc < 0) {
		image_plan_free(p.plan);
		return rc;
	}
	*ret = p.plan;
	return 0;
}
