/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that break things on purpose, as words: "fault stop NVA_1".  One table says which
 * there are.  The driver runs a command by it, a check's "do" is read by it, help and completion
 * show it.  Pure; what the names mean is decided by who knows the lab or the design. */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

enum fault_verb {
	FAULT_STOP,
	FAULT_START,
	FAULT_KILL,
	FAULT_FREEZE,
	FAULT_THAW,
	FAULT_LINK,
	FAULT_SESSION,
	FAULT_IMPAIR,
	FAULT_MAINTENANCE,
	FAULT_LIST,
	FAULT_CLEAR,
	FAULT_VERBS
};

/* The meanings of a word behind the verb. */
enum fault_word {
	FAULT_WORD_NONE, /* there is no such word */
	FAULT_WORD_VM,
	FAULT_WORD_NODE,     /* any node, the fabric too */
	FAULT_WORD_GUEST,    /* a VM, or an instance of a Route Server */
	FAULT_WORD_LINK,     /* a guest, or VM/NIC */
	FAULT_WORD_NIC,      /* a guest, VM/NIC, or a NIC's own name */
	FAULT_WORD_SESSION,  /* a peering or a gateway's session, of both instances or of one */
	FAULT_WORD_INSTANCE, /* ROUTESERVER/0, ROUTESERVER/1 */
	FAULT_WORD_UPDOWN,
	FAULT_WORD_MEASURE, /* rate, delay, loss */
	FAULT_WORD_VALUE,   /* of a measure: as tc takes it */
	FAULT_WORD_UNHURT,  /* none */
	FAULT_WORD_TIME,    /* 30s, 2m */
	FAULT_WORD_HOLD     /* --hold */
};

enum { FAULT_MAX_ARGS = 3 };

/* A verb may have several forms. */
struct fault_form {
	enum fault_verb verb;
	const char *name;  /* of the verb */
	const char *usage; /* all of it, from "fault" on */
	const char *help;  /* a line, or several */
	enum fault_word args[FAULT_MAX_ARGS];
	unsigned required;  /* so many of args; the others may be left out */
	const char *passed; /* what became of the first argument when no fault is left; or NULL */
};
/* Ends with one whose name is NULL; forms of one verb are neighbours. */
extern const struct fault_form fault_forms[];

/* The first form with this verb, or NULL. */
const struct fault_form *fault_form_of(const char *verb);

struct fault_command {
	const struct fault_form *form;
	/* Verb and arguments, NULL-terminated; "--hold" is the last one, wherever it stood.
	 * Borrowed. */
	const char *words[1 + FAULT_MAX_ARGS + 1];
};

/* Words behind "fault" -> command.  -EINVAL: there is no such verb, or it takes other words than
 * these; *e says which there are. */
int fault_parse(const char *const *words, size_t n, struct fault_command *ret, struct err *e);

/* The fixed words that an argument can be, NULL-terminated; NULL: it is a name or a value. */
const char *const *fault_word_choices(enum fault_word w);

void fault_verbs_add(struct str *out, const char *separator); /* "stop, start, kill, ..." */
