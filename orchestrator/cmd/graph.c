/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab graph: a picture of a topology file or of a running lab. */
#include <errno.h>
#include <stdio.h>

#include "base/str.h"
#include "cmd/design.h"
#include "cmd/labs.h"
#include "cmd/topology.h"
#include "input/topology.h"
#include "lab/client/client.h"
#include "report/picture.h"

/* The design of a running lab, and what `status` says of it. */
static int ask_lab(const char *lab, json_t **ret_design, json_t **ret_status, struct err *e)
{
	static const char *const ops[] = { "design", "status" };
	json_t **answers[] = { ret_design, ret_status };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(ops) && r == 0; i++) {
		struct lab_client *c = NULL;

		r = lab_connect(lab, &c, e);
		if (r == 0)
			r = lab_call(c, json_pack("{s:s}", "op", ops[i]), NULL, NULL, answers[i],
			             NULL, e);
		lab_disconnect(c);
	}
	return r;
}

static int read_graph_file(const struct cmd_args *a, const char *arg, struct findings *f,
                           json_t **ret_design, int *ret_status)
{
	_cleanup_free_ char *path = NULL;
	struct err e = { 0 };
	int r = topology_path(a, arg, &path, ret_status);

	if (r < 0)
		return r;
	*ret_design = design_load(a, path, f, &e);
	if (*ret_design)
		return 0;
	if (e.code == ENOENT && arg && !strchr(arg, '/')) {
		err_set(&e, ENOENT, "there is neither a running lab nor a file called \"%s\"", arg);
		*ret_status = ui_error(&e);
	} else if (e.code) {
		*ret_status = ui_error(&e);
	} else {
		ui_findings(f);
		*ret_status = EX_INVALID_DESIGN;
	}
	return -EINVAL;
}

static int draw(const struct cmd_args *a, json_t *design, const json_t *status, struct findings *f)
{
	const char *format = arg_value(a, "format");
	struct model *m = design_checked(design, f);

	if (!m) {
		ui_findings(f);
		return EX_INVALID_DESIGN;
	}
	enum session_state **states = picture_states(m, status);
	struct picture p = { .m = m, .states = states };
	_cleanup_free_ char *text = !format || streq(format, "svg") ? picture_svg(&p)
	                            : streq(format, "dot")          ? picture_dot(&p)
	                                                            : picture_mermaid(&p);

	ui_print_text(text, strlen(text), false);
	picture_states_free(states, m->n_route_servers);
	model_free(m);
	return EX_DONE;
}

static int cmd_graph(const struct cmd_args *a)
{
	const char *arg = a->argc ? a->argv[0] : NULL;
	bool of_lab = arg ? !strchr(arg, '/') && lab_is_up(arg) : a->lab && !a->topology;
	_cleanup_findings_ struct findings f = { 0 };
	json_t *design = NULL, *status = NULL;
	struct err e = { 0 };
	int ret;

	if (of_lab) {
		int r = ask_lab(arg ? arg : a->lab, &design, &status, &e);

		ret = r < 0 ? ui_error(&e) : draw(a, json_object_get(design, "design"), status, &f);
	} else if (read_graph_file(a, arg, &f, &design, &ret) == 0) {
		ret = draw(a, design, NULL, &f);
	}
	json_decref(design);
	json_decref(status);
	return ret;
}

COMMAND(
    graph,
    { .name = "graph",
      .group = "Look",
      .synopsis = "graph [FILE|LAB] [--format svg|dot|mermaid]",
      .summary = "a picture of a topology or of a running lab",
      .help = "Draws VNets, subnets, NICs, Route Servers, peerings, BGP connections, gateways' "
              "connections, circuits and sites; of a "
              "running lab with the states of its sessions. SVG is drawn by vnetlab itself, dot "
              "is for graphviz, mermaid for Markdown pages.\n\n"
              "  vnetlab graph my.vnetlab.json > my.svg\n"
              "  vnetlab graph mylab --format mermaid",
      .max_args = 1,
      .kinds = { ARG_FILE },
      .opts = (const struct option_def[]){ { 0, "format", "svg|dot|mermaid", "default: svg",
                                             false },
                                           DESIGN_OPTIONS,
                                           { 0 } },
      .run = cmd_graph });
