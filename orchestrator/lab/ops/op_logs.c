/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/ops/ops.h"
#include "lab/ops/room.h"
#include "lab/proc/conn.h"
#include "lab/proc/driver.h"
#include "lab/proc/logs.h"
#include "lab/proc/op.h"

struct log_follower {
	struct conn *c;
	struct driver *d;
	char *node;
	struct log_follower *next;
};

static void emit_line(struct conn *c, const char *proc, const char *line, size_t n)
{
	_cleanup_str_ struct str b = { 0 };

	str_printf(&b, "%s: ", proc);
	str_addn(&b, line, n);
	str_addc(&b, '\n');
	conn_text(c, b.s, b.n);
}

void logs_line(struct process *p, const char *line, size_t n)
{
	for (struct log_follower *f = p->d->ops->log_followers, *next; f; f = next) {
		next = f->next;
		if (streq(f->node, p->node->name))
			emit_line(f->c, p->name, line, n);
	}
}

static void unfollow_logs(struct conn *c)
{
	struct log_follower *f = c->ctx;

	for (struct log_follower **p = &f->d->ops->log_followers; *p; p = &(*p)->next)
		if (*p == f) {
			*p = f->next;
			break;
		}
	free(f->node);
	free(f);
}

static void print_buf(struct conn *c, const char *name, const struct logbuf *b)
{
	for (size_t i = 0; i < b->n;) {
		const char *nl = memchr(b->s + i, '\n', b->n - i);
		size_t len = nl ? (size_t)(nl - (b->s + i)) : b->n - i;

		emit_line(c, name, b->s + i, len);
		i += len + 1;
	}
}

/* Prints what daemons wrote to a file of their own, below the node's /var/log: a user's
 * configuration may say "log file".  Lines by the file's name, as the processes' by theirs. */
static void print_file(struct conn *c, int dir, const char *name)
{
	_cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct logbuf b = { 0 };
	struct stat st;
	char buf[16384];
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	if (st.st_size > LOG_KEEP / 2)
		lseek(fd, -(LOG_KEEP / 2), SEEK_END);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		logbuf_add(&b, buf, (size_t)n, NULL, NULL);
	print_buf(c, name, &b);
	logbuf_free(&b);
}

static void print_files(struct conn *c, int at, const char *path, int depth)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d) {
		close_p(&fd);
		return;
	}
	for (struct dirent *de; (de = readdir(d)) && !c->dead;) {
		if (de->d_name[0] == '.')
			continue;
		if (de->d_type == DT_DIR && depth > 0)
			print_files(c, dirfd(d), de->d_name, depth - 1);
		else if (de->d_type == DT_REG)
			print_file(c, dirfd(d), de->d_name);
	}
	closedir(d);
}

static int op_logs(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	const char *name;
	struct lab_node *n;
	int rc = op_string(r, "node", &name, e);

	if (rc < 0 || (rc = lab_node(l, name, &n, e)) < 0)
		return rc;
	for (size_t i = 0; i < n->n_procs && !r->client->dead; i++)
		print_buf(r->client, n->procs[i]->name, &n->procs[i]->log);
	if (n->dir && !r->client->dead) {
		_cleanup_free_ char *var = xasprintf("%s/var/log", n->dir);

		print_files(r->client, AT_FDCWD, var, 2);
	}
	if (!json_is_true(json_object_get(r->body, "follow")) || r->client->dead) {
		*ret = json_pack("{s:i}", "processes", (int)n->n_procs);
		return 0;
	}
	struct log_follower *f = xcalloc(1, sizeof(*f));

	*f = (struct log_follower){ r->client, l->driver, xstrdup(n->name),
		                    l->driver->ops->log_followers };
	l->driver->ops->log_followers = f;
	r->client->ctx = f;
	r->client->on_close = unfollow_logs;
	return 1;
}

LAB_OP(logs, { .name = "logs", .kind = OP_INLINE, .run = op_logs });
