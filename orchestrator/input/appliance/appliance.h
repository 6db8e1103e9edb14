/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what a template says of an appliance's inside: cloud-init, scripts, run commands, vendors'
 * custom data, files beside the template; read, never executed.
 *
 * FRR's, Quagga's and BIRD's own files are used as they are written (with the script's variables
 * put in); FortiOS and IOS-XE are translated to FRR, and a note names each line that was not. */
#pragma once

#include <jansson.h>

struct appliance_source { /* where things may be; each may be NULL */
	json_t *vm;       /* the VM's resource (input/resources.h) */
	json_t *children; /* array: its extensions and runCommands */
	const char
	    *folder; /* of the template: scripts that fileUris name are looked for below it */
};

/* A new object:
 *	image       "frr" or "bird"; absent: nothing was found that a daemon reads
 *	config      { "frr.conf": text, ... }, for that image
 *	forwarding  true: the guest switches IP forwarding on
 *	filters     { "iptables.rules": text, "nftables.conf": text }: for any image
 *	sourceNat   true: it masquerades, but to ...
 *	sourceNatExcept [ prefix ]
 *	routes      [ { "prefix", "via" } ]
 *	loopbacks   [ address ]
 *	notes       [ sentence ]: what was used, from where; what was not understood
 *	warnings    [ sentence ]: what the guest does, and the lab does not */
json_t *appliance_read(const struct appliance_source *s);

/* Reads what `--node VM=image:file` names: the text of one file, whose kind shows by its content
 * (FRR, Quagga, BIRD, FortiOS, IOS-XE).  As above. */
json_t *appliance_from_text(const char *text, const char *name);
