/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lab that is watched: what its driver has told, and what the page shows of it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "azure/model.h"
#include "base/loop.h"
#include "base/str.h"

struct web;
struct lab_client;

enum web_lab_state {
	WEB_LAB_AWAY,  /* it does not run: not yet, or not any more */
	WEB_LAB_BUILT, /* its driver runs, and has no design yet */
	WEB_LAB_RUNS,
	WEB_LAB_SILENT, /* its driver does not answer */
};

enum { WEB_HISTORY = 300 }; /* events that a page gets of the past */

struct web_lab {
	struct web *web;
	char *name;
	enum web_lab_state state;
	char *why;                 /* of AWAY and SILENT; NULL: nothing is known */
	struct lab_client *events; /* NULL: AWAY */
	struct source src;
	char *seen;      /* when the last event was; NULL: none */
	json_t *history; /* the last events, oldest first */

	json_t *design, *status; /* as the driver had them last; NULL */
	struct model *model;     /* of the design; NULL: none */
	bool other_design;       /* what is here may not be the one that runs */
	bool asking, stale;
	int64_t asked; /* when, ms */
	struct timer settle;

	json_t *checks; /* its tasks; NULL: none */
	json_t *tasks;  /* how they stand (web/tasks.c); NULL: not known */
	int64_t look;   /* when they are to be looked at, ms; 0: not */

	/* The parts that the page has; compared before they are sent anew. */
	char *picture, *details;
	json_t *tile;
	struct web_lab *next;
};

/* In the list of the page, by name. */
struct web_lab *web_lab_add(struct web *w, const char *name);
void web_lab_free(struct web_lab *l);
/* It runs, says the run directory: follows it, if it is not followed. */
void web_lab_follow(struct web_lab *l);
/* Something may be otherwise: asks, if somebody looks at the page. */
void web_lab_look(struct web_lab *l);
/* Makes anew what is shown of the lab, and sends it if it has changed. */
void web_lab_show(struct web_lab *l);
