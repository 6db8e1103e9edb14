/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings that have a form: names, addresses, durations, paths. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "schema/lab_name.h"
#include "schema/schema.h"

bool schema_name_valid(const char *s)
{
	size_t n = strlen(s);

	if (n < 1 || n > 80 || !isalnum((unsigned char)*s))
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_.-", *s))
			return false;
	return true;
}

bool schema_tag_valid(const char *s)
{
	if (!isalpha((unsigned char)*s) || strlen(s) > 80)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '.')
			return false;
	return true;
}

bool schema_lab_name_valid(const char *s)
{
	size_t n = strlen(s);

	return n >= 1 && n <= LAB_NAME_MAX &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n && *s != '-' &&
	       s[n - 1] != '-';
}

char *schema_lab_name(const char *base)
{
	struct str s = { 0 };

	for (const char *c = base; *c && *c != '.' && s.n < LAB_NAME_MAX; c++) {
		if (isalnum((unsigned char)*c))
			str_addc(&s, (char)tolower((unsigned char)*c));
		else if (s.n && s.s[s.n - 1] != '-')
			str_addc(&s, '-');
	}
	while (s.n && s.s[s.n - 1] == '-')
		s.s[--s.n] = 0;
	if (!s.n)
		str_add(&s, "lab");
	return str_take(&s);
}

bool schema_pair_valid(const char *s)
{
	const char *slash = strchr(s, '/');
	char first[81];

	if (!slash || slash - s > 80)
		return false;
	snprintf(first, sizeof(first), "%.*s", (int)(slash - s), s);
	return schema_name_valid(first) && schema_name_valid(slash + 1);
}

static bool listen_valid(const char *s)
{
	const char *port = str_starts(s, "tcp/") || str_starts(s, "udp/") ? s + 4 : "";
	size_t n = strspn(port, "0123456789");
	long v = n >= 1 && n <= 5 && !port[n] ? strtol(port, NULL, 10) : 0;

	return v >= 1 && v <= 65535 && *port != '0';
}

static bool community_valid(const char *s)
{
	unsigned part[2] = { 0 };

	for (int i = 0; i < 2; i++) {
		size_t n = strspn(s, "0123456789");

		if (n < 1 || n > 5)
			return false;
		part[i] = (unsigned)strtoul(s, NULL, 10);
		s += n;
		if (*s != (i ? '\0' : ':'))
			return false;
		s++;
	}
	return part[0] <= 65535 && part[1] <= 65535;
}

static bool location_valid(const char *s)
{
	size_t n = strlen(s);

	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != ' ')
			return false;
	return n >= 1 && n <= 60;
}

bool schema_path_valid(const char *s)
{
	size_t n = strlen(s);

	return n && n < 4096 && *s != '/' && s[n - 1] != '/' && !str_starts(s, "../") &&
	       !streq(s, "..") && !strstr(s, "/../") && (n < 3 || !streq(s + n - 3, "/.."));
}

/* Strings with a form: what findings call it, and how the JSON Schema says it. */
static const struct word {
	const char *what, *pattern;
	bool (*valid)(const char *s);
} words[] = {
	[T_LAB_NAME] = { "a name of small letters, digits and \"-\", at most 40",
	                 "^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$", schema_lab_name_valid },
	[T_NAME] = { "a name: letters, digits, \"_\", \".\", \"-\", beginning with a letter or a "
	             "digit, at most 80",
	             NAME_PATTERN, schema_name_valid },
	[T_SUBNET] = { "\"VNET/SUBNET\"", "^[^/]+/[^/]+$", schema_pair_valid },
	[T_PAIR] = { "\"ROUTESERVER/PEERING\"", "^[^/]+/[^/]+$", schema_pair_valid },
	[T_LOCATION] = { "the name of a region, as \"westeurope\"", "^[A-Za-z0-9 ]{1,60}$",
	                 location_valid },
	[T_LISTEN] = { "\"tcp/PORT\" or \"udp/PORT\" with a port from 1 to 65535",
	               "^(tcp|udp)/[1-9][0-9]{0,4}$", listen_valid },
	[T_COMMUNITY] = { "a community \"0..65535:0..65535\", as \"65535:65282\"",
	                  "^[0-9]{1,5}:[0-9]{1,5}$", community_valid },
	[T_DURATION] = { "a duration of at most 24 h, as \"15s\", \"500ms\" or \"2m\"",
	                 "^[0-9]+(\\.[0-9]+)?(ms|s|m|h)?$", NULL },
	[T_IP] = { "an IPv4 address, as \"10.0.0.4\"", "^([0-9]{1,3}\\.){3}[0-9]{1,3}$", NULL },
	[T_PREFIX] = { "an IPv4 prefix, as \"10.0.0.0/16\"",
	               "^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$", NULL },
	[T_PREFIX_OR_TAG] = { "an IPv4 prefix, as \"10.0.0.0/16\", or a service tag, as "
	                      "\"Storage\"",
	                      "^(([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}|[A-Za-z][A-Za-z0-9.]*)$",
	                      schema_tag_valid },
	[T_PATH] = { "the path of a file below the topology's folder, without \"..\"", "^[^/]",
	             schema_path_valid },
	[T_UNSUPPORTED] = { 0 },
};

const char *field_type_pattern(enum field_type t)
{
	return words[t].pattern;
}

bool schema_word_valid(enum field_type t, const char *s)
{
	return !words[t].valid || words[t].valid(s);
}

const char *schema_word_what(enum field_type t)
{
	return words[t].what;
}
