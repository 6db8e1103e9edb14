/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completes the end of a command line: the logic of shell completion, which the shells' scripts ask
 * for with `vnetlab completion --complete -- WORDS...`. */
#pragma once

#include "cmd/cmd.h"

struct candidate {
	char *word;
	char *help; /* a few words; may be NULL */
};

struct candidates {
	struct candidate *items;
	size_t n, cap;
	bool files; /* file names too: the shell knows them */
};
void candidates_free(struct candidates *c);
void candidates_add(struct candidates *c, const char *word, const char *help);

/* Names of this kind: of the lab or topology file that the words name, or of the only one. */
void complete_names(enum arg_kind kind, const char *lab, const char *topology,
                    struct candidates *ret);

/* words: all behind "vnetlab", the last one (maybe "") is being typed. names: complete_names, or a
 * test's own. */
void complete(char *const *words,
              void (*names)(enum arg_kind, const char *lab, const char *topology,
                            struct candidates *),
              struct candidates *ret);
