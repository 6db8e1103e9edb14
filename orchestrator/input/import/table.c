/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/import/priv.h"

/* In the order of reading: what others refer to comes first.  Subnets refer to NAT gateways,
 * which are read later, by names that all have before reading begins. */
const struct import_type *const import_table[] = {
	import_tables,     import_networks,    import_managers,
	import_routers,    import_gateways,    import_sites,
	import_circuits,   import_connections, import_machines,
	import_scale_sets, import_nics,        import_nats,
	import_firewalls,  import_endpoints,   import_balancers,
	import_publics,    import_others,      NULL,
};
