/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers of private endpoints that go back to who handed the question over: the setting
 * privateEndpointAnswers (azure-behaviour 2.7). */
#include "plan/fabric_priv.h"
#include "plan/names.h"

static struct fab_port *port_of_nic(struct compiler *c, const struct nic *n)
{
	/* ports stand in the order of the model's NICs until they are sorted */
	return n->idx < c->f->n_ports ? &c->f->ports[n->idx] : NULL;
}

void fabric_add_answers(struct compiler *c)
{
	bool any = c->m->settings.endpoint_last_hop && c->m->n_endpoints;

	for (size_t i = 0; any && i < c->m->n_nics; i++) {
		const struct nic *n = &c->m->nics[i];
		struct fab_port *p = port_of_nic(c, n);

		if (!p)
			continue;
		p->endpoint = n->vm->role == VM_ENDPOINT;
		if (!n->forwarding)
			continue;
		p->back = fabric_mark_backend(n);
		fabric_lead_to_nic(c, n);
	}
}
