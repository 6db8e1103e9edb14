/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/health.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "azure/lb.h"
#include "base/str.h"
#include "kernel/ns.h"
#include "lab/proc/events.h"
#include "lab/proc/node.h"
#include "lab/watch/room.h"
#include "lab/watch/routerlink.h"
#include "plan/fabric.h"

struct target { /* one backend of one load balancer */
	struct driver *d;
	const struct load_balancer *lb;
	size_t place;
	char *key; /* "LB/NIC", to find it again in a new design */
	struct source src;
	struct timer timer; /* the next probe, or the end of this one's patience */
	bool probing, up;
	unsigned successes, failures; /* in a row */
	char *reason;                 /* of the last failure; NULL: it was a success */
};

struct health {
	struct target **v;
	size_t n, cap;
};

static const struct nic *get_target_nic(const struct target *t)
{
	return t->lb->backends[t->place];
}

/* With fast timing ten times as often as in Azure. */
static int64_t interval_ms(const struct target *t)
{
	return (int64_t)t->lb->probe.interval *
	       (t->d->lab.model->settings.timing_azure ? 1000 : 100);
}

/* --- what came of it ---------------------------------------------------------------------------
 */

static json_t *health_down_json(const struct driver *d)
{
	json_t *a = json_array();

	for (size_t i = 0; d->watch->health && i < d->watch->health->n; i++) {
		const struct target *t = d->watch->health->v[i];

		if (!t->up)
			json_array_append_new(
			    a, json_pack("[s,I]", t->lb->name, (json_int_t)t->place));
	}
	return a;
}

static void tell_health_changed(struct target *t, const char *why)
{
	struct err e = { 0 };
	_cleanup_free_ char *subject = xasprintf("%s/%s", t->lb->name, get_target_nic(t)->name);

	event_add(t->d->events, "probe", subject, "%s%s%s", t->up ? "up" : "down", *why ? ": " : "",
	          why);
	router_list(t->d, ROUTER_DOWN, health_down_json(t->d));
	if (router_health(t->d, &e) < 0)
		event_add(t->d->events, "router", "fabric", "%s", e.msg);
}

static void hang_up_probe(struct target *t)
{
	int fd = t->src.fd;

	loop_del(t->d->loop, &t->src);
	if (fd >= 0)
		close(fd);
	t->src.fd = -1;
	t->probing = false;
}

static void end_probe(struct target *t, bool ok, const char *why)
{
	bool was = t->up;

	hang_up_probe(t);
	t->successes = ok ? t->successes + 1 : 0;
	t->failures = ok ? 0 : t->failures + 1;
	free(t->reason);
	t->reason = ok ? NULL : xstrdup(why);
	if (ok && !t->up)
		/* The first success of all is enough: azure-behaviour 5. */
		t->up = t->successes >= t->lb->probe.threshold || !t->failures;
	else if (!ok && t->failures >= t->lb->probe.threshold)
		t->up = false;
	loop_timer(t->d->loop, &t->timer, interval_ms(t));
	if (t->up != was)
		tell_health_changed(t, t->reason ? t->reason : "");
	driver_changed(t->d, CHANGED_ANSWERS);
}

/* --- one probe ---------------------------------------------------------------------------------
 */

static void send_get(struct target *t)
{
	const char *path = t->lb->probe.path && *t->lb->probe.path ? t->lb->probe.path : "/";
	_cleanup_free_ char *get =
	    xasprintf("GET %s HTTP/1.1\r\nHost: %s:%u\r\nUser-Agent: Load "
	              "Balancer Agent\r\nConnection: close\r\n\r\n",
	              path, IP4_STR(get_target_nic(t)->ip), t->lb->probe.port);

	if (send(t->src.fd, get, strlen(get), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		end_probe(t, false, strerror(errno));
	else
		loop_mod(t->d->loop, &t->src, EPOLLIN);
}

static void on_probe_answer(struct target *t)
{
	char buf[512] = "";
	ssize_t n = recv(t->src.fd, buf, sizeof(buf) - 1, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end_probe(t, false, n < 0 ? strerror(errno) : "it closed without an answer");
		return;
	}
	bool ok = str_starts(buf, "HTTP/1.") && n >= 12 && strncmp(buf + 8, " 200", 4) == 0;

	buf[strcspn(buf, "\r\n")] = '\0';
	end_probe(t, ok, buf);
}

static void on_probe_socket(struct source *s, uint32_t events)
{
	struct target *t = container_of(s, struct target, src);
	int code = 0;
	socklen_t len = sizeof(code);

	if (events & EPOLLIN) {
		on_probe_answer(t);
		return;
	}
	getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &code, &len);
	if (code)
		end_probe(t, false, strerror(code));
	else if (t->lb->probe.protocol == LB_PROBE_HTTP)
		send_get(t);
	else
		end_probe(t, true, "");
}

/* The mark leads into the backend's VNet: its address may exist in another one too. */
static int dial_backend(struct target *t)
{
	const struct nic *n = get_target_nic(t);
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(PLATFORM_IP) };
	struct sockaddr_in to = { .sin_family = AF_INET,
		                  .sin_port = htons((uint16_t)t->lb->probe.port),
		                  .sin_addr.s_addr = htonl(n->ip) };
	uint32_t mark = fabric_mark_nic(t->d->lab.model, n) & ~0u << MARK_VNET_SHIFT;
	int fd = ns_socket(node_always(&t->d->lab, NODE_FABRIC)->netns, AF_INET,
	                   SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, NULL);

	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0 ||
	    bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0 ||
	    (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS) ||
	    loop_add(t->d->loop, &t->src, fd, EPOLLOUT, NULL) < 0) {
		int r = -errno;

		close(fd);
		return r < 0 ? r : -EIO;
	}
	return 0;
}

