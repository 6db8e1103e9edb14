/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/evidence_packets.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "kernel/fds.h"
#include "lab/client/client.h"
#include "proof/evidence_file.h"

enum {
	MAX_NODES = 6,
	READY_MS = 5000,
	COUNT = 3,
	INTERVAL_MS = 100,
	TIMEOUT_MS = 1000,
	LATE_MS = 200
};

struct capture {
	struct lab_client *c;
	int said; /* what tcpdump says: that it listens */
};

const char *tcpdump_path(void)
{
	static const char *const places[] = { "/usr/bin/tcpdump", "/usr/sbin/tcpdump",
		                              "/usr/local/bin/tcpdump", "/usr/local/sbin/tcpdump" };

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

static bool list_has_text(const json_t *list, const char *s)
{
	const json_t *x;
	size_t i;

	json_array_foreach (list, i, x)
		if (streq(json_string_value(x), s))
			return true;
	return false;
}

static void add_capture_node(json_t *list, const char *name)
{
	if (name && json_array_size(list) < MAX_NODES && !list_has_text(list, name))
		json_array_append_new(list, json_string(name));
}

/* Nodes of the model's way and of the kernel's, there and back; new reference. */
static json_t *nodes_on_way(const json_t *path, const char *from)
{
	const json_t *ways[] = { path, json_object_get(path, "kernel"),
		                 json_object_get(path, "return") };
	json_t *list = json_array();
	const json_t *hop;
	size_t i;

	add_capture_node(list, from);
	for (size_t w = 0; w < ARRAY_LEN(ways); w++)
		json_array_foreach (json_object_get(ways[w], "hops"), i, hop)
			add_capture_node(list, json_string_value(json_object_get(hop, "node")));
	return list;
}

static int start_capture(const char *lab, const char *tcpdump, const char *node, const char *path,
                         struct capture *ret, struct err *e)
{
	_cleanup_close_ int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int p[2];

	if (null < 0 || out < 0)
		return err_sys(e, errno, "%s", path);
	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	_cleanup_close_ int rd = p[0], wr = p[1];
	const int fds[3] = { null, out, wr };
	json_t *argv = json_pack("[s,s,s,s,s,s,s,s,s]", tcpdump, "-n", "-Z", "root", "-i",
	                         "{device}", "-U", "-w", "-");
	int r = lab_connect(lab, &ret->c, e);

	if (r < 0)
		json_decref(argv);
	else
		r = lab_send(ret->c,
		             json_pack("{s:s, s:s, s:o, s:b}", "op", "exec", "node", node, "argv",
		                       argv, "capture", 1),
		             fds, 3, e);
	if (r < 0)
		return r;
	ret->said = take_fd(rd);
	return 0;
}

/* tcpdump says a line when it listens; it also says why it cannot. */
static void wait_until_listening(const struct capture *c)
{
	int64_t end = clock_ms() + (int64_t)READY_MS;
	char buf[512];

	for (int64_t now = clock_ms(); c->said >= 0 && now < end; now = clock_ms()) {
		struct pollfd p = { .fd = c->said, .events = POLLIN };

		if (poll(&p, 1, (int)(end - now)) <= 0)
			continue;
		ssize_t n = read(c->said, buf, sizeof(buf) - 1);

		if (n <= 0)
			return;
		buf[n] = '\0';
		if (strstr(buf, "listening on"))
			return;
	}
}

static void end_capture(struct capture *c)
{
	json_t *a = NULL;

	/* Its answer to the signal, and then that of the end. */
	if (c->c && lab_send(c->c, json_pack("{s:i}", "signal", SIGINT), NULL, 0, NULL) == 0)
		while (lab_recv(c->c, &a, NULL) == 0) {
			bool over = !json_object_get(a, "signaled");

			json_decref(a);
			if (over)
				break;
		}
	lab_disconnect(c->c);
	if (c->said >= 0)
		close(c->said);
}

static int send_again(const char *lab, const struct check *c, const char *path, struct err *e)
{
	json_t *o = check_packet_json(c);

	json_object_set_new(o, "count", json_integer(COUNT));
	json_object_set_new(o, "intervalMs", json_integer(INTERVAL_MS));
	json_object_set_new(o, "timeoutMs", json_integer(TIMEOUT_MS));
	return evidence_ask(lab, json_pack("{s:s, s:[o]}", "op", "probe", "probes", o), path, NULL,
	                    e);
}

static int capture_packet(const char *lab, const struct check *c, const json_t *nodes,
                          const char *prefix, struct err *e)
{
	struct capture captures[MAX_NODES];
	const char *tcpdump = tcpdump_path();
	_cleanup_free_ char *probe = xasprintf("%s.probe.json", prefix);
	size_t n = 0;
	int r = 0;

	if (!tcpdump)
		r = err_set(e, ENOPKG, "captures need tcpdump, which is not installed");
	for (; tcpdump && n < json_array_size(nodes); n++) {
		const char *node = json_string_value(json_array_get(nodes, n));
		_cleanup_free_ char *file = evidence_file_name(node);
		_cleanup_free_ char *path = xasprintf("%s.%s.pcap", prefix, file);
		int rc;

		captures[n] = (struct capture){ NULL, -1 };
		rc = start_capture(lab, tcpdump, node, path, &captures[n], r < 0 ? NULL : e);
		r = r < 0 ? r : rc;
	}
	for (size_t i = 0; i < n; i++)
		wait_until_listening(&captures[i]);
	int rc = send_again(lab, c, probe, r < 0 ? NULL : e);

	poll(NULL, 0, n ? LATE_MS : 0); /* what the kernel still hands to tcpdump */
	for (size_t i = 0; i < n; i++)
		end_capture(&captures[i]);
	return r < 0 ? r : rc;
}

int evidence_packet(const char *lab, const struct check *c, const char *prefix, struct err *e)
{
	_cleanup_free_ char *file = xasprintf("%s.path.json", prefix);
	json_t *request = check_packet_json(c), *answer = NULL;

	json_object_set_new(request, "op", json_string("path"));
	int r = evidence_ask(lab, request, file, &answer, e);
	json_t *nodes = nodes_on_way(json_object_get(answer, "path"), c->from);
	int rc = capture_packet(lab, c, nodes, prefix, r < 0 ? NULL : e);

	json_decref(nodes);
	json_decref(answer);
	return r < 0 ? r : rc;
}
