/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/assets.h"

#include "base/str.h"
#include "report/page.h"
#include "report/picture.h"

/* The assembler puts the file in, as it is; make runs in the project's folder. */
#define FILE_OF_PAGE(symbol, file) \
	__asm__(".section .rodata\n" \
	        ".global web_file_" #symbol "\n" \
	        "web_file_" #symbol ":\n" \
	        ".incbin \"orchestrator/web/" file "\"\n" \
	        ".byte 0\n" \
	        ".previous\n"); \
	extern const char web_file_##symbol[]

FILE_OF_PAGE(page_html, "page.html");
FILE_OF_PAGE(page_css, "page.css");
FILE_OF_PAGE(page_js, "page.js");
FILE_OF_PAGE(picture_js, "picture.js");
FILE_OF_PAGE(control_js, "control.js");

const struct web_asset *web_asset(const char *name)
{
	static const char html[] = "text/html; charset=utf-8", css[] = "text/css; charset=utf-8",
	                  js[] = "text/javascript; charset=utf-8";
	static const struct web_asset assets[] = {
		{ "page.html", html, web_file_page_html },
		{ "page.css", css, web_file_page_css },
		{ "page.js", js, web_file_page_js },
		{ "picture.js", js, web_file_picture_js },
		{ "control.js", js, web_file_control_js },
		{ "report.css", css, page_style },
		{ "picture.css", css, picture_style },
	};

	for (size_t i = 0; i < ARRAY_LEN(assets); i++)
		if (streq(assets[i].name, name))
			return &assets[i];
	return NULL;
}
