/* SPDX-License-Identifier: GPL-2.0-or-later */
/* op walks: everybody to everywhere by the kernels' tables, and where the model says otherwise; see
 * lab/client/client.h. */
#include <errno.h>

#include "base/finding.h"
#include "input/topology.h"
#include "lab/ops/kmarks.h"
#include "lab/ops/walks_live.h"
#include "lab/proc/op.h"
#include "matrix/agree.h"
#include "matrix/grid.h"

struct both {
	struct kwalk *k;
	struct kmarks *marks;
};

static void kernel_borders(void *ctx, void (*add)(void *arg, struct prefix p), void *arg)
{
	kmarks_borders(((struct both *)ctx)->marks, add, arg);
}

static uint64_t kernel_key(void *ctx, ip4 a)
{
	return kmarks_key(((struct both *)ctx)->marks, a);
}

/* A packet that the guest's own kernel refuses to send leaves as the design says. */
static const struct nic *kernel_sender(void *ctx, const struct node *vm,
                                       const struct walk_packet *p)
{
	struct kwalk *k = ((struct both *)ctx)->k;
	struct walk_packet q = *p;
	struct kwalk_start start;
	const struct lab_node *n = vm->n_nics ? kwalk_node_of(k, vm->nics[0]) : NULL;

	if (!n)
		return walk_source_nic(vm, p->dst, p->src);
	kwalk_start(k, n, &q, &start);
	return start.nic ? start.nic : walk_source_nic(vm, p->dst, p->src);
}

static struct matrix *walk_everywhere(struct both *b, const struct walk_env *env, bool chooses)
{
	return matrix_of_world(&(struct matrix_world){ .m = env->m,
	                                               .env = *env,
	                                               .running = true,
	                                               .chooses = chooses,
	                                               .each_nic = true,
	                                               .ctx = b,
	                                               .sender = kernel_sender,
	                                               .borders = kernel_borders,
	                                               .key = kernel_key });
}

/* By the design of a file that need not be the lab's. */
static int compare_lab_with_file(json_t *design, const struct matrix *kernel, json_t *differ,
                                 struct err *e)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct model *m = design_checked(design, &f);

	if (!m)
		return err_set(e, EINVAL, "walks: the design is invalid");
	struct matrix *file = matrix_of_lab_to_be(m);

	matrix_absences(file, kernel, "file", differ);
	matrix_disagreements(file, kernel, "file", differ);
	matrix_free(file);
	model_free(m);
	return 0;
}

static int op_walks(struct lab *l, struct request *r, json_t **ret_reply, struct err *e)
{
	_cleanup_(kwalk_close_p) struct kwalk *k = NULL;
	json_t *differ, *file = json_object_get(r->body, "design");
	size_t packets = 0;
	int rc = kwalk_open(l, &k, e);

	if (rc < 0)
		return rc;
	struct both b = { k, kmarks_read(k) };
	_cleanup_matrix_ struct matrix *model = walk_everywhere(&b, kwalk_model(k), false);
	_cleanup_matrix_ struct matrix *kernel = walk_everywhere(&b, kwalk_kernel(k), true);

	kmarks_free(b.marks);
	differ = json_array();
	if (file)
		rc = compare_lab_with_file(file, kernel, differ, e);
	matrix_disagreements(model, kernel, "model", differ);
	if (rc == 0 && json_is_true(json_object_get(r->body, "live")))
		rc = walks_live(l, model, kernel, differ, &packets, e);
	if (rc < 0) {
		json_decref(differ);
		return rc;
	}
	*ret_reply =
	    json_pack("{s:o, s:o, s:o, s:I}", "matrix", matrix_json(kernel), "lines",
	              matrix_told_json(kernel, json_is_true(json_object_get(r->body, "all"))),
	              "disagreements", differ, "packets", (json_int_t)packets);
	return 0;
}

LAB_OP(walks, { .name = "walks", .kind = OP_WORKER, .run = op_walks });
