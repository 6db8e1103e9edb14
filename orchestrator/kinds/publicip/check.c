/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public IP addresses: the rules. */
#include "azure/check.h"
#include "azure/outside.h"
#include "azure/public_ip.h"

static int compare_ips(const void *pa, const void *pb)
{
	const struct public_ip *a = *(const struct public_ip *const *)pa,
	                       *b = *(const struct public_ip *const *)pb;
	int d = ip4_cmp(a->ip, b->ip);

	return d ? d : strcmp(a->ptr, b->ptr);
}

static const struct internet_host *find_host(const struct model *m, ip4 ip)
{
	for (size_t i = 0; i < m->n_internet; i++)
		if (m->internet[i].ip == ip)
			return &m->internet[i];
	return NULL;
}

#define GET_A_FREE_ONE "leave out \"ipAddress\" to get a free one"

static void check_foreign(const struct model *m, const struct public_ip *e, struct findings *f)
{
	const struct internet_host *h = find_host(m, e->ip);

	if (h)
		error_at(f, "PIP-ADDR-01", NULL, e->ptr, GET_A_FREE_ONE,
		         "%s is the address of the Internet host \"%s\"", IP4_STR(e->ip), h->name);
	if (e->ip == DEFAULT_OUTBOUND_IP)
		error_at(f, "PIP-ADDR-01", NULL, e->ptr, GET_A_FREE_ONE,
		         "%s is what VMs without a public address leave as", IP4_STR(e->ip));
}

/* Warns of a closed public address: seldom is it meant to be, but for an appliance whose address is
 * for going out. */
static void check_closed(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_nics; i++) {
		const struct nic *n = &m->nics[i];

		if (n->broken || n->subnet->broken || !public_ip_closed(n))
			continue;
		bool seldom = n->forwarding && !n->vm->n_listen;

		finding_add(
		    f, seldom ? SEV_INFO : SEV_WARNING, seldom ? "PIP-NSG-02" : "PIP-NSG-01", NULL,
		    n->ptr,
		    "attach a networkSecurityGroup with an inbound rule for what shall come "
		    "in, to the NIC or its subnet",
		    "the public address of NIC \"%s\" of \"%s\" is closed to what comes in: "
		    "it is of SKU Standard, and neither the NIC nor subnet \"%s\" has a "
		    "security group; what \"%s\" sends and its answers pass",
		    n->name, n->vm->name, n->subnet->name, n->vm->name);
	}
}

static void check_public_ips(const struct model *m, struct findings *f)
{
	_cleanup_free_ const struct public_ip **s = xcalloc(m->n_public_ips + 1, sizeof(*s));
	size_t n = 0;

	for (size_t i = 0; i < m->n_public_ips; i++) {
		const struct public_ip *e = &m->public_ips[i];

		if (!e->owner)
			info_at(f, "PIP-USED-02", e->ptr, NULL,
			        "public IP address \"%s\" is not used", e->name);
		if (e->basic)
			info_at(f, "PIP-SKU-01", e->ptr,
			        "take SKU Standard, with a security group for what comes in",
			        "public IP address \"%s\" is of SKU Basic, which is open without a "
			        "security group, and which Azure has retired in 2025",
			        e->name);
		if (ip4_is_set(e->ip) && !e->broken)
			s[n++] = e;
	}
	check_closed(m, f);
	qsort(s, n, sizeof(*s), compare_ips);
	for (size_t i = 0; i < n; i++) {
		check_foreign(m, s[i], f);
		if (i && s[i]->ip == s[i - 1]->ip)
			error_at(f, "PIP-ADDR-01", NULL, s[i]->ptr, GET_A_FREE_ONE,
			         "%s is the address of \"%s\" already", IP4_STR(s[i]->ip),
			         s[i - 1]->name);
	}
}

const struct rules public_ip_rules = { check_public_ips };
