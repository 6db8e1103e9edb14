/* SPDX-License-Identifier: GPL-2.0-or-later */
/* op walks: everybody to everywhere by the kernels' tables, and where the model says otherwise; see
 * lab/client/client.h. */
#include <errno.h>

#include "lab/ops/kmarks.h"
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

/* What the guest's own kernel refuses to send leaves as the design says. */
static const struct nic *kernel_sender(void *ctx, const struct node *vm,
                                       const struct walk_packet *p)
{
	struct kwalk *k = ((struct both *)ctx)->k;
	struct walk_packet q = *p;
	struct kwalk_start start;
	const struct lab_node *n = vm->n_nics ? kwalk_node_of(k, vm->nics[0]) : NULL;

	if (!n)
		return walk_source_nic(vm, p->dst);
	kwalk_start(k, n, &q, &start);
	return start.nic ? start.nic : walk_source_nic(vm, p->dst);
}

static struct matrix *walk_everywhere(struct both *b, const struct walk_env *env, bool chooses)
{
	return matrix_of_world(&(struct matrix_world){ .m = env->m,
	                                               .env = *env,
	                                               .chooses = chooses,
	                                               .each_nic = true,
	                                               .ctx = b,
	                                               .sender = kernel_sender,
	                                               .borders = kernel_borders,
	                                               .key = kernel_key });
}

static int op_walks(struct lab *l, struct request *r, json_t **ret_reply, struct err *e)
{
	_cleanup_(kwalk_close_p) struct kwalk *k = NULL;
	json_t *differ = json_array();
	int rc = kwalk_open(l, &k, e);

	if (rc < 0) {
		json_decref(differ);
		return rc;
	}
	struct both b = { k, kmarks_read(k) };
	_cleanup_matrix_ struct matrix *model = walk_everywhere(&b, kwalk_model(k), false);
	_cleanup_matrix_ struct matrix *kernel = walk_everywhere(&b, kwalk_kernel(k), true);

	kmarks_free(b.marks);
	matrix_disagreements(model, kernel, "model", differ);
	*ret_reply =
	    json_pack("{s:o, s:o, s:o}", "matrix", matrix_json(kernel), "lines",
	              matrix_told_json(kernel, json_is_true(json_object_get(r->body, "all"))),
	              "disagreements", differ);
	return 0;
}

LAB_OP(walks, { .name = "walks", .kind = OP_WORKER, .run = op_walks });
