/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever a daemon, or somebody in its place, writes to the control socket. */
#include "lab/watch/birdctl.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	_cleanup_free_ char *raw = xstrndup((const char *)data, size), *text = NULL;
	_cleanup_free_ struct bird_session *s = NULL;
	_cleanup_free_ struct bird_path *p = NULL;
	size_t n;
	int code;

	bird_parse_reply(raw, strlen(raw), &text, &code);
	bird_parse_sessions(text ? text : raw, &s, &n);
	bird_parse_routes(text ? text : raw, &p, &n);
	return 0;
}
