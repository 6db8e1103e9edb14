/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matrix/cause.h"

#include "base/str.h"
#include "matrix/place.h"

struct cause {
	const char *text;
	const char *name; /* of the object, "Hub/nva" */
	const char *pointer;
	bool route; /* a route of a route table to that prefix */
	struct prefix prefix;
};

/* ---- routes, each by itself ---- */

static const char *hop_text(struct arena *a, const struct route *r)
{
	if (r->type == NH_VIRTUAL_APPLIANCE)
		return arena_strdup(a, IP4_STR(r->next_hop));
	return next_hop_type_str(r->type);
}

static const struct route *find_route_to(const struct route_table *t, struct prefix p)
{
	for (size_t i = 0; i < t->n_routes; i++)
		if (prefix_eq(t->routes[i].prefix, p))
			return &t->routes[i];
	return NULL;
}

static void add_route_cause(struct causes *c, const struct route_table *t, struct prefix p,
                            const char *what)
{
	VEC_PUSH(c->v, c->n, c->cap) = (struct cause){
		.text = arena_printf(c->arena, "route table %s %s", t->name, what),
		.name = t->name,
		.pointer = t->ptr ? t->ptr : "",
		.route = true,
		.prefix = p,
	};
}

static void compare_routes(struct causes *c, const struct route_table *old,
                           const struct route_table *now)
{
	for (size_t i = 0; i < old->n_routes; i++) {
		const struct route *a = &old->routes[i], *b = find_route_to(now, a->prefix);

		if (!b)
			add_route_cause(c, now, a->prefix,
			                arena_printf(c->arena, "lost %s", PREFIX_STR(a->prefix)));
		else if (a->type != b->type || a->next_hop != b->next_hop)
			add_route_cause(c, now, a->prefix,
			                arena_printf(c->arena, "sends %s to %s, no longer to %s",
			                             PREFIX_STR(a->prefix), hop_text(c->arena, b),
			                             hop_text(c->arena, a)));
	}
	for (size_t i = 0; i < now->n_routes; i++)
		if (!find_route_to(old, now->routes[i].prefix))
			add_route_cause(c, now, now->routes[i].prefix,
			                arena_printf(c->arena, "gained %s to %s",
			                             PREFIX_STR(now->routes[i].prefix),
			                             hop_text(c->arena, &now->routes[i])));
}

static bool is_told_by_routes(const struct causes *c, const struct change *ch)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].route && strieq(c->v[i].name, ch->name) &&
		    str_starts(ch->detail, "routes"))
			return true;
	return false;
}

static const char *change_text(struct arena *a, const struct change *ch)
{
	static const char *const words[] = { "new", "changed", "gone" };

	return arena_printf(
	    a, "%s %s%s%s", ch->kind, ch->name, ch->action == CHANGE_CHANGE ? ": " : " is ",
	    ch->action == CHANGE_CHANGE && *ch->detail ? ch->detail : words[ch->action]);
}

void causes_init(struct causes *c, const struct model *old, const json_t *old_design,
                 const struct model *now, const json_t *new_design, struct arena *a)
{
	*c = (struct causes){ .old = old, .now = now, .arena = a };
	reconcile(old_design, new_design, &c->changes);
	for (size_t i = 0; i < old->n_route_tables; i++)
		for (size_t k = 0; k < now->n_route_tables; k++)
			if (strieq(old->route_tables[i].name, now->route_tables[k].name))
				compare_routes(c, &old->route_tables[i], &now->route_tables[k]);
	for (size_t i = 0; i < c->changes.n; i++) {
		const struct change *ch = &c->changes.items[i];

		if (is_told_by_routes(c, ch))
			continue;
		_cleanup_free_ char *pointer = change_pointer(new_design, ch->kind, ch->name);

		VEC_PUSH(c->v, c->n, c->cap) =
		    (struct cause){ .text = change_text(a, ch),
			            .name = ch->name,
			            .pointer = arena_strdup(a, pointer) };
	}
}

void causes_done(struct causes *c)
{
	changes_free(&c->changes);
	free(c->v);
}

/* ---- which one ---- */

