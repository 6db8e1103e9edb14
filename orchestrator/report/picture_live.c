/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/picture_live.h"

#include "base/str.h"

static const char *live_member(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* The worst is shown. */
static void note_nic(struct live_nic *n, enum nic_state state, const char *why)
{
	if (state <= n->state)
		return;
	free(n->why);
	*n = (struct live_nic){ state, xstrdup(why) };
}

static void note_node(struct picture_live *l, const struct node *vm, enum nic_state state,
                      const char *why)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->subnet && vm->nics[i]->idx < l->n)
			note_nic(&l->nic[vm->nics[i]->idx], state, why);
}

static bool process_runs(const char *state)
{
	return streq(state, "running") || streq(state, "done") || streq(state, "frozen");
}

static void note_processes(struct picture_live *l, const struct node *vm, const json_t *node)
{
	_cleanup_str_ struct str why = { 0 };
	const json_t *p;
	size_t i;

	json_array_foreach (json_object_get(node, "processes"), i, p)
		if (!process_runs(live_member(p, "state")))
			str_printf(&why, "%s%s: %s", why.n ? ", " : "", live_member(p, "name"),
			           live_member(p, "state"));
	if (why.n)
		note_node(l, vm, NIC_GONE, str_get(&why));
}

static void note_status_node(struct picture_live *l, const struct model *m, const json_t *node)
{
	const struct node *vm = model_vm(m, live_member(node, "name"));
	const char *state = live_member(node, "state");

	if (!vm)
		return;
	if (streq(state, "deallocated"))
		note_node(l, vm, NIC_DEALLOCATED, "deallocated");
	else if (streq(state, "frozen"))
		note_node(l, vm, NIC_FROZEN, "frozen: neither control nor forwarding");
	else
		note_processes(l, vm, node);
}

/* The NIC "NIC" or "VM/NIC" of a fault; NULL: it is about a whole VM, or something else. */
static const struct nic *nic_of_fault(const struct model *m, const char *target)
{
	const char *slash = strrchr(target, '/');

	return model_nic(m, slash ? slash + 1 : target);
}

/* "link NVA_1 down", "impair BackendVMNic loss 1%" */
static void note_fault(struct picture_live *l, const struct model *m, const char *fault)
{
	enum nic_state state = str_starts(fault, "link ")     ? NIC_CUT
	                       : str_starts(fault, "impair ") ? NIC_IMPAIRED
	                                                      : NIC_WELL;
	const char *at = strchr(fault, ' ');

	if (state == NIC_WELL || !at)
		return;
	_cleanup_free_ char *target = xstrndup(at + 1, strcspn(at + 1, " "));
	const struct node *vm = model_vm(m, target);
	const struct nic *nic = vm ? NULL : nic_of_fault(m, target);

	if (vm)
		note_node(l, vm, state, fault);
	else if (nic && nic->idx < l->n)
		note_nic(&l->nic[nic->idx], state, fault);
}

struct picture_live picture_live_of(const struct model *m, const json_t *status)
{
	struct picture_live l = { .nic = xcalloc(m->n_nics + 1, sizeof(*l.nic)),
		                  .n = m->n_nics,
		                  .status = status };
	const json_t *x;
	size_t i;

	json_array_foreach (json_object_get(status, "nodes"), i, x)
		note_status_node(&l, m, x);
	json_array_foreach (json_object_get(status, "faults"), i, x)
		if (json_is_string(x))
			note_fault(&l, m, json_string_value(x));
	return l;
}

void picture_live_done(struct picture_live *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->nic[i].why);
	free(l->nic);
	*l = (struct picture_live){ 0 };
}

const char *nic_state_class(enum nic_state s)
{
	static const char *const classes[] = { "", " hurt", " cut", " cut", " gone", " stopped" };

	return classes[s];
}

const char *nic_state_str(enum nic_state s)
{
	static const char *const words[] = { "",       "impaired",     "cable cut",
		                             "frozen", "does not run", "deallocated" };

	return words[s];
}

const char *live_connection_down(const struct picture_live *l, const char *connection)
{
	const json_t *c;
	size_t i;

	json_array_foreach (json_object_get(l->status, "connections"), i, c)
		if (streq(live_member(c, "name"), connection) &&
		    !streq(live_member(c, "connectionStatus"), "Connected")) {
			const char *why = live_member(c, "reason");

			return *why ? why : live_member(c, "connectionStatus");
		}
	return NULL;
}

bool live_backend_down(const struct picture_live *l, const char *balancer, const char *nic)
{
	const json_t *lb, *b;
	size_t i, k;

	json_array_foreach (json_object_get(l->status, "loadBalancers"), i, lb)
		json_array_foreach (json_object_get(lb, "backends"), k, b)
			if (streq(live_member(lb, "name"), balancer) &&
			    streq(live_member(b, "nic"), nic))
				return streq(live_member(b, "state"), "down");
	return false;
}
