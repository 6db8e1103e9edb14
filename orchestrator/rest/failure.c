/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/failure.h"

#include <stdio.h>

#include "base/format.h"
#include "base/json.h"
#include "base/str.h"

int rest_refuse(struct rest_failure *f, int status, const char *code, const char *fmt, ...)
{
	struct str s = { 0 };
	va_list ap;
	char *text = NULL;

	rest_failure_done(f);
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	str_add(&s, text);
	free(text);
	f->status = status;
	snprintf(f->code, sizeof(f->code), "%s", code);
	f->message = str_take(&s);
	return -1;
}

void rest_failure_detail(struct rest_failure *f, const char *code, const char *message)
{
	if (!f->details)
		f->details = json_array();
	json_array_append_new(
	    f->details, json_pack("{s:s,s:o}", "code", code, "message", text_json_of(message)));
}

json_t *rest_failure_json(const struct rest_failure *f)
{
	json_t *e = json_pack("{s:s,s:o}", "code", f->code, "message", text_json_of(f->message));

	if (f->details)
		json_object_set(e, "details", f->details);
	return json_pack("{s:o}", "error", e);
}

void rest_failure_take(struct rest_failure *f, int status, const json_t *j)
{
	const json_t *e = json_object_get(j, "error");
	const char *code = json_string_value(json_object_get(e, "code"));
	const char *message = json_string_value(json_object_get(e, "message"));

	rest_refuse(f, status, code ? code : "Failed", "%s", message ? message : "");
	f->details = json_incref(json_object_get(e, "details"));
}

struct rest_failure rest_failure_copy(const struct rest_failure *f)
{
	struct rest_failure c = *f;

	c.message = xstrdup(f->message ? f->message : "");
	json_incref(c.details);
	return c;
}

void rest_failure_done(struct rest_failure *f)
{
	free(f->message);
	json_decref(f->details);
	*f = (struct rest_failure){ 0 };
}