struct near { /* names of what is on either way, a line for each */
	struct str s;
};

static void add_near(struct near *n, const char *name)
{
	if (name)
		str_printf(&n->s, "\n%s\n", name);
}

static void add_near_nic(struct near *n, const struct nic *x)
{
	add_near(n, x->name);
	add_near(n, x->nsg ? x->nsg->name : NULL);
	if (!x->subnet)
		return;
	add_near(n, x->subnet->name);
	add_near(n, x->subnet->vnet->name);
	add_near(n, x->subnet->nsg ? x->subnet->nsg->name : NULL);
	add_near(n, x->subnet->route_table ? x->subnet->route_table->name : NULL);
	if (x->subnet->vnet->route_server)
		add_near(n, x->subnet->vnet->route_server->name);
}

static void add_near_node(struct near *n, const struct model *m, const char *name)
{
	const struct node *vm = model_vm(m, name);

	add_near(n, name);
	if (vm && vm->role != VM_USER && strrchr(vm->name, '/')) { /* "gateway/0" is of "gateway" */
		_cleanup_free_ char *owner =
		    xstrndup(vm->name, (size_t)(strrchr(vm->name, '/') - vm->name));

		add_near(n, owner);
	}
	for (size_t i = 0; vm && i < vm->n_nics; i++)
		add_near_nic(n, vm->nics[i]);
}

static void add_near_way(struct near *n, const struct model *m, const char *way)
{
	_cleanup_free_ char *copy = xstrdup(way ? way : "");
	char *save = NULL;

	for (char *w = strtok_r(copy, ",|", &save); w; w = strtok_r(NULL, ",|", &save)) {
		w += strspn(w, " ");
		for (size_t k = strlen(w); k && w[k - 1] == ' ';)
			w[--k] = '\0';
		add_near_node(n, m, w);
	}
}

static void add_side(struct near *n, const struct model *m, const struct matrix_outcome *o,
                     const struct matrix_end *from, const struct matrix_class *to)
{
	add_near_way(n, m, o->way);
	add_near_way(n, m, o->back);
	if (o->node)
		add_near_node(n, m, o->node);
	if (from->nic)
		add_near_nic(n, from->nic);
	add_near_node(n, m, from->name);
	if (to->nic)
		add_near_nic(n, to->nic);
	add_near_node(n, m, to->name);
	add_near(n, to->place);
}

static bool is_near(const struct near *n, const char *name)
{
	_cleanup_free_ char *line = xasprintf("\n%s\n", name);

	return n->s.s && strcasestr(n->s.s, line);
}

/* Counts how much of the object's name, "Hub/nva", is on the ways. */
static int name_score(const struct near *n, const char *name)
{
	_cleanup_free_ char *copy = xstrdup(name);
	char *save = NULL;
	int score = 0;

	for (char *w = strtok_r(copy, "/", &save); w; w = strtok_r(NULL, "/", &save))
		score += is_near(n, w) ? 2 : -1;
	return score;
}

static int cause_score(const struct cause *x, const struct near *n, const struct cause_asked *q)
{
	int score = name_score(n, x->name);

	if (!x->route)
		return score;
	bool there =
	    prefix_has(x->prefix, q->old_to->address) || prefix_has(x->prefix, q->new_to->address);
	bool back =
	    prefix_has(x->prefix, q->old_from->ip) || prefix_has(x->prefix, q->new_from->ip);

	return there || back ? score + 3 + x->prefix.len / 16 : -10;
}

const char *causes_ask(const struct causes *c, const struct cause_asked *q,
                       const char **ret_pointer)
{
	struct near n = { 0 };
	const struct cause *best = NULL;
	int most = 0;

	add_side(&n, c->old, q->was, q->old_from, q->old_to);
	add_side(&n, c->now, q->now, q->new_from, q->new_to);
	for (size_t i = 0; i < c->n; i++) {
		int score = cause_score(&c->v[i], &n, q);

		if (score > most || (c->n == 1 && score > -10)) {
			most = score;
			best = &c->v[i];
		}
	}
	str_free_p(&n.s);
	*ret_pointer = best ? best->pointer : "";
	return best ? best->text : "";
}
