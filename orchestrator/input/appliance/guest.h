/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of appliance/: what is found about one guest. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "input/appliance/appliance.h"
#include "input/appliance/own_rules.h"

struct guest {
	json_t *files; /* path in the guest -> text */
	json_t *notes, *routes, *loopbacks;
	struct str vtysh; /* lines that were typed into vtysh */
	bool forwarding, source_nat;
	json_t *nat_except,
	    *nat_skip;          /* what sourceNat leaves alone: by its own rules, by others */
	struct own_rules rules; /* of its packet filter, that a lab can run */
	bool decides;           /* one of them drops, or translates otherwise than sourceNat */
	bool by_device;    /* one translates what leaves by a device, or comes from somewhere */
	bool several_nics; /* the machine has, so that this makes a difference */
	size_t n_rules;    /* such ones that a lab cannot run */
	char *first_rule;
	size_t n_left; /* of any kind: what is left out of the files of rules */
	char *first_left;
	size_t dropped; /* notes that were too many */
};

enum { GUEST_NOTES_MAX = 200, GUEST_TEXT_MAX = 4 << 20 };

void guest_init(struct guest *g);
void guest_free(struct guest *g);
void guest_note(struct guest *g, const char *fmt, ...) PRINTF(2, 3);
/* Writes a file, or adds to it. */
void guest_write(struct guest *g, const char *path, const char *text, bool append);
void guest_route(struct guest *g, const char *prefix, const char *via);
/* The image and its files, from all that was found. */
json_t *guest_result(struct guest *g);

/* Texts, by their kind: what is in them goes to g.  where: for notes. */
typedef void read_text(struct guest *g, const char *text, const char *where);
void read_cloud_config(struct guest *g, const char *text, const char *where);
void read_mime(struct guest *g, const char *text, const char *where, read_text *read /* a part */);
/* args: of the command line that started it, for $1 and $2; or NULL. */
void read_script(struct guest *g, const char *text, const char *where, const char *args);
/* A line of a shell: what it says to iptables or nft, if anything. */
void read_filter_command(struct guest *g, const char *line);
/* Files that these read: rules.v4, nftables.conf. */
bool is_filter_file(const char *path);
void read_filter_file(struct guest *g, const char *path, const char *text);
bool is_fortios(const char *text);
void read_fortios(struct guest *g, const char *text, const char *where);
bool is_iosxe(const char *text);
void read_iosxe(struct guest *g, const char *text, const char *where);

/* The next line of *at without its end, in a buffer that the caller frees; NULL at the end. */
char *next_line(const char **at);
/* Words of a line: quotes (single, double) hold together and are taken off.  Returns how many; each
 * and the array are freed by words_free. */
size_t words_split(const char *line, char ***ret);
char **words_free(char **words, size_t n); /* returns NULL */
/* "10.0.0.0", "255.0.0.0" -> "10.0.0.0/8"; NULL: no mask.  The caller frees. */
char *with_mask(const char *address, const char *mask);
/* base64, with blanks in it; NULL: it is none, or no text.  The caller frees. */
char *decode_base64(const char *s);
