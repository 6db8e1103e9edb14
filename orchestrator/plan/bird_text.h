/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The common text of the configurations of all of Azure's BIRDs: Route Server instances, gateways,
 * MSEEs and generated routers of sites. */
#pragma once

#define BIRD_NICS "nics" /* the kernel protocol that the virtual router reads */

/* Timers of a Route Server's sessions (azure-behaviour 7.3); of a gateway's Azure does not say. */
#define BIRD_TIMERS \
	"\thold time 180;\n" \
	"\tkeepalive time 60;\n" \
	"\tconnect delay time 1;\n" \
	"\tconnect retry time 1;\n" \
	"\terror wait time 1, 8;\n" \
	"\terror forget time 30;\n" \
	"\tgraceful restart off;\n"

/* %s: the router id.  lab/watch/birdctl_parse.c reads these formats of time. */
#define BIRD_HEAD \
	"log stderr all;\n" \
	"debug protocols { states };\n" \
	"router id %s;\n" \
	"timeformat protocol iso long ms;\n" \
	"timeformat route iso long ms;\n" \
	"timeformat log iso long ms;\n" \
	"\n" \
	"ipv4 table master4;\n" \
	"ipv4 table igp4;\n" \
	"\n" \
	"protocol device {\n" \
	"\tscan time 3600;   # changes are told by netlink\n" \
	"}\n" \
	"\n"
