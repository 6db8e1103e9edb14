/* From what a Route Server's instances have selected to what NICs are programmed with.  At once, or
 * ("timing": "azure") with the delays that were measured on Azure (azure-semantics 1.12): a new
 * route 20 to 45 s, a withdrawal 20 to 30 s, an update in place 0.9 to 5.4 s, and no route more
 * often than once in 30 s.  Pure: time is what the caller says it is, in milliseconds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "azure/rib.h"

enum {
	PROGRAM_INJECT_MS = 30000,
	PROGRAM_WITHDRAW_MS = 25000,
	PROGRAM_REPLACE_MS = 3000,
	PROGRAM_DAMPING_MS = 30000,
};

struct programmer;
struct programmer *programmer_new(size_t n_route_servers, bool azure_timing);
struct programmer *programmer_free(struct programmer *p); /* returns NULL */

/* What instances selected; the caller changes it and says so. */
struct rib *programmer_seen(struct programmer *p);
void programmer_changed(struct programmer *p, size_t rs, unsigned instance, struct prefix prefix,
                        int64_t now);
/* All that was seen is programmed at once: routes that were there before we looked. */
void programmer_catch_up(struct programmer *p);
/* What NICs were programmed with before p was made; programmer_compare() then treats each
 * difference to what is seen as a change that happens now. */
void programmer_adopt(struct programmer *p, size_t rs, unsigned instance,
                      const struct rib_table *programmed);
void programmer_compare(struct programmer *p, int64_t now);

/* Programs what is due; true when the result below changed. */
bool programmer_run(struct programmer *p, int64_t now);
const struct rib *programmer_rib(const struct programmer *p);
int64_t programmer_next(const struct programmer *p); /* when the next is due; -1: nothing waits */
size_t programmer_waiting(const struct programmer *p);
