/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/body.h"

#include <stdbool.h>

#include "rest/id.h"

/* Returns how deep brackets are nested; those in strings do not count. */
static size_t bracket_depth(const char *text, size_t n)
{
	size_t depth = 0, most = 0;
	bool in_string = false;

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '{' || c == '['))
			most = ++depth > most ? depth : most;
		else if (!in_string && (c == '}' || c == ']') && depth)
			depth--;
	}
	return most;
}

json_t *body_parse(const char *text, size_t n, struct rest_failure *f)
{
	json_error_t je;

	if (bracket_depth(text, n) > BODY_DEPTH_MAX) {
		rest_refuse(f, 400, "InvalidRequestContent",
		            "vnetlab: the request is more than %d levels deep.", BODY_DEPTH_MAX);
		return NULL;
	}
	json_t *j = json_loadb(text, n, JSON_REJECT_DUPLICATES, &je);

	/* jansson's words may quote the text, secrets included: its place is enough. */
	if (!j)
		rest_refuse(
		    f, 400, "InvalidRequestContent",
		    "The request content was invalid and could not be deserialized: it is "
		    "no JSON at line %d, column %d (a name may come once, bytes are UTF-8).",
		    je.line, je.column);
	return j;
}

json_t *body_form(const char *text)
{
	json_t *form = rest_query_parse(text, NULL);

	return form ? form : json_object();
}
