/* SPDX-License-Identifier: GPL-2.0-or-later */
/* logs and events: print what the driver sends until the reader or the driver ends. */
#include <errno.h>
#include <stdio.h>

#include "base/visible.h"
#include "cmd/remote.h"

/* Prints each answer until the final one, or until the lab is gone. */
static int stream(const struct cmd_args *a, const char *lab, json_t *req)
{
	struct lab_client *c = NULL;
	struct err e = { 0 };
	int status = remote_connect(a, lab, &c);

	if (status != EX_DONE) {
		json_decref(req);
		return status;
	}
	int r = lab_send(c, req, NULL, 0, &e);

	while (r >= 0) {
		json_t *answer = NULL, *x;

		r = lab_recv(c, &answer, &e);
		if (r == -ECONNRESET) { /* the lab has ended: so has its stream */
			r = 0;
			break;
		}
		if (r < 0)
			break;
		if ((x = json_object_get(answer, "text"))) {
			ui_print_text(json_string_value(x), json_string_length(x), false);
		} else if ((x = json_object_get(answer, "line"))) {
			json_dump_visible(x, stdout, JSON_COMPACT);
			fputc('\n', stdout);
		} else if ((x = json_object_get(answer, "error"))) {
			r = err_set(&e, (int)json_integer_value(json_object_get(x, "code")), "%s",
			            json_str(x, "message"));
			status = (int)json_integer_value(json_object_get(x, "status"));
		} else {
			json_decref(answer);
			break;
		}
		json_decref(answer);
		if (r >= 0 && fflush(stdout) < 0) /* nobody reads any more */
			break;
	}
	lab_disconnect(c);
	if (r < 0) {
		int mapped = ui_error(&e);

		return status ? status : mapped;
	}
	return EX_DONE;
}

static int cmd_logs(const struct cmd_args *a)
{
	return stream(a, NULL,
	              json_pack("{s:s,s:s,s:b}", "op", "logs", "node", a->argv[0], "follow",
	                        arg_flag(a, "follow")));
}

static int cmd_events(const struct cmd_args *a)
{
	return stream(a, a->argc ? a->argv[0] : NULL,
	              json_pack("{s:s,s:b}", "op", "events", "follow", !arg_flag(a, "no-follow")));
}

static const struct option_def logs_options[] = {
	{ 'f', "follow", NULL, "go on as more is written", false },
	{ 0, NULL, NULL, NULL, false },
};

static const struct option_def events_options[] = {
	{ 0, "no-follow", NULL, "print what has happened so far and end", false },
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(logs,
        {
            .name = "logs",
            .group = "Look",
            .synopsis = "logs NODE [-f]",
            .summary = "prints what a node's processes wrote",
            .help = "What the daemons of a node wrote to standard output and error, oldest first.\n"
                    "Control characters are shown, not sent: \\x1b.\n\n"
                    "  vnetlab logs NVA_1 -f\n  vnetlab logs RouteServer/0",
            .min_args = 1,
            .max_args = 1,
            .kinds = { ARG_NODE },
            .stream = true,
            .opts = logs_options,
            .run = cmd_logs,
        });

COMMAND(events,
        {
            .name = "events",
            .group = "Look",
            .synopsis = "events [LAB]",
            .summary = "prints what happens in a lab, one JSON object a line",
            .help = "Process, session, route and check changes as they happen:\n"
                    "  "
                    "{\"time\":\"...\",\"lab\":\"seed\",\"kind\":\"session\",\"subject\":"
                    "\"RouteServer/NVA_1\",...}\n\n"
                    "Each lab remembers its last 4096. Of more than 200 routes in a second, those\n"
                    "above are one line.\n\n"
                    "  vnetlab events | jq -c 'select(.kind==\"session\")'",
            .max_args = 1,
            .kinds = { ARG_LAB },
            .stream = true,
            .opts = events_options,
            .run = cmd_events,
        });
