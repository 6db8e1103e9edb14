/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/names.h"

#include <stdio.h>

#include "azure/hybrid.h"
#include "base/str.h"

const uint8_t FABRIC_MAC[6] = { 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc };

/* The kind seeds the hash, so that a NIC and a Route Server of one name differ.  The last steps
 * spread every bit over the 48 (names) or 24 (MACs) that are kept. */
static uint64_t hash_of_name(const char *kind, const char *a, const char *b)
{
	uint64_t h = str_hash(a, str_hash(kind, 1));

	if (b)
		h = str_hash(b, h ^ 0x9e3779b97f4a7c15ULL);
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ (h >> 33);
}

static uint64_t hash_nic(const struct nic *n)
{
	return hash_of_name("nic", n->vm->name, n->name);
}

static uint64_t hash_rs(const struct route_server *rs, unsigned instance)
{
	return hash_of_name("routeServer", rs->name, instance ? "1" : "0");
}

static const char *port_name(char letter, uint64_t h, char *buf)
{
	snprintf(buf, IFNAMSIZ, "%c%012llx", letter, (unsigned long long)(h >> 16));
	return buf;
}

uint32_t port_group(const char *port)
{
	size_t n = strlen(port);
	const char *digits = n > 8 ? port + n - 8 : port;

	/* nft takes no more than 31 bits. */
	return ((uint32_t)strtoul(digits, NULL, 16) & 0x7fffffff) | 1;
}

const char *port_name_nic(const struct nic *n, char *buf)
{
	return port_name('n', hash_nic(n), buf);
}

const char *port_name_rs(const struct route_server *rs, unsigned instance, char *buf)
{
	return port_name('n', hash_rs(rs, instance), buf);
}

const char *port_name_edge(const struct vnet *v, char *buf)
{
	return port_name('i', hash_of_name("edge", v->name, NULL), buf);
}

const char *device_name_nic(const struct nic *n, char *buf)
{
	if (n->tunnel)
		snprintf(buf, IFNAMSIZ, "%s", n->tunnel->name);
	else
		snprintf(buf, IFNAMSIZ, "eth%zu", n->index);
	return buf;
}

const char *port_name_lb(const struct load_balancer *lb, char *buf)
{
	return port_name('l', hash_of_name("loadBalancer", lb->name, NULL), buf);
}

const char *port_name_lb_in(const struct load_balancer *lb, char *buf)
{
	return port_name('m', hash_of_name("loadBalancer", lb->name, NULL), buf);
}

static void mac_from_hash(uint64_t h, uint8_t m[6])
{
	m[0] = 0x00, m[1] = 0x0d, m[2] = 0x3a; /* Azure's */
	m[3] = (uint8_t)(h >> 16), m[4] = (uint8_t)(h >> 8), m[5] = (uint8_t)h;
}

void mac_nic(const struct nic *n, uint8_t m[6])
{
	mac_from_hash(hash_nic(n), m);
}

void mac_rs(const struct route_server *rs, unsigned instance, uint8_t m[6])
{
	mac_from_hash(hash_rs(rs, instance), m);
}

void mac_edge(const struct vnet *v, uint8_t m[6])
{
	mac_from_hash(hash_of_name("edge", v->name, NULL), m);
}

void mac_lb(const struct load_balancer *lb, uint8_t m[6])
{
	mac_from_hash(hash_of_name("loadBalancer", lb->name, NULL), m);
}

bool vnet_has_edge(const struct vnet *v)
{
	for (size_t i = 0; i < v->n_subnets; i++)
		if (v->subnets[i]->n_nics)
			return true;
	return false;
}

char *node_name_rs(const struct route_server *rs, unsigned instance)
{
	return xasprintf("%s/%u", rs->name, instance);
}
