/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/design.h"

#include <errno.h>
#include <stdio.h>

#include "azure/model.h"
#include "base/json.h"
#include "base/str.h"
#include "input/import/import.h"
#include "input/resources.h"
#include "input/topology.h"
#include "lab/image/image.h"
#include "plan/names.h"
#include "rest/children.h"
#include "rest/machine.h"
#include "rest/rest.h"

/* Each round leaves out what errors are about. */
enum { ROUNDS_MAX = 20 };

/* --- the importer's list ---------------------------------------------------------------------- */

/* Addresses stay as the store has them, also those that Azure chose. */
static void pin_store_address(json_t *properties)
{
	if (member_text(properties, "privateIPAddress", NULL))
		json_object_set_new(properties, "privateIPAllocationMethod", json_string("Static"));
}

static json_t *with_source(json_t *resource, const char *key)
{
	json_t *r = json_copy(resource);
	json_t *properties = json_copy(json_object_get(r, "properties"));

	json_object_set_new(r, "source", json_string(key));
	if (properties) {
		pin_store_address(properties);
		json_object_set_new(r, "properties", properties);
	}
	return r;
}

/* A resource, and behind it its children: each says by its own id where it comes from.  off: a
 * machine that does not run. */
static void add_resource(json_t *list, const char *key, json_t *resource, const json_t *left_out,
                         bool off)
{
	const char *type = member_text(resource, "type", NULL);
	json_t *r = with_source(resource, key), *child;
	size_t i;

	json_array_append_new(list, r);
	if (off)
		json_object_set_new(r, "powerState", json_string("deallocated"));
	for (const struct import_children *c = NULL; type && (c = child_list_next(type, c));) {
		json_t *properties = json_object_get(r, "properties");
		json_t *children = json_incref(json_object_get(properties, c->name));

		json_object_del(properties, c->name);
		json_array_foreach (children, i, child) {
			const char *name = member_text(child, "name", NULL);
			_cleanup_free_ char *path = xasprintf("%s/%s/%s", key, c->name, name);
			_cleanup_free_ char *own = resource_key(path);

			if (!json_object_get(left_out, own))
				json_array_append_new(list, with_source(child, own));
		}
		json_decref(children);
	}
}

static json_t *importer_list(const struct store *s, const json_t *left_out)
{
	json_t *list = json_array(), *r;
	const char *key;

	json_object_foreach (s->resources, key, r)
		if (!json_object_get(left_out, key))
			add_resource(list, key, r, left_out, machine_is_off(s, key));
	return list;
}

/* --- findings --------------------------------------------------------------------------------- */

static bool concerns_nobody(const struct finding *x)
{
	return streq(x->rule, "IMPORT-EMPTY-01"); /* a lab may be empty */
}

static json_t *make_error_json(const struct finding *x)
{
	json_t *j =
	    json_pack("{s:s,s:s,s:o,s:o}", "severity", severity_str(x->severity), "rule", x->rule,
	              "id", text_json_of(x->source), "message", text_json_of(x->message));

	if (x->azure_code)
		json_object_set_new(j, "code", json_string(x->azure_code));
	if (x->hint)
		json_object_set_new(j, "hint", text_json_of(x->hint));
	return j;
}

static bool was_there(const struct designed *was, const json_t *finding)
{
	json_t *x;
	size_t i;

	json_array_foreach (was ? was->findings : NULL, i, x)
		if (json_equal(x, finding))
			return true;
	return false;
}

/* An error that Azure answers, too, refuses the change that brings it. */
static int refuse_by(const struct finding *x, const json_t *j, const struct designed *was,
                     struct rest_failure *f)
{
	if (x->severity != SEV_ERROR || !x->azure_code || was_there(was, j))
		return 0;
	rest_refuse(f, 400, x->azure_code, "%s", x->message);
	rest_failure_detail(f, x->rule, x->hint ? x->hint : x->message);
	return -1;
}

/* Notes the errors' resources; how many are new. */
static size_t leave_out_resources(json_t *left_out, const struct findings *f, json_t *kept)
{
	size_t new = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->items[i];

		if (x->severity != SEV_ERROR || concerns_nobody(x) || !x->source ||
		    json_object_get(left_out, x->source))
			continue;
		json_object_set_new(left_out, x->source, json_true());
		json_array_append_new(kept, make_error_json(x));
		new ++;
	}
	return new;
}

/* --- names and hardware addresses ------------------------------------------------------------- */

/* The only NIC of a machine has its name from that (kinds/vm/nic.c). */
static json_t *name_json(const char *map, const char *owner, const char *key)
{
	if (owner && streq(key, "nic"))
		return json_sprintf("%sVMNic", owner);
	return owner && !streq(map, "nics") ? json_sprintf("%s/%s", owner, key) : json_string(key);
}

/* Every object of the topology that says where it comes from, with the names on the way to it. */
static void collect_names(const json_t *j, const char *map, const char *owner, json_t *names)
{
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)j, key, v) {
		const char *source = member_text(v, "source", NULL);

		if (!json_is_object(v))
			continue;
		if (source && !json_object_get(names, source))
			json_object_set_new(names, source, name_json(map, owner, key));
		collect_names(v, source ? "" : key, source ? key : owner, names);
	}
}

