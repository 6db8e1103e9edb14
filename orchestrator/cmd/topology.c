/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the topology that a command line names. */
#include "cmd/topology.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "cmd/address.h"
#include "remote/fetch.h"

#define SUFFIX ".vnetlab.json"

char *topology_only_in(const char *dir, size_t *ret_n, struct str *names)
{
	DIR *d = opendir(dir);
	_cleanup_free_ char *first = NULL;
	size_t n = 0;

	for (struct dirent *ent; d && (ent = readdir(d));) {
		size_t len = strlen(ent->d_name);

		if (ent->d_name[0] == '.' || len <= strlen(SUFFIX) ||
		    !streq(ent->d_name + len - strlen(SUFFIX), SUFFIX))
			continue;
		if (n++ == 0)
			first = streq(dir, ".") ? xstrdup(ent->d_name)
			                        : xasprintf("%s/%s", dir, ent->d_name);
		if (names)
			str_printf(names, "\n%s", ent->d_name);
	}
	if (d)
		closedir(d);
	if (ret_n)
		*ret_n = n;
	return n == 1 ? take_ptr(first) : NULL;
}

static int fetch_topology(const struct cmd_args *a, const char *url, char **ret, int *ret_status)
{
	struct err e = { 0 };
	long stall_ms;

	if (!arg_duration(a, "connect-timeout", 15000, &stall_ms)) {
		*ret_status = EX_WRONG_USAGE;
		return -EINVAL;
	}
	ui_progress("fetching %s", url);
	if (address_fetch(url, stall_ms, ret, &e) < 0) {
		*ret_status = e.code == EINVAL ? ui_usage(a, "%s", e.msg) : ui_error(&e);
		return -e.code;
	}
	ui_progress_end();
	return 0;
}

int topology_path(const struct cmd_args *a, const char *arg, char **ret, int *ret_status)
{
	const char *given = arg ? arg : a->topology;
	struct stat st;

	if (given && fetch_is_address(given))
		return fetch_topology(a, given, ret, ret_status);
	if (given && (stat(given, &st) < 0 || !S_ISDIR(st.st_mode))) {
		*ret = xstrdup(given);
		return 0;
	}
	_cleanup_str_ struct str names = { 0 };
	size_t n;
	char *only = topology_only_in(given ? given : ".", &n, &names);

	if (only) {
		*ret = only;
		return 0;
	}
	if (!n && given) { /* an export is a folder */
		*ret = xstrdup(given);
		return 0;
	}
	if (n)
		*ret_status = ui_usage(a, "there are %zu topologies in %s, name one:%s", n,
		                       given ? given : "this folder", str_get(&names));
	else
		*ret_status = ui_usage(a, "which topology? Name a file, or go to a folder that has "
		                          "one *" SUFFIX);
	return -EINVAL;
}
