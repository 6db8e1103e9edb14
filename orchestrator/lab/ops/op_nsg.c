/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups of a NIC: effective rules, and what they say of one flow. */
#include <errno.h>
#include <netinet/in.h>

#include "azure/nsg.h"
#include "azure/outside.h"
#include "base/str.h"
#include "lab/ops/ops.h"
#include "lab/proc/op.h"
#include "plan/fabric.h"

struct view { /* a NIC and its effective routes */
	struct nic *nic;
	struct rib *rib;
	struct eff_table *t;
};

static int view_of_nic(struct lab *l, struct request *r, struct view *ret, struct err *e)
{
	const char *name;
	int rc = op_string(r, "nic", &name, e);

	if (rc < 0 || (rc = op_nic(l, name, &ret->nic, e)) < 0 ||
	    (rc = lab_rib(l, &ret->rib, e)) < 0)
		return rc;
	const struct runtime rt = { .vm_stopped = lab_stopped(l) };

	ret->t =
	    effective_routes(l->model, nic_routes(ret->nic), nic_instance(ret->nic), ret->rib, &rt);
	return 0;
}

static void view_done(struct view *v)
{
	eff_table_free(v->t);
	rib_free(v->rib);
}

static int op_nsg(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	struct view v = { 0 };
	int rc = view_of_nic(l, r, &v, e);

	if (rc < 0)
		return rc;
	*ret = json_pack("{s:o,s:s,s:s,s:b}", "value", nsg_json(l->model, v.nic, v.t), "nic",
	                 v.nic->name, "vm", v.nic->vm->name, "closed", public_ip_closed(v.nic));
	view_done(&v);
	return 0;
}

LAB_OP(nsg, { .name = "nsg", .kind = OP_WORKER, .run = op_nsg });

/* --- one flow -------------------------------------------------------------------------------- */

static int protocol_parse(const char *s, uint8_t *ret, struct err *e)
{
	static const struct {
		const char *name;
		uint8_t number;
	} known[] = { { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "icmp", IPPROTO_ICMP } };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strieq(s, known[i].name)) {
			*ret = known[i].number;
			return 0;
		}
	return err_set(e, EINVAL, "unknown protocol \"%s\": tcp, udp or icmp", s);
}

/* "10.0.0.4:80", "10.0.0.4", "80" (then *ret_ip stays). */
static int end_parse(const char *s, const char *what, ip4 *ret_ip, uint16_t *ret_port,
                     struct err *e)
{
	const char *colon = strchr(s, ':');
	_cleanup_free_ char *left = colon ? xstrndup(s, (size_t)(colon - s)) : xstrdup(s);
	const char *port = colon ? colon + 1 : strchr(s, '.') ? NULL : s;
	char *end = NULL;
	unsigned long n = port ? strtoul(port, &end, 10) : 0;

	if ((port != s && ip4_parse(left, ret_ip) < 0) ||
	    (port && (*port < '0' || *port > '9' || *end || n > 65535)))
		return err_set(e, EINVAL, "%s: \"%s\" is not of the form ADDRESS:PORT", what, s);
	*ret_port = (uint16_t)n;
	return 0;
}

static int flow_of(struct request *r, const struct nic *n, enum nsg_direction *ret_d,
                   struct walk_packet *ret, struct err *e)
{
	const char *direction, *protocol, *local, *remote;
	ip4 here = n->ip, there = IP4_NONE;
	uint16_t port = 0, other = 0;
	int rc = op_string(r, "direction", &direction, e);

	if (rc < 0 || (rc = op_string(r, "protocol", &protocol, e)) < 0 ||
	    (rc = op_string(r, "local", &local, e)) < 0 ||
	    (rc = op_string(r, "remote", &remote, e)) < 0 ||
	    (rc = protocol_parse(protocol, &ret->ip_proto, e)) < 0 ||
	    (rc = end_parse(local, "--local", &here, &port, e)) < 0 ||
	    (rc = end_parse(remote, "--remote", &there, &other, e)) < 0)
		return rc;
	if (!strieq(direction, "inbound") && !strieq(direction, "outbound"))
		return err_set(e, EINVAL, "unknown direction \"%s\": Inbound or Outbound",
		               direction);
	if (ip4_is_none(there))
		return err_set(e, EINVAL, "--remote needs an address");
	*ret_d = strieq(direction, "inbound") ? NSG_IN : NSG_OUT;
	if (*ret_d == NSG_IN)
		*ret = (struct walk_packet){ there, here, ret->ip_proto, other, port };
	else
		*ret = (struct walk_packet){ here, there, ret->ip_proto, port, other };
	return 0;
}

static json_t *verdict_json(struct lab *l, const struct view *v, enum nsg_direction d,
                            const struct walk_packet *p)
{
	const struct nsg_rule *allow = NULL;
	const struct nsg *g = NULL;
	const struct nsg_rule *deny = nsg_denies(l->model, v->nic, d, p, v->t, &g, &allow);
	const struct nsg_rule *r = deny ? deny : allow;

	return json_pack("{s:s,s:s?,s:s?,s:s,s:s?}", "access", deny ? "Deny" : "Allow", "ruleName",
	                 r ? nsg_rule_name(v->t->arena, r) : NULL, "networkSecurityGroup",
	                 g ? g->name : NULL, "nic", v->nic->name, "reason",
	                 deny && g ? nsg_reason(v->t->arena, v->nic, d, p, g, deny) : NULL);
}

static int op_flow(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	enum nsg_direction d = NSG_IN;
	struct walk_packet p = { 0 };
	struct view v = { 0 };
	int rc = view_of_nic(l, r, &v, e);

	if (rc == 0)
		rc = flow_of(r, v.nic, &d, &p, e);
	if (rc == 0)
		*ret = verdict_json(l, &v, d, &p);
	view_done(&v);
	return rc;
}

LAB_OP(flow, { .name = "flow", .kind = OP_WORKER, .run = op_flow });
