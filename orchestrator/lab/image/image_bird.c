/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans of our own BIRDs: of Route Servers, gateways, and routers that are generated. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/image/image_kind.h"
#include "plan/bird_hybrid.h"
#include "plan/bird_rs.h"

/* True if a BIRD's language has a word: the binary has all of them as they are.  Its version would
 * not do, distributions take fixes and features from later ones. */
static bool bird_knows(const char *binary, const char *word)
{
	_cleanup_close_ int fd = open(binary, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return false;
	char needle[32] = ""; /* the end of the word before it, too */

	snprintf(needle + 1, sizeof(needle) - 1, "%s", word);
	bool found = memmem(p, (size_t)st.st_size, needle, strlen(word) + 2) != NULL;

	munmap(p, (size_t)st.st_size);
	return found;
}

static const char *bird_binary(void)
{
	static const char *const paths[] = { "/usr/sbin/bird", "/usr/local/sbin/bird",
		                             "/usr/bin/bird" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

char *image_rs_config(const struct model *m, const struct route_server *rs, unsigned instance,
                      const struct bgp_connection *cut)
{
	static int can_leave_out = -1; /* one machine, one BIRD */
	const char *binary = bird_binary();

	if (can_leave_out < 0)
		can_leave_out = binary && bird_knows(binary, "enhanced");
	const struct bird_how how = { .no_enhanced_refresh = can_leave_out, .cut = cut };

	return bird_rs_config(m, rs, instance, &how);
}

/* BIRD with a configuration of ours (taken). */
static int plan_bird(const char *who, char *text, struct image_plan **ret, struct err *e)
{
	_cleanup_free_ char *config = text;
	const char *binary = bird_binary();

	if (!binary)
		return err_set(e, ENOPKG,
		               "%s: bird is not on this machine (%s): install the "
		               "package bird2 (apt-get install bird2)",
		               who, "/usr/sbin/bird");
	struct planning p = { .plan = xcalloc(1, sizeof(struct image_plan)), .e = e };

	/* BIRD's */
	p.plan->caps =
	    CAP_BIT(CAP_NET_ADMIN) | CAP_BIT(CAP_NET_RAW) | CAP_BIT(CAP_NET_BIND_SERVICE);
	char **argv = xcalloc(7, sizeof(*argv));
	const char *const args[] = { binary, "-f", "-c", IMAGE_RS_CONFIG, "-s", IMAGE_RS_SOCKET };

	for (size_t i = 0; i < ARRAY_LEN(args); i++)
		argv[i] = xstrdup(args[i]);
	char *owned = take_ptr(config);

	planning_add_file(&p, IMAGE_RS_CONFIG, owned, strlen(owned));
	planning_add_dir(&p, "/etc/bird");
	planning_add_dir(&p, "/run/bird");
	VEC_PUSH(p.plan->dirs, p.n_dirs, p.cap_dirs) = NULL;
	VEC_PUSH(p.plan->daemons, p.plan->n_daemons, p.cap_daemons) = (struct image_daemon){
		.name = xstrdup("bird"),
		.argv = argv,
		.ready = READY_SOCKET,
		.ready_path = xstrdup(IMAGE_RS_SOCKET),
	};
	*ret = p.plan;
	return 0;
}

int image_plan_rs(const struct model *m, const struct route_server *rs, unsigned instance,
                  struct image_plan **ret, struct err *e)
{
	_cleanup_free_ char *who = xasprintf("Route Server \"%s\"", rs->name);

	return plan_bird(who, image_rs_config(m, rs, instance, NULL), ret, e);
}

int image_plan_hybrid(const struct model *m, const struct node *vm, struct image_plan **ret,
                      struct err *e)
{
	int r = plan_bird(vm->name, bird_hybrid_config(m, vm), ret, e);

	if (r == 0)
		(*ret)->forwarding = true;
	return r;
}
