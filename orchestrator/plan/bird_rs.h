/* The configuration of a Route Server instance: BIRD 2 with Azure's habits (azure-semantics 1.1 to
 * 1.9).  Pure text; the driver writes it and lets BIRD take it. */
#pragma once

#include "azure/model.h"

#define BIRD_RS_TABLE 100        /* kernel table of the instance's namespace: its selection */
#define BIRD_RS_MAX_NEXT_HOPS 16 /* of one prefix; rib.h's limit */

/* The caller frees.  instance is 0 or 1. */
char *bird_rs_config(const struct model *m, const struct route_server *rs, unsigned instance);
/* BIRD's name for a bgpConnection: "nva_172_16_1_4". */
void bird_rs_protocol(const struct bgp_connection *c, char buf[64]);
/* Are routes of one NVA told to the others?  azure-semantics 1.5 and section 9. */
bool bird_rs_reflects(const struct model *m, const struct route_server *rs);
