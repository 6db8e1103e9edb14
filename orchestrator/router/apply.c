/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fabric's kernel state made what the design, stopped VMs and routes want. */
#include "base/clock.h"
#include "router/router_priv.h"

static int apply_now(struct router *r, struct err *e)
{
	const struct runtime rt = { .vm_stopped = r->stopped, .backend_down = r->down };

	if (!r->kernel && fabric_kernel_open(-1, &r->kernel, e) < 0)
		return -e->code;
	if (programmer_run(r->prog, clock_ms(), report_programmed, r))
		r->version++;
	return fabric_apply(r->kernel, fabric_compile(r->model, programmer_rib(r->prog), &rt),
	                    &r->last, e);
}

void router_say_applied(struct router *r)
{
	router_say(r, json_pack("{s:s,s:I,s:I,s:I,s:f,s:I,s:b}", "event", "applied", "generation",
	                        r->generation, "changes", (json_int_t)r->last.total, "missing",
	                        (json_int_t)r->last.missing, "ms", r->last_ms, "version",
	                        r->version, "more", r->more));
}

void router_apply(struct router *r, bool more)
{
	struct err e = { 0 };
	int64_t began = clock_us();

	r->dirty = false;
	if (!r->model)
		return;
	r->failed = apply_now(r, &e) < 0;
	report_rest(r);
	if (r->failed) {
		router_say_error(r, &e);
		router_retry(r);
		return;
	}
	r->last_ms = (double)(clock_us() - began) / 1e3;
	r->applied++;
	r->changes += r->last.total;
	r->more = more;
	router_say_applied(r);
}

void router_links_changed(struct router *r)
{
	if (!r->kernel) { /* it will read what is there when it is opened */
		nl_link_monitor_read(r->links, NULL, NULL);
		return;
	}
	if (!fabric_kernel_ports_changed(r->kernel, r->links))
		return;
	fabric_kernel_forget(r->kernel);
	if (r->model)
		router_dirty(r);
}
