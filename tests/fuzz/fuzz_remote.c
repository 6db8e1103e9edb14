/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a user types as a host, what somebody's known_hosts has in it, and whatever stands behind
 * --serve. */
#include <assert.h>

#include "base/str.h"
#include "remote/fetch.h"
#include "remote/known_hosts.h"
#include "remote/request.h"
#include "remote/target.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size), *quoted = NULL;
	_cleanup_known_hosts_ struct known_hosts k = { 0 };
	_cleanup_target_ struct target t = { 0 }, again = { 0 };
	const struct known_entry *why;
	json_t *req = NULL;

	if (target_parse(text, &t, NULL) == 0) {
		assert(target_parse(t.text, &again, NULL) == 0);
		assert(streq(t.text, again.text) && streq(t.host, again.host));
	}
	known_hosts_read(&k, text, "known_hosts", "lab.example", "[lab.example]:2222");
	(void)known_hosts_judge(&k, "ssh-ed25519", "AAAA", &why);
	_cleanup_free_ char *order = known_hosts_order(&k, "ssh-ed25519,ssh-rsa");

	assert(strlen(order) == strlen("ssh-ed25519,ssh-rsa"));
	if (request_decode(text, &req, NULL) == 0) {
		_cleanup_free_ char *word = NULL;

		(void)request_encode(req, &word, NULL);
		json_decref(req);
	}
	if (fetch_check(text, NULL) == 0) {
		_cleanup_free_ char *name = fetch_name(text), *below = fetch_below(text, name);

		assert(*name && !strchr(name, '/') && fetch_check(below, NULL) == 0);
	}
	(void)shell_quote(text, &quoted, NULL);
	return 0;
}
