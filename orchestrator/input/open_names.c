/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that follow from a path: of the file, of its folder, of the lab. */
#include <limits.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/str.h"
#include "input/open_priv.h"
#include "schema/lab_name.h"

const char *open_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The folder of scripts that a template names; the caller frees. */
char *open_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return xstrdup(path);
	return !slash          ? xstrdup(".")
	       : slash == path ? xstrdup("/")
	                       : xstrndup(path, (size_t)(slash - path));
}

/* True for a name that tools and examples give every file of theirs: it says nothing. */
static bool says_nothing(const char *name)
{
	static const char *const words[] = {
		"azuredeploy",
		"main",
		"maintemplate",
		"template",
		"plan",
		"tfplan",
		"export",
		"deploy",
		"resources",
		"terraform",
		/* folders */
		"templates",
		"bicep",
		"infra",
		"infrastructure",
		"iac",
		"arm",
		"src",
		"code",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i]);

		if (!strncasecmp(name, words[i], n) && (!name[n] || name[n] == '.'))
			return true;
	}
	return false;
}

/* The caller frees. */
char *open_lab_name(const char *path)
{
	char real[PATH_MAX];
	_cleanup_free_ char *full = xstrdup(realpath(path, real) ? real : path);
	const char *base = open_base_name(full);

	for (unsigned k = 0; k < 3 && says_nothing(base) && base > full + 1; k++) {
		full[base - full - 1] = 0;
		base = open_base_name(full);
	}
	return schema_lab_name(base);
}
