/* Rows of service endpoints (azure-semantics 2.2, 2.3): in that subnet only, one row of az with all
 * prefixes of the service.  They come before BGP routes, also before longer ones; whether before
 * user-defined routes is not certain: setting udrOverridesServiceEndpoint. */
#include "azure/routes_build.h"

void build_services(struct build *b)
{
	for (size_t i = 0; i < b->s->n_services; i++) {
		const struct service_prefix *p = &b->s->services[i];
		_cleanup_str_ struct str why = { 0 };
		struct eff_route *r = build_row(b, p->prefix, SRC_DEFAULT, NH_SERVICE_ENDPOINT);

		r->ptr = p->ptr;
		r->of = p->ptr;
		str_printf(&why,
		           "service endpoint %s of subnet %s (service tag %s): by Azure's own "
		           "network, not through the Internet",
		           p->service, b->s->name, p->tag);
		build_beaten_by_user(b, r, &why);
		build_finish(b, r, &why);
	}
}

const char *build_service_first(struct build *b, const struct route *u)
{
	const struct service_prefix *p = lpm_cover(b->services, u->prefix);

	if (!p || b->m->settings.udr_over_service)
		return NULL;
	return TEXT(b,
	            "; beaten by service endpoint %s: it comes before user-defined routes "
	            "(setting udrOverridesServiceEndpoint)",
	            p->service);
}
