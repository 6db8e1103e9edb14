/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that grow. */
#include <strings.h>

#include "input/arm/value/val.h"

/* What is outgrown stays in the arena: most objects have two members. */
enum { FIRST_MEMBERS = 2 };

static void grow_builder(struct val_builder *b, size_t cap, size_t size, void **list)
{
	void *bigger = arena_array(b->a, cap, size);

	if (b->n)
		memcpy(bigger, *list, b->n * size);
	*list = bigger;
	b->cap = cap;
}

void val_push(struct val_builder *b, const struct val *v)
{
	if (b->n == b->cap)
		grow_builder(b, b->cap ? b->cap * 2 : FIRST_MEMBERS, sizeof(const struct val *),
		             (void **)&b->items);
	b->items[b->n++] = v;
}

/* The slot of key, or the free one where it belongs. */
static uint32_t *slot_of_key(struct val_builder *b, const char *key, uint32_t hash)
{
	size_t i = hash & (b->n_slots - 1);

	while (b->slots[i]) {
		const struct member *m = &b->members[b->slots[i] - 1];

		if (m->hash == hash && !strcasecmp(m->key, key))
			break;
		i = (i + 1) & (b->n_slots - 1);
	}
	return &b->slots[i];
}

static void rehash_builder(struct val_builder *b)
{
	b->n_slots = b->n_slots ? b->n_slots * 2 : 32;
	b->slots = arena_array(b->a, b->n_slots, sizeof(*b->slots));
	for (size_t i = 0; i < b->n; i++)
		*slot_of_key(b, b->members[i].key, b->members[i].hash) = (uint32_t)i + 1;
}

static struct member *find_built_member(struct val_builder *b, const char *key, uint32_t hash)
{
	if (b->slots) {
		uint32_t *s = slot_of_key(b, key, hash);

		return *s ? &b->members[*s - 1] : NULL;
	}
	for (size_t i = 0; i < b->n; i++)
		if (b->members[i].hash == hash && !strcasecmp(b->members[i].key, key))
			return &b->members[i];
	return NULL;
}

void val_set(struct val_builder *b, const char *key, const struct val *v)
{
	uint32_t hash = (uint32_t)str_hash(key, 0) | 1;
	struct member *m = find_built_member(b, key, hash);

	if (m) {
		m->v = v;
		return;
	}
	if (b->n == b->cap)
		grow_builder(b, b->cap ? b->cap * 2 : FIRST_MEMBERS, sizeof(struct member),
		             (void **)&b->members);
	b->members[b->n++] = (struct member){ key, v, hash };
	if (b->slots ? b->n * 2 > b->n_slots : b->n > 12)
		rehash_builder(b);
	else if (b->slots)
		*slot_of_key(b, key, hash) = (uint32_t)b->n;
}

void val_expect(struct val_builder *b, size_t members)
{
	if (b->n + members > b->cap)
		grow_builder(b, b->n + members, sizeof(struct member), (void **)&b->members);
}

void val_set_all(struct val_builder *b, const struct val *obj)
{
	if (!b->n && obj && obj->type == V_OBJ)
		val_expect(b, obj->n);
	for (uint32_t i = 0; obj && obj->type == V_OBJ && i < obj->n; i++)
		val_set(b, obj->members[i].key, obj->members[i].v);
}

void val_drop(struct val_builder *b, const char *key)
{
	struct member *m = find_built_member(b, key, (uint32_t)str_hash(key, 0) | 1);

	if (!m)
		return;
	size_t at = (size_t)(m - b->members);

	memmove(m, m + 1, (b->n - at - 1) * sizeof(*m));
	b->n--;
	b->slots = NULL;
	b->n_slots = 0;
	if (b->n > 12)
		rehash_builder(b);
}

const struct val *val_built_arr(struct val_builder *b)
{
	return val_arr(b->a, b->items, b->n);
}

const struct val *val_built_obj(struct val_builder *b)
{
	return val_obj(b->a, b->members, b->n);
}
