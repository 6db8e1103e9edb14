/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last check of doctor: builds a lab of one virtual machine as `up` does. */
#include <stdio.h>
#include <unistd.h>

#include "cmd/doctor.h"
#include "input/topology.h"
#include "lab/client/client_priv.h"

static const char DESIGN[] =
    "{ \"name\": \"doctor\","
    "  \"virtualNetworks\": { \"net\": { \"addressPrefixes\": [\"10.0.0.0/16\"],"
    "    \"subnets\": { \"a\": { \"addressPrefix\": \"10.0.0.0/24\" } } } },"
    "  \"virtualMachines\": { \"vm\": { \"nic\": { \"subnet\": \"net/a\" } } } }";

int small_lab_probe(struct err *e)
{
	char name[40];
	struct lab_client *c = NULL;
	json_t *answer = NULL;

	snprintf(name, sizeof(name), "doctor-%d", (int)getpid());
	int r = lab_spawn(name, false, &c, e);

	if (r < 0)
		return r;
	r = lab_call(c,
	             json_pack("{s:s,s:o,s:i,s:s}", "op", "apply", "design",
	                       design_around(json_loads(DESIGN, 0, NULL), ""), "waitMs", 0, "lab",
	                       name),
	             NULL, NULL, &answer, NULL, e);
	json_decref(answer);
	lab_disconnect(c);
	/* The first line is the cause; the rest says what became of the lab. */
	if (r < 0)
		e->msg[strcspn(e->msg, "\n")] = '\0';
	/* A lab whose start failed ends by itself. */
	(void)lab_end(name, NULL);
	return r;
}
