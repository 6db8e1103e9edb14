/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/evidence.h"

#include <errno.h>
#include <stdio.h>

#include "base/str.h"
#include "checks/check.h"
#include "lab/client/client.h"
#include "proof/evidence_file.h"
#include "proof/evidence_packets.h"
#include "report/picture.h"

enum { MAX_PACKETS = 5 }; /* captures of so many checks, which cost seconds */

struct keeper {
	const char *lab, *folder;
	const struct model *m;
	struct err *e; /* the first thing that could not be had */
	int r;
};

static void note_result(struct keeper *k, int r, const struct err *e)
{
	if (r >= 0 || k->r < 0)
		return;
	k->r = r;
	if (k->e)
		*k->e = *e;
}

/* --- streams: logs and events ------------------------------------------------------------------
 */

/* Writes what the driver says until it has said all. */
static int write_capture_stream(struct lab_client *c, json_t *request, FILE *f, struct err *e)
{
	int r = lab_send(c, request, NULL, 0, e);

	while (r >= 0) {
		json_t *a = NULL;

		r = lab_recv(c, &a, e);
		if (r < 0)
			break;
		const char *text = json_string_value(json_object_get(a, "text"));
		const json_t *line = json_object_get(a, "line");
		const char *error =
		    json_string_value(json_object_get(json_object_get(a, "error"), "message"));
		bool last = !text && !line;

		if (text)
			fputs(text, f);
		if (line && json_dumpf(line, f, JSON_COMPACT) == 0)
			fputc('\n', f);
		if (error)
			r = err_set(e, EIO, "%s", error);
		json_decref(a);
		if (last)
			break;
	}
	return r;
}

static int keep_stream(const struct keeper *k, json_t *request, const char *path, struct err *e)
{
	struct lab_client *c = NULL;
	FILE *f = fopen(path, "we");
	int r = f ? lab_connect(k->lab, &c, e) : err_sys(e, errno, "%s", path);

	if (r < 0)
		json_decref(request);
	else
		r = write_capture_stream(c, request, f, e);
	lab_disconnect(c);
	if (f && evidence_close(f, path, r < 0 ? NULL : e) < 0 && r >= 0)
		r = -EIO;
	return r;
}

static void keep_logs(struct keeper *k, const json_t *status)
{
	_cleanup_free_ char *folder = xasprintf("%s/logs", k->folder);
	struct err e = { 0 };
	const json_t *node;
	size_t i;

	note_result(k, evidence_folder(folder, &e), &e);
	json_array_foreach (json_object_get(status, "nodes"), i, node) {
		const char *name = json_string_value(json_object_get(node, "name"));

		if (!json_array_size(json_object_get(node, "processes")))
			continue;
		_cleanup_free_ char *file = evidence_file_name(name);
		_cleanup_free_ char *path = xasprintf("%s/%s.log", folder, file);

		note_result(
		    k,
		    keep_stream(k, json_pack("{s:s, s:s}", "op", "logs", "node", name), path, &e),
		    &e);
	}
}

/* --- tables ------------------------------------------------------------------------------------
 */

static void keep_answer(struct keeper *k, json_t *request, const char *kind, const char *name)
{
	_cleanup_free_ char *file = evidence_file_name(name);
	_cleanup_free_ char *path = xasprintf("%s/%s/%s.json", k->folder, kind, file);
	struct err e = { 0 };

	note_result(k, evidence_ask(k->lab, request, path, NULL, &e), &e);
}

static void make_folder_of(struct keeper *k, const char *kind)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", k->folder, kind);
	struct err e = { 0 };

	note_result(k, evidence_folder(path, &e), &e);
}

static void keep_tables(struct keeper *k)
{
	make_folder_of(k, "routes");
	for (size_t i = 0; i < k->m->n_nics; i++) {
		const struct nic *n = &k->m->nics[i];

		if (n->vm->role != VM_USER)
			continue;
		_cleanup_free_ char *name = xasprintf("%s/%s", n->vm->name, n->name);

		keep_answer(k,
		            json_pack("{s:s, s:s, s:b}", "op", "routes", "nic", name, "explain", 1),
		            "routes", name);
	}
	for (size_t i = 0; i < k->m->n_route_servers; i++) {
		const struct route_server *rs = &k->m->route_servers[i];

		for (size_t j = 0; j < rs->n_conns; j++) {
			static const char *const ops[] = { "learned", "advertised" };
			_cleanup_free_ char *name = xasprintf("%s/%s", rs->name, rs->conns[j].name);

			for (size_t o = 0; o < ARRAY_LEN(ops); o++) {
				make_folder_of(k, ops[o]);
				keep_answer(
				    k, json_pack("{s:s, s:s}", "op", ops[o], "connection", name),
				    ops[o], name);
			}
		}
	}
}

static void keep_picture(struct keeper *k, const json_t *status)
{
	enum session_state **states = picture_states(k->m, status);
	struct picture p = { .m = k->m, .states = states };
	_cleanup_free_ char *text = picture_svg(&p);
	_cleanup_free_ char *path = xasprintf("%s/picture.svg", k->folder);
	FILE *f = fopen(path, "we");
	struct err e = { 0 };

	if (!f) {
		note_result(k, err_sys(&e, errno, "%s", path), &e);
	} else {
		fputs(text, f);
		note_result(k, evidence_close(f, path, &e), &e);
	}
	picture_states_free(states, k->m->n_route_servers);
}

/* --- packets -----------------------------------------------------------------------------------
 */

static void keep_packets(struct keeper *k, const struct report_run *run)
{
	size_t n = k->m->n_checks, kept = 0;

	for (size_t i = 0; i < n && run->n >= n && kept < MAX_PACKETS; i++) {
		const struct report_check *seen = &run->checks[run->n - n + i];
		const struct check *c = &k->m->checks[i];
		struct err e = { 0 };

		if (seen->ok || seen->skipped || !c->from || !c->to)
			continue;
		make_folder_of(k, "packets");
		_cleanup_free_ char *prefix = xasprintf("%s/packets/check-%zu", k->folder, i + 1);

		note_result(k, evidence_packet(k->lab, c, prefix, &e), &e);
		kept++;
	}
}

int evidence_keep(const char *lab, const struct model *m, const struct report_run *run,
                  const char *folder, struct err *e)
{
	struct keeper k = { .lab = lab, .folder = folder, .m = m, .e = e };
	_cleanup_free_ char *status_file = xasprintf("%s/status.json", folder);
	_cleanup_free_ char *design_file = xasprintf("%s/topology.json", folder);
	_cleanup_free_ char *events_file = xasprintf("%s/events.ndjson", folder);
	json_t *status = NULL, *design = NULL;
	struct err why = { 0 };
	int r = evidence_folder(folder, e);

	if (r < 0)
		return r;
	/* Packets first: what explains them may change, and the logs tell of them. */
	keep_packets(&k, run);
	note_result(
	    &k, evidence_ask(lab, json_pack("{s:s}", "op", "status"), status_file, &status, &why),
	    &why);
	r = evidence_ask(lab, json_pack("{s:s}", "op", "design"), NULL, &design, &why);
	if (r == 0)
		r = evidence_json(design_file,
		                  json_object_get(json_object_get(design, "design"), "topology"),
		                  &why);
	note_result(&k, r, &why);
	keep_tables(&k);
	keep_picture(&k, status);
	keep_logs(&k, status);
	note_result(&k,
	            keep_stream(&k, json_pack("{s:s, s:b}", "op", "events", "follow", 0),
	                        events_file, &why),
	            &why);
	json_decref(status);
	json_decref(design);
	return k.r;
}
