/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The named settings: one for each point where Azure's behaviour is uncertain, or that a lab may
 * choose (azure-behaviour 9), with its default, where that comes from, and how sure it is. */
#include "azure/model.h"
#include "input/topology_def.h"

static const struct enum_value timings[] = {
	{ "fast", 0, "routes reach NICs at once", NULL },
	{ "azure", 1, "with the delays that were measured in Azure", NULL },
	END
};

static const struct enum_value internal_nones[] = {
	{ "off", INTERNAL_NONE_OFF, "the four that are documented", NULL },
	{ "oldest", INTERNAL_NONE_OLDEST, "three rows, without 172.16.0.0/12", NULL },
	{ "2020", INTERNAL_NONE_2020, "five rows", NULL },
	{ "2021", INTERNAL_NONE_2021, "15 rows", NULL },
	{ "2023", INTERNAL_NONE_2023, "17 rows", NULL },
	{ "2026", INTERNAL_NONE_2026, "21 rows", NULL },
	END
};

const struct object_def schema_settings = {
	"settings", "settings",
	"Where real Azure's behaviour is uncertain, or a choice of the lab.",
	(const struct field[]){
	    { .name = "timing",
	      .type = T_ENUM,
	      .shows = SHOWS_AS_IT_RUNS,
	      .as_bool = true,
	      .values = timings,
	      .dflt = "fast",
	      .at = AT(struct settings, timing_azure),
	      .help = "How fast learned routes reach NICs.",
	      .source = "published measurements: 20 to 45 s to add, 20 to 30 s to withdraw",
	      .confidence = "M" },
	    { .name = "injectionDelay",
	      .type = T_DURATION,
	      .shows = SHOWS_AS_IT_RUNS,
	      .dflt = "30s",
	      .at = AT(struct settings, injection_ms),
	      .help =
	          "With timing azure: until NICs have a new prefix, or a further next hop of one.",
	      .source = "a script's comments of 2021: 20 to 45 s",
	      .confidence = "M" },
	    { .name = "withdrawalDelay",
	      .type = T_DURATION,
	      .shows = SHOWS_AS_IT_RUNS,
	      .dflt = "25s",
	      .at = AT(struct settings, withdrawal_ms),
	      .help = "With timing azure: until NICs have lost a prefix, or one of its next hops.",
	      .source = "a script's comments of 2021: 20 to 30 s",
	      .confidence = "M" },
	    { .name = "switchDelay",
	      .type = T_DURATION,
	      .shows = SHOWS_AS_IT_RUNS,
	      .dflt = "30s",
	      .at = AT(struct settings, switch_ms),
	      .help =
	          "With timing azure: until NICs use another peer for a prefix, because the one "
	          "before has withdrawn it or is not the best any more.",
	      .source = "a lab of 2026: 39 s after an appliance stopped, 24 s after it came back",
	      .confidence = "M" },
	    { .name = "replacementDelay",
	      .type = T_DURATION,
	      .shows = SHOWS_AS_IT_RUNS,
	      .dflt = "3s",
	      .at = AT(struct settings, replacement_ms),
	      .help = "With timing azure: until NICs follow a peer that exchanges one next hop "
	              "for another in place.",
	      .source = "a published measurement of 2022: 0.9 to 5.4 s",
	      .confidence = "M" },
	    { .name = "programmingDamping",
	      .type = T_DURATION,
	      .shows = SHOWS_AS_IT_RUNS,
	      .dflt = "30s",
	      .at = AT(struct settings, damping_ms),
	      .help = "With timing azure: a route is programmed at most once in this time.",
	      .source = "the same measurement: about one update in 30 s for a route",
	      .confidence = "M" },
	    { .name = "timingScale",
	      .type = T_UINT,
	      .shows = SHOWS_AS_IT_RUNS,
	      .min = 1,
	      .max = 1000,
	      .dflt = "100",
	      .at = AT(struct settings, timing_scale),
	      .help = "Percent of the delays above, of maintenanceTime and of instanceLossHold: 10 "
	              "makes a lab with Azure's "
	              "timing ten times as fast.",
	      .source = "ours",
	      .confidence = "H" },
	    { .name = "maintenanceTime",
	      .type = T_DURATION,
	      .shows = SHOWS_AS_IT_RUNS,
	      .dflt = "2m",
	      .at = AT(struct settings, maintenance_ms),
	      .help = "How long `fault maintenance` takes an instance's sessions down.",
	      .source = "the FAQ says only that one instance may be down while the other stays",
	      .confidence = "L" },
	    { .name = "instanceLossHold",
	      .type = T_DURATION,
	      .shows = SHOWS_AS_IT_RUNS,
	      .dflt = "3m",
	      .at = AT(struct settings, instance_loss_ms),
	      .help =
	          "How long NICs keep their routes when neither instance of a Route Server runs. "
	          "While one does, it programs all of them.",
	      .source = "no source; BGP's hold time",
	      .confidence = "L" },
	    { .name = "azureInternalNone",
	      .type = T_ENUM,
	      .shows = SHOWS_IN_FABRIC,
	      .values = internal_nones,
	      .dflt = "off",
	      .at = AT(struct settings, internal_none),
	      .help = "Which None rows effective routes have besides the documented ones: Azure's "
	              "own address space, as printed in tables of that time.",
	      .source = "published tables; the set differs by year, region and platform",
	      .confidence = "H" },
	    END }
};
