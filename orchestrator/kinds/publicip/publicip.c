/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public IP addresses: what a topology says of them.  Who takes one calls load_public_ip(). */
#include "azure/kind.h"
#include "azure/public_ip.h"
#include "kinds/ranges.h"

#define RANGE_OF_ADDRESS(key, one, many, tf, what) \
	{ .name = (one), \
	  .type = T_NAME, \
	  .shows = SHOWS_IN_FABRIC, \
	  .nullable = true, \
	  .help = "The entry of " key " that it is one of." },

static const struct enum_value skus[] = {
	{ "Standard", 0, "nothing comes in until a security group allows it", NULL },
	{ "Basic", 1, "open without a group; Azure has retired this SKU in 2025", NULL },
	END
};

static const struct object_def public_ip = {
	"publicIPAddress", "a public IP address", NULL,
	(const struct field[]){
	    { .name = "ipAddress",
	      .type = T_IP,
	      .shows = SHOWS_IN_FABRIC,
	      .nullable = true,
	      .at = AT(struct public_ip, ip),
	      .help = "The address. Without it: one of its prefix, or from 20.100.0.0/16." },
	    ADDRESS_RANGES(RANGE_OF_ADDRESS) /* it is of one of them */
	    { .name = "sku",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .as_bool = true,
	      .values = skus,
	      .dflt = "Standard",
	      .at = AT(struct public_ip, basic),
	      .help = "SKU." },
	    END }
};

const struct kind kind_public_ip = {
	.key = "publicIPAddresses",
	.what = "entry of publicIPAddresses",
	.help = "Public addresses by name.",
	.object = &public_ip,
	.azure = true,
	.place = 170,
	.list = KIND_LIST(public_ips, n_public_ips),
};
