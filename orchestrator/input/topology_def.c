/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of the whole topology file: its own fields, and a map for each kind of resource. */
#include "input/topology_def.h"

#include <assert.h>

#include "azure/kind.h"
#include "checks/check.h"

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
#define UNSUPPORTED(key, what, other) \
	{ .name = (key), .type = T_UNSUPPORTED, .help = (what), .instead = (other) }
/* clang-format on */

static bool is_reason_text(const char *s)
{
	return s[strspn(s, " \t\r\n")] != '\0';
}

static const struct text_form reason_form = { "a reason, for whoever reads the finding",
	                                      is_reason_text };

static const struct field before_kinds[] = { { .name = "$schema",
	                                       .type = T_TEXT,
	                                       .shows = SHOWS_AS_IT_RUNS,
	                                       .help = "For editors; not read." },
	                                     { .name = "name",
	                                       .type = T_LAB_NAME,
	                                       .shows = SHOWS_AS_IT_RUNS,
	                                       .at = AT(struct model, name),
	                                       .help =
	                                           "The lab's name. Without it: the file's name." },
	                                     { .name = "description",
	                                       .type = T_TEXT,
	                                       .shows = SHOWS_AS_IT_RUNS,
	                                       .at = AT(struct model, description),
	                                       .help = "What the design is about." },
	                                     { .name = "settings",
	                                       .type = T_OBJECT,
	                                       .shows = SHOWS_INSIDE,
	                                       .help = "How the emulation behaves." },
	                                     END };

static const struct field after_kinds[] = {
	{ .name = "checks",
	  .type = T_MAP,
	  .shows = SHOWS_AS_IT_RUNS,
	  .item = T_CHECK,
	  .choices = check_defs,
	  .keys = KEYS_TEXT,
	  .help = "What must hold: a sentence to a check." },
	{ .name = "suppress",
	  .type = T_MAP,
	  .shows = SHOWS_AS_IT_RUNS,
	  .item = T_TEXT,
	  .form = &reason_form,
	  .keys = KEYS_TEXT,
	  .help =
	      "Rules whose warnings are meant so: `{\"RULE\": \"reason\"}`. They become remarks "
	      "that show the reason. Errors are not suppressed." },
	{ .name = "whenFails",
	  .type = T_MAP,
	  .shows = SHOWS_AS_IT_RUNS,
	  .item = T_DURATION,
	  .keys = KEYS_TEXT,
	  .help = "How long vnetlab test --failures lets packets be lost when what is called so "
	          "fails; * and ? in a name match several, \"A + B\" are two at once." },
	UNSUPPORTED("virtualHubs", "Azure Virtual WAN",
	            "a virtual network with a Route Server and gateways is its nearest "
	            "relation"),
	UNSUPPORTED("virtualWans", "Azure Virtual WAN", "see virtualHubs"),
	UNSUPPORTED("applicationGateways", "Application Gateway",
	            "put a VM in its place that listens on its ports"),
	UNSUPPORTED("bastionHosts", "Azure Bastion",
	            "leave it out: vnetlab shell NODE leads into every VM"),
	END
};

static struct field kind_field(const struct kind *k)
{
	return (struct field){ .name = k->key,
		               .type = k->single ? T_OBJECT : T_MAP,
		               .item = k->single ? T_TEXT : T_OBJECT,
		               .object = k->object,
		               .shows = SHOWS_INSIDE,
		               .nodes = k->nodes,
		               .help = k->help };
}

static size_t append_fields(struct field *to, size_t n, size_t cap, const struct field *from)
{
	for (; from->name; from++) {
		assert(n + 1 < cap);
		to[n++] = *from;
	}
	return n;
}

const struct object_def *settings_def(void)
{
	static struct field fields[96];
	static struct object_def def;
	size_t n;

	if (def.fields)
		return &def;
	n = append_fields(fields, 0, ARRAY_LEN(fields), schema_settings.fields);
	for (size_t i = 0; kinds[i]; i++)
		if (kinds[i]->settings)
			n = append_fields(fields, n, ARRAY_LEN(fields), kinds[i]->settings);
	def = (struct object_def){ schema_settings.id, schema_settings.title, schema_settings.help,
		                   fields };
	return &def;
}

const struct object_def *topology_def(void)
{
	static struct field fields[96];
	static struct object_def def;
	size_t n;

	if (def.fields)
		return &def;
	n = append_fields(fields, 0, ARRAY_LEN(fields), before_kinds);
	fields[n - 1].object = settings_def();
	for (size_t i = 0; kinds[i]; i++) {
		const struct field row[] = { kind_field(kinds[i]), END };

		n = append_fields(fields, n, ARRAY_LEN(fields), row);
	}
	append_fields(fields, n, ARRAY_LEN(fields), after_kinds);
	def = (struct object_def){ "topology", "the topology", NULL, fields };
	return &def;
}
