/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node's own packet filter: the files that every image takes are read by the tools that they are
 * written for, before the node's daemons start. */
#include <errno.h>
#include <unistd.h>

#include "azure/own_filter.h"
#include "lab/image/image_kind.h"

static char *find_tool(const char *name)
{
	static const char *const folders[] = { "/usr/sbin", "/sbin", "/usr/bin",
		                               "/usr/local/sbin" };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char *path = xasprintf("%s/%s", folders[i], name);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

/* "flush ruleset" would take the table of sourceNat along.  A node's namespace is new when its file
 * is read, so that there is nothing else to flush; lines keep their numbers. */
static void blank_flushes(char *text)
{
	for (char *at = text; (at = strstr(at, "flush"));) {
		size_t gap = strspn(at + 5, " \t");

		if (gap && str_starts(at + 5 + gap, "ruleset"))
			memset(at, ' ', 5 + gap + strlen("ruleset"));
		at += 5;
	}
}

static char **copy_words(const char *const *words)
{
	size_t n = 0, cap = 0;
	char **list = NULL;

	for (; *words; words++)
		VEC_PUSH(list, n, cap) = xstrdup(*words);
	VEC_PUSH(list, n, cap) = NULL;
	return list;
}

static void add_daemon(struct planning *p, const struct own_filter *of, const char *tool,
                       const char *ptr)
{
	bool nft = streq(of->program, "nft");
	const char *const run[] = { tool, nft ? "-f" : of->path, nft ? of->path : NULL, NULL };
	const char *const try[] = { tool, nft ? "-c" : "--test", nft ? "-f" : of->path,
		                    nft ? of->path : NULL, NULL };

	VEC_PUSH(p->plan->daemons, p->plan->n_daemons, p->cap_daemons) =
	    (struct image_daemon){ .name = xstrdup(of->name),
		                   .argv = copy_words(run),
		                   .ready = READY_EXIT,
		                   .check_argv = copy_words(try),
		                   .lasting = true,
		                   .check_alone = true,
		                   .check_decides = true,
		                   .check_file = xstrdup(ptr) };
}

int planning_filters(struct planning *p)
{
	for (size_t i = 0; i < p->vm->guest.n_filters; i++) {
		const struct config_file *f = &p->vm->guest.filters[i];
		const struct own_filter *of = own_filter_named(f->name);
		_cleanup_free_ char *tool = find_tool(of->program);

		if (!f->content)
			return err_set(p->e, EINVAL, "%s: \"%s\" has not been read", f->ptr,
			               f->path);
		if (!tool)
			return err_set(p->e, ENOPKG,
			               "%s: %s, which reads \"%s\", is not on this machine: "
			               "install the package %s (apt-get install %s)",
			               f->ptr, of->program, f->path, of->package, of->package);
		char *copy = xmalloc(f->size + 1);

		memcpy(copy, f->content, f->size);
		copy[f->size] = 0;
		if (p->vm->guest.source_nat)
			blank_flushes(copy);
		planning_add_file(p, of->path, copy, f->size);
		add_daemon(p, of, tool, f->ptr);
		/* The tools need these, whatever the image's daemons do without. */
		p->plan->caps |= CAP_BIT(CAP_NET_ADMIN) | CAP_BIT(CAP_NET_RAW);
	}
	return 0;
}
