/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a load balancer does with a packet (azure-behaviour 5).  Pure; the fabric's packet filter
 * computes the same (plan/filter/fabric.c).
 *
 * A new flow takes one of LB_SLOTS slots by a hash of what loadDistribution says, and the slot's
 * backend.  From then on the flow stays where it is, also on its way back through the load
 * balancer: that is what makes both directions of a connection meet the same appliance, and what
 * keeps TCP connections where they are when a probe fails. */
#pragma once

#include "azure/walk.h"

/* The other NIC by which the guest's routes lead its answers to probes that come to n, where they
 * are dropped (azure-behaviour 5); NULL: they leave by n. */
const struct nic *lb_answers_by(const struct nic *n);
/* The rule that takes p; NULL: none does.  An exact one comes before HA ports. */
const struct lb_rule *lb_rule_of(const struct load_balancer *lb, const struct walk_packet *p);
/* The inbound NAT rule that takes p, which is for lb's own address; NULL: none does. */
const struct lb_nat_rule *lb_nat_rule_of(const struct load_balancer *lb,
                                         const struct walk_packet *p);
/* The load balancer whose frontend is the public address a; NULL: none. */
const struct load_balancer *lb_by_public_ip(const struct model *m, ip4 a);
/* The subnet of its frontend; of a public one that of its first backend, or NULL: for people. */
const struct subnet *lb_place(const struct load_balancer *lb);
/* lb is a public one that packets may reach n by. */
bool lb_leads_to(const struct load_balancer *lb, const struct nic *n);
/* 0 to LB_SLOTS - 1.  The kernel's jhash over the same bytes. */
unsigned lb_slot(enum lb_mode mode, const struct walk_packet *p);
/* Backend number b of the pool gets new flows. */
bool lb_backend_up(const struct runtime *rt, const struct load_balancer *lb, size_t b);
/* The backend that a slot belongs to now; NULL: none is healthy. */
const struct nic *lb_slot_backend(const struct runtime *rt, const struct load_balancer *lb,
                                  unsigned slot);
