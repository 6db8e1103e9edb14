/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that the files of foretell share. */
#pragma once

#include "azure/foreseen.h"
#include "azure/walk.h"
#include "proof/foretell.h"

struct teller {
	const struct model *m;
	struct foreseen foreseen;
	struct eff_cache *tables;
	struct runtime rt;
	bool *backend_down; /* by their probes, as far as rules and listeners decide */
	struct walk_env env;
	unsigned leg, legs; /* which of equal paths is taken, and how many there were */
	const char *why;    /* something that the design does not say may decide; NULL: nothing */
};

/* Finds the backends of load balancers that fail their probes. */
void teller_probe_backends(struct teller *t);
/* Packets of a check ({"from", "to", "protocol", "port"}): as op probe answers, and as op path
 * does; new references.  t->why is set when the design does not say. */
void teller_send(struct teller *t, const json_t *packet, json_t **ret_probe, json_t **ret_path);
