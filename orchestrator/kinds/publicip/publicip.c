/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public IP addresses: what a topology says of them, and the rules for them.  Who takes one calls
 * load_public_ip(). */
#include "azure/check_rules.h"
#include "azure/kind.h"
#include "azure/public_ip.h"

static const struct object_def public_ip = {
	"publicIPAddress", "a public IP address", NULL,
	(const struct field[]){
	    { .name = "ipAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct public_ip, ip),
	      .help = "The address. Without it: one of its prefix, or from 20.100.0.0/16." },
	    { .name = "publicIPPrefix",
	      .type = T_NAME,
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .help = "The entry of publicIPPrefixes that it is one of." },
	    END }
};

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

static void check_public_ips(const struct model *m, struct findings *f)
{
	_cleanup_free_ const struct public_ip **s = xcalloc(m->n_public_ips + 1, sizeof(*s));
	size_t n = 0;

	for (size_t i = 0; i < m->n_public_ips; i++) {
		const struct public_ip *e = &m->public_ips[i];

		if (!e->owner)
			info_at(f, "PIP-USED-02", e->ptr, NULL,
			        "public IP address \"%s\" is not used", e->name);
		if (e->ip && !e->broken)
			s[n++] = e;
	}
	qsort(s, n, sizeof(*s), compare_ips);
	for (size_t i = 0; i < n; i++) {
		check_foreign(m, s[i], f);
		if (i && s[i]->ip == s[i - 1]->ip)
			error_at(f, "PIP-ADDR-01", NULL, s[i]->ptr, GET_A_FREE_ONE,
			         "%s is the address of \"%s\" already", IP4_STR(s[i]->ip),
			         s[i - 1]->name);
	}
}

const struct kind kind_public_ip = {
	.key = "publicIPAddresses",
	.what = "entry of publicIPAddresses",
	.help = "Public addresses by name.",
	.object = &public_ip,
	.azure = true,
	.place = 170,
	.list = KIND_LIST(public_ips, n_public_ips),
	.check = check_public_ips,
};
