/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/check.h"

#include "base/json.h"
#include "checks/fields.h"

enum { HTTP_PORT = 80 };

const struct enum_value check_levels[] = { { "error", 0, NULL, NULL },
	                                   { "warning", 1, NULL, NULL },
	                                   END };
const struct enum_value check_protocols[] = { { "icmp", 0, NULL, NULL },
	                                      { "tcp", 1, NULL, NULL },
	                                      { "udp", 2, NULL, NULL },
	                                      { "http", 3, NULL, NULL },
	                                      END };

const char *check_protocol(const struct check *c)
{
	return c->protocol < 0 ? NULL : check_protocols[c->protocol].name;
}

uint32_t check_port(const struct check *c)
{
	return c->port || !streq(check_protocol(c), "http") ? c->port : HTTP_PORT;
}

void judgement_free(struct judgement *j)
{
	free(j->text);
	j->text = NULL;
}

const char *check_text(const json_t *o, const char *key)
{
	return member_text(o, key, "");
}

struct judgement check_judged(bool holds, struct str *seen)
{
	return (struct judgement){ holds, str_take(seen) };
}
