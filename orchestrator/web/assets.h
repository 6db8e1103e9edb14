/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of the page, which are part of the program. */
#pragma once

struct web_asset {
	const char *name, *type, *text;
};

/* NULL: there is none of that name. */
const struct web_asset *web_asset(const char *name);
