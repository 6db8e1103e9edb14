/* Watches the kernel table that a Route Server instance's BIRD writes its selection into: a netlink
 * monitor in the instance's namespace, and a dump when there may have been more than was heard. */
#pragma once

#include "azure/rib.h"
#include "base/err.h"

enum { RIB_TABLE = 100, RIB_PROTOCOL = 12 /* RTPROT_BIRD */ };

struct watch;
/* ns_fd is taken.  table: kept equal to the kernel's. */
int watch_open(int ns_fd, struct watch **ret, struct err *e);
struct watch *watch_close(struct watch *w); /* returns NULL */
int watch_fd(const struct watch *w);

/* Called for each prefix whose entry in table was changed; had: there was one before. */
typedef void watch_fn(struct prefix p, bool had, void *arg);
/* Reads what is there into table, which may grow to max routes.  -EOVERFLOW when more were refused:
 * the others are right. */
int watch_read(struct watch *w, struct rib_table *table, size_t max, watch_fn *fn, void *arg,
               struct err *e);
/* Makes table equal to the kernel's by a dump. */
int watch_dump(struct watch *w, struct rib_table *table, size_t max, watch_fn *fn, void *arg,
               struct err *e);
