/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that the driver, the virtual router and the probes must agree on without talking: derived
 * from the design only.  Interface names have 15 characters, so they are made from a hash; the long
 * name is set as the link's alias. */
#pragma once

#include <net/if.h>

#include "azure/model.h"

/* Fabric side of a NIC or Route Server instance: "n" + 12 hex digits.  buf has IFNAMSIZ bytes. */
const char *port_name_nic(const struct nic *n, char *buf);
const char *port_name_rs(const struct route_server *rs, unsigned instance, char *buf);
/* Fabric side of a VNet's link to the Internet edge: "i" + 12 hex digits of the VNet's name. */
const char *port_name_edge(const struct vnet *v, char *buf);
/* A load balancer's pair of links in the fabric: "l" (where the fabric sends packets) and "m"
 * (where they come back in, to be given a backend). */
const char *port_name_lb(const struct load_balancer *lb, char *buf);
const char *port_name_lb_in(const struct load_balancer *lb, char *buf);
/* The link group of a port in the fabric, a number from its name: what the packet filter looks a
 * port up by where that has to be quick.  Two ports may have the same; never 0. */
uint32_t port_group(const char *port);
/* VNets with at least one NIC have a link to the Internet edge, whether their VMs run or not. */
bool vnet_has_edge(const struct vnet *v);

/* The guest's name for it: "eth0", ..., or that of the tunnel.  buf has IFNAMSIZ bytes. */
const char *device_name_nic(const struct nic *n, char *buf);

/* Guest side addresses are 00:0d:3a:xx:xx:xx (as Azure's), the fabric side is 12:34:56:78:9a:bc for
 * every port (azure-behaviour 1.4). */
void mac_nic(const struct nic *n, uint8_t mac[6]);
void mac_rs(const struct route_server *rs, unsigned instance, uint8_t mac[6]);
void mac_edge(const struct vnet *v, uint8_t mac[6]); /* the edge's side of a VNet's edge link */
void mac_lb(const struct load_balancer *lb, uint8_t mac[6]); /* of its "m" link */
extern const uint8_t FABRIC_MAC[6];

/* "NVA_1", "RouteServer/0": what users call a node. The caller frees. */
char *node_name_rs(const struct route_server *rs, unsigned instance);