static void set_mac(struct store *s, const char *key, const struct nic *nic)
{
	json_t *r = json_object_get(s->resources, key);
	json_t *properties = json_object_get(r, "properties");
	uint8_t m[6];
	char text[18];

	mac_nic(nic, m);
	snprintf(text, sizeof(text), "%02X-%02X-%02X-%02X-%02X-%02X", m[0], m[1], m[2], m[3], m[4],
	         m[5]);
	if (!properties || streq(member_text(properties, "macAddress", NULL), text))
		return;
	r = json_copy(r);
	properties = json_copy(properties);
	json_object_set_new(properties, "macAddress", json_string(text));
	json_object_set_new(r, "properties", properties);
	json_object_set_new(s->resources, key, r);
}

static void set_macs(struct store *s, const struct model *m, const json_t *names)
{
	json_t *by_name = json_object(), *v;
	const char *key;

	json_object_foreach ((json_t *)names, key, v)
		if (strstr(key, "/microsoft.network/networkinterfaces/"))
			json_object_set_new(by_name, json_string_value(v), json_string(key));
	for (size_t i = 0; i < m->n_nics; i++) {
		const char *nic = member_text(by_name, m->nics[i].name, NULL);

		if (nic)
			set_mac(s, nic, &m->nics[i]);
	}
	json_decref(by_name);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void add_outside(json_t *topology, const json_t *outside)
{
	const char *key, *name;
	json_t *part, *v;

	json_object_foreach ((json_t *)outside, key, part) {
		if (streq(key, "files")) /* not of the topology: the appliances' configurations */
			continue;
		json_t *is = json_object_get(topology, key);

		if (!json_is_object(is) || !json_is_object(part)) {
			json_object_set(topology, key, part);
			continue;
		}
		json_object_foreach (part, name, v)
			json_object_set(is, name, v);
	}
}

static json_t *import_store(const struct rest_options *o, const struct store *s,
                            const json_t *left_out, struct findings *f)
{
	json_t *list = importer_list(s, left_out);
	struct import_options io = {
		.from = "azure",
		.name = o->lab,
		.all_there = true,
		.names = s->names,
		.guests = machines_given(s),
	};
	json_t *x = import_design(list, &io, f);
	json_t *topology = json_object_get(x, "topology");

	json_object_del(topology, "description");
	add_outside(topology, s->outside);
	json_object_update_missing(json_object_get(x, "files"),
	                           json_object_get(s->outside, "files"));
	json_t *design = json_pack("{s:O,s:O,s:s}", "topology", topology, "files",
	                           json_object_get(x, "files"), "path", o->lab);

	images_pack(design);
	json_decref(x);
	json_decref(list);
	json_decref(io.guests);
	return design;
}

/* One round; NULL: with errors in *f. */
static struct model *try_design(const struct rest_options *o, const struct store *s,
                                const json_t *left_out, json_t **ret_design, struct findings *f)
{
	*ret_design = import_store(o, s, left_out, f);
	findings_locate(f, json_object_get(*ret_design, "topology"));
	for (size_t i = 0; i < f->n; i++)
		if (concerns_nobody(&f->items[i]) && f->items[i].severity == SEV_ERROR) {
			f->items[i].severity = SEV_INFO;
			f->errors--;
		}
	return design_checked(*ret_design, f);
}

static int take_findings(const struct findings *f, const struct designed *was, json_t *to,
                         struct rest_failure *failure)
{
	for (size_t i = 0; i < f->n; i++) {
		json_t *j = concerns_nobody(&f->items[i]) ? NULL : make_error_json(&f->items[i]);
		int r = j ? refuse_by(&f->items[i], j, was, failure) : 0;

		if (j)
			json_array_append_new(to, j);
		if (r < 0)
			return r;
	}
	return 0;
}

static int no_design(const struct findings *f, struct rest_failure *failure)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->items[i].severity == SEV_ERROR)
			return rest_refuse(failure, 400, f->items[i].rule, "vnetlab: %s",
			                   f->items[i].message);
	return rest_refuse(failure, 400, "InvalidDesign", "vnetlab: there is no lab like this.");
}

int design_build(const struct rest_options *o, struct store *s, const struct designed *was,
                 struct designed *ret, struct rest_failure *f)
{
	json_t *kept = json_array();
	struct designed d = { .left_out = json_object(), .findings = json_array() };
	struct model *m = NULL;
	int r = 0;

	for (int round = 0; round < ROUNDS_MAX && !m && r == 0; round++) {
		_cleanup_findings_ struct findings found = { 0 };

		json_decref(d.design);
		json_array_clear(d.findings);
		m = try_design(o, s, d.left_out, &d.design, &found);
		r = take_findings(&found, was, d.findings, f);
		if (r < 0 || (!m && !leave_out_resources(d.left_out, &found, kept)))
			r = r < 0 ? r : no_design(&found, f);
	}
	json_array_extend(d.findings, kept);
	json_decref(kept);
	if (r == 0 && !m)
		r = rest_refuse(f, 400, "InvalidDesign",
		                "vnetlab: leaving out what is wrong leaves something wrong.");
	if (r < 0) {
		designed_done(&d);
	} else {
		d.names = json_object();
		collect_names(json_object_get(d.design, "topology"), "", NULL, d.names);
		set_macs(s, m, d.names);
		*ret = d;
	}
	model_free(m);
	return r;
}

struct designed designed_copy(const struct designed *d)
{
	json_incref(d->design);
	json_incref(d->names);
	json_incref(d->findings);
	json_incref(d->left_out);
	return *d;
}

void designed_done(struct designed *d)
{
	json_decref(d->design);
	json_decref(d->names);
	json_decref(d->findings);
	json_decref(d->left_out);
	*d = (struct designed){ 0 };
}
