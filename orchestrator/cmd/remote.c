/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/remote.h"

#include <errno.h>

#include "base/json.h"

int remote_connect(const struct cmd_args *a, const char *lab, struct lab_client **ret)
{
	struct err e = { 0 };

	if (lab_connect(lab ? lab : a->lab, ret, &e) < 0)
		return ui_error(&e);
	return EX_DONE;
}

int remote_call(const struct cmd_args *a, const char *lab, json_t *req, json_t **ret)
{
	struct lab_client *c = NULL;
	struct err e = { 0 };
	int status = remote_connect(a, lab, &c);

	if (status != EX_DONE) {
		json_decref(req);
		return status;
	}
	status = 0;
	if (lab_call(c, req, NULL, NULL, ret, &status, &e) < 0) {
		int mapped = ui_error(&e);

		status = status ? status : mapped;
	} else {
		status = EX_DONE;
	}
	lab_disconnect(c);
	return status;
}

const char *json_str(const json_t *obj, const char *key)
{
	return member_text(obj, key, "");
}