static void on_probe_timer(struct timer *tm)
{
	struct target *t = container_of(tm, struct target, timer);

	if (t->probing) {
		const struct nic *n = get_target_nic(t), *by = lb_answers_by(n);
		_cleanup_free_ char *why =
		    by ? xasprintf("no answer in time: %s answers by NIC %s with the address of "
		                   "its NIC %s (%s), which Azure drops; the guest needs a route "
		                   "for what it sends from that address (routes with \"from\")",
		                   n->vm->name, by->name, n->name, IP4_STR(n->ip))
		       : xstrdup("no answer in time");

		end_probe(t, false, why);
		return;
	}
	const bool *stopped = lab_stopped(&t->d->lab);

	if (stopped && stopped[get_target_nic(t)->vm->idx]) {
		end_probe(t, false, "its VM is stopped");
		return;
	}
	int r = dial_backend(t);

	if (r < 0) {
		end_probe(t, false, strerror(-r));
		return;
	}
	t->probing = true;
	loop_timer(t->d->loop, &t->timer, interval_ms(t));
}

/* --- which there are ---------------------------------------------------------------------------
 */

static void free_target(struct target *t)
{
	loop_timer_stop(t->d->loop, &t->timer);
	hang_up_probe(t);
	free(t->reason);
	free(t->key);
	free(t);
}

static struct target *take_target(struct health *old, const char *key)
{
	for (size_t i = 0; i < old->n; i++) {
		struct target *t = old->v[i];

		if (t && strieq(t->key, key)) {
			old->v[i] = NULL;
			return t;
		}
	}
	return NULL;
}

static void add_target(struct driver *d, struct health *h, struct health *old,
                       const struct load_balancer *lb, size_t place)
{
	char *key = xasprintf("%s/%s/%s", lb->name, lb->backends[place]->vm->name,
	                      lb->backends[place]->name);
	struct target *t = take_target(old, key);
	bool fresh = !t;

	if (fresh) {
		t = xcalloc(1, sizeof(*t));
		t->src.fd = -1;
	} else {
		free(t->key);
	}
	t->d = d;
	t->key = key;
	t->lb = lb;
	t->place = place;
	t->src.fn = on_probe_socket;
	t->timer.fn = on_probe_timer;
	if (fresh)
		loop_timer(d->loop, &t->timer, 0);
	VEC_PUSH(h->v, h->n, h->cap) = t;
}

void health_update(struct driver *d)
{
	const struct model *m = d->lab.model;
	struct health *old = d->watch->health, *h = xcalloc(1, sizeof(*h)), none = { 0 };

	for (size_t i = 0; i < m->n_load_balancers; i++) {
		const struct load_balancer *lb = &m->load_balancers[i];

		for (size_t k = 0; lb->probe.present && k < lb->n_backends; k++)
			add_target(d, h, old ? old : &none, lb, k);
	}
	for (size_t i = 0; old && i < old->n; i++)
		if (old->v[i])
			free_target(old->v[i]);
	if (old)
		free(old->v);
	free(old);
	d->watch->health = h;
	router_list(d, ROUTER_DOWN, health_down_json(d));
}

/* --- what is asked of it -----------------------------------------------------------------------
 */

bool health_settled(const struct driver *d, char **ret_why)
{
	for (size_t i = 0; d->watch->health && i < d->watch->health->n; i++) {
		const struct target *t = d->watch->health->v[i];

		if (t->up || (t->failures >= 2 && t->failures >= t->lb->probe.threshold))
			continue;
		if (ret_why)
			*ret_why = xasprintf("load balancer %s: %s has not been probed yet",
			                     t->lb->name, get_target_nic(t)->vm->name);
		return false;
	}
	return true;
}

bool *lab_backends_down(const struct lab *l)
{
	const struct health *h = l->driver->watch->health;
	bool *down =
	    l->model && l->model->n_backends ? xcalloc(l->model->n_backends, sizeof(*down)) : NULL;

	for (size_t i = 0; down && h && i < h->n; i++)
		down[h->v[i]->lb->first_backend + h->v[i]->place] = !h->v[i]->up;
	return down;
}

static const struct target *find_probe_target(const struct driver *d,
                                              const struct load_balancer *lb, size_t place)
{
	for (size_t i = 0; d->watch->health && i < d->watch->health->n; i++)
		if (d->watch->health->v[i]->lb == lb && d->watch->health->v[i]->place == place)
			return d->watch->health->v[i];
	return NULL;
}

json_t *health_json(const struct driver *d)
{
	const struct model *m = d->lab.model;
	const bool *stopped = lab_stopped(&d->lab);
	json_t *a = json_array();

	for (size_t i = 0; m && i < m->n_load_balancers; i++) {
		const struct load_balancer *lb = &m->load_balancers[i];
		json_t *pool = json_array();

		for (size_t k = 0; k < lb->n_backends; k++) {
			const struct nic *n = lb->backends[k];
			const struct target *t = find_probe_target(d, lb, k);
			bool runs = !stopped || !stopped[n->vm->idx];
			const char *why = !runs ? "its VM is stopped" : t ? t->reason : NULL;

			json_array_append_new(
			    pool, json_pack("{s:s,s:s,s:s,s:s,s:s?}", "nic", n->name, "vm",
			                    n->vm->name, "address", IP4_STR(n->ip), "state",
			                    runs && (!t || t->up) ? "Up" : "Down", "reason", why));
		}
		json_array_append_new(a, json_pack("{s:s,s:s,s:o}", "name", lb->name, "address",
		                                   IP4_STR(lb->ip), "backends", pool));
	}
	return a;
}
