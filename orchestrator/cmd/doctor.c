/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab doctor: tries everything that labs need, in scratch namespaces, and says for each thing
 * that lacks what it costs and how to get it. */
#include "cmd/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/cmd.h"
#include "kernel/cgroup.h"
#include "report/table.h"

enum { FDS_WANTED = 4096, N_WORLD = 3 /* features that all others need */ };

struct report {
	json_t *list;
	struct table *t;
	unsigned lacks_required, lacks_optional;
};

static void add_requirement(struct report *r, const char *kind, const char *name, bool required,
                            bool ok, const char *detail, const char *costs, const char *fix)
{
	json_array_append_new(r->list,
	                      json_pack("{s:s,s:s,s:b,s:b,s:s,s:s?,s:s?}", "kind", kind, "name",
	                                name, "required", required, "ok", ok, "detail", detail,
	                                "costs", ok ? NULL : costs, "fix", ok ? NULL : fix));
	table_row(r->t, name, ok ? "ok" : required ? "MISSING" : "missing", detail);
	table_color(r->t, 1, ok ? "green" : required ? "red" : "yellow");
	r->lacks_required += !ok && required;
	r->lacks_optional += !ok && !required;
}

static void kernel_version(struct report *r)
{
	struct utsname u;
	int major = 0, minor = 0;

	uname(&u);
	char *end;

	major = (int)strtol(u.release, &end, 10);
	if (*end == '.')
		minor = (int)strtol(end + 1, NULL, 10);
	add_requirement(r, "kernel", "Linux", true, major > 5 || (major == 5 && minor >= 12),
	                u.release, "mount_setattr() is missing: 5.12 is the oldest",
	                "a newer kernel");
}

static void open_files(struct report *r)
{
	struct rlimit l;

	getrlimit(RLIMIT_NOFILE, &l);
	bool ok = l.rlim_max == RLIM_INFINITY || l.rlim_max >= FDS_WANTED;
	_cleanup_free_ char *detail = xasprintf("at most %llu", (unsigned long long)l.rlim_max);

	add_requirement(r, "limit", "open files", false, ok, detail,
	                "labs of over a thousand nodes (three descriptors each)",
	                "ulimit -Hn 65536");
}

static void kernel_features(struct report *r)
{
	const struct trial *t = NULL;
	struct err failed = { 0 };
	bool world = features_try(&t, &failed) == 0; /* false: no feature could be tried */

	for (size_t i = 0; i < N_FEATURES; i++) {
		const struct feature *f = &FEATURES[i];
		bool ok = world && t[i].ok;
		const char *why = world ? t[i].e.msg : i ? "not tried" : failed.msg;

		add_requirement(r, "kernel", f->name, f->required, ok, ok ? "" : why, f->costs,
		                f->fix);
		if (!ok && i < N_WORLD)
			world = false;
	}
}

static void small_lab(struct report *r)
{
	struct err e = { 0 };
	bool ok = small_lab_probe(&e) == 0;

	add_requirement(r, "lab", "a small lab", true, ok, ok ? "" : e.msg, "no lab",
	                "as it says above; in a container: docs/containers.md");
}

static void report_node_memory(struct report *r)
{
	struct err e = { 0 };
	_cleanup_free_ char *parent = cgroup_parent(&e);
	const char *fix =
	    e.code == ENODEV
	        ? "a system whose cgroups are all of version 2 (systemd.unified_cgroup_hierarchy=1)"
	    : access("/run/systemd/system", F_OK) < 0
	        ? "VNETLAB_CGROUP=FOLDER, of a cgroup of version 2 that is yours"
	    : geteuid() == 0
	        ? "start labs with: systemd-run --scope -p Delegate=yes vnetlab up ..."
	        : "start labs with: systemd-run --user --scope -p Delegate=yes vnetlab up ...";

	add_requirement(
	    r, "limit", "a cgroup for each node", false, parent, parent ? parent : e.msg,
	    "a node's memory as a whole is not bounded, but each of its processes (2 GiB)", fix);
}

static void programs(struct report *r)
{
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		const struct program *p = &PROGRAMS[i];
		_cleanup_free_ char *path = NULL, *version = NULL;
		struct err e = { 0 };
		bool ok = program_probe(p, &path, &version, &e) == 0;
		_cleanup_free_ char *detail =
		    ok ? xasprintf("%s%s%s", version, *version ? ", " : "", path) : xstrdup(e.msg);
		_cleanup_free_ char *fix =
		    p->fix ? xstrdup(p->fix)
		    : p->service
		        ? xasprintf("make deps; or apt-get install %s, which starts a service "
		                    "that this host does not need: systemctl disable --now %s",
		                    p->package, p->service)
		        : xasprintf("apt-get install %s", p->package);

		add_requirement(r, "program", p->name, p->required, ok, detail, p->costs, fix);
	}
}

static void print_advice(const struct report *r)
{
	size_t i;
	json_t *x;

	json_array_foreach (r->list, i, x) {
		if (json_is_true(json_object_get(x, "ok")))
			continue;
		ui_print("\n%s is missing%s\n    costs: %s\n    get it: %s\n",
		         json_string_value(json_object_get(x, "name")),
		         json_is_true(json_object_get(x, "required")) ? ""
		                                                      : " (labs run without it)",
		         json_string_value(json_object_get(x, "costs")),
		         json_string_value(json_object_get(x, "fix")));
	}
	if (r->lacks_required)
		ui_print("\nLabs cannot run here.\n");
	else
		ui_print("\nLabs can run here, %s.\n",
		         geteuid() == 0 ? "as root" : "as an ordinary user");
}

static int cmd_doctor(const struct cmd_args *a)
{
	_cleanup_table_ struct table *t = table_new("Needed", "State", "Detail");
	struct report r = { .list = json_array(), .t = t };

	kernel_version(&r);
	kernel_features(&r);
	small_lab(&r);
	open_files(&r);
	report_node_memory(&r);
	programs(&r);
	if (a->json) {
		ui_json(json_pack("{s:b,s:O}", "ok", !r.lacks_required, "checks", r.list));
	} else {
		table_print(t, stdout);
		print_advice(&r);
	}
	json_decref(r.list);
	return r.lacks_required ? EX_LACKS : EX_DONE;
}

COMMAND(
    doctor,
    { .name = "doctor",
      .group = "Tool",
      .synopsis = "doctor",
      .summary = "has this machine all that labs need?",
      .help = "Tries each feature of the kernel in scratch namespaces (nothing of the machine is "
              "changed, no root needed) and looks for the routing daemons. For each thing that "
              "is missing it says what that costs and how to get it. Last it builds a lab of one\n"
              "virtual machine: what it says of this machine is what 'up' finds.\n\n"
              "Status 4 when labs cannot run at all.\n\n"
              "  vnetlab doctor\n"
              "  vnetlab doctor -o json | jq '.checks[] | select(.ok | not)'",
      .common_output = true,
      .run = cmd_doctor });
