/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The option --format of commands whose result people read first. */
#pragma once

#include "base/str.h"
#include "cmd/cmd.h"
#include "report/report.h"

/* clang-format off */
#define FORMAT_OPTION \
	{ .name = "format", \
	  .arg = "human|json|github|sarif|junit|tap|markdown", \
	  .help = "of what is printed; default: human, or json with -o json" }
/* clang-format on */
#define FORMAT_HELP \
	"--format github prints workflow commands, which GitHub shows beside the changed lines; " \
	"sarif is for code scanning and editors, junit and tap for CI servers, markdown is a " \
	"comment for a pull request. "

/* The format that --format and -o ask for; the values were looked at already. */
static inline enum report_format format_asked(const struct cmd_args *a)
{
	const char *given = arg_value(a, "format");

	if (given)
		return (enum report_format)report_format_parse(given);
	return a->json ? REPORT_JSON : REPORT_HUMAN;
}
