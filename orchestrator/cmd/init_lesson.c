/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab init --lesson: a lesson of one's own to begin with. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/str.h"
#include "cmd/init.h"
#include "cmd/learn.h"
#include "lab/client/paths.h"

static const char LESSON_MD[] =
    "# The title of the lesson\n"
    "\n"
    "Tell what somebody sees who does not know the cause: what worked, what does not, since when. "
    "Two or three\n"
    "paragraphs. Say what has to be true in the end, and nothing of how.\n"
    "\n"
    "This one is about a spoke whose traffic to the Internet shall leave through the appliance "
    "`fw`.\n"
    "\n"
    "## Hint\n"
    "\n"
    "Where to look first. Name a command: `vnetlab path web 8.8.8.8`.\n"
    "\n"
    "## Hint\n"
    "\n"
    "What to make of it: which route did it take, and who has the next hop?\n"
    "\n"
    "## Hint\n"
    "\n"
    "The last hint is nearly the answer: the route `out` has to name 10.0.1.4.\n"
    "\n"
    "## Solution\n"
    "\n"
    "Why it was so, why this is the cure, and what to do so that it does not happen again.\n";

static const char LESSON_DESIGN[] =
    "{\n"
    "  \"name\": \"%s\",\n"
    "  \"virtualNetworks\": {\n"
    "    \"hub\": {\n"
    "      \"addressPrefixes\": [\"10.0.0.0/16\"],\n"
    "      \"subnets\": { \"fw\": { \"addressPrefix\": \"10.0.1.0/24\" } },\n"
    "      \"peerings\": { \"to-app\": { \"remoteVirtualNetwork\": \"app\", "
    "\"allowForwardedTraffic\": true } }\n"
    "    },\n"
    "    \"app\": {\n"
    "      \"addressPrefixes\": [\"10.1.0.0/16\"],\n"
    "      \"subnets\": { \"vms\": { \"addressPrefix\": \"10.1.0.0/24\", \"routeTable\": "
    "\"app-rt\" } },\n"
    "      \"peerings\": { \"to-hub\": { \"remoteVirtualNetwork\": \"hub\", "
    "\"allowForwardedTraffic\": true } }\n"
    "    }\n"
    "  },\n"
    "  \"routeTables\": {\n"
    "    \"app-rt\": {\n"
    "      \"routes\": { \"out\": { \"addressPrefix\": \"0.0.0.0/0\", \"nextHopType\": "
    "\"VirtualAppliance\", \"nextHopIpAddress\": \"10.0.1.9\" } }\n"
    "    }\n"
    "  },\n"
    "  \"virtualMachines\": {\n"
    "    \"fw\": {\n"
    "      \"nic\": { \"subnet\": \"hub/fw\", \"privateIPAddress\": \"10.0.1.4\", "
    "\"enableIPForwarding\": true, \"publicIPAddress\": true },\n"
    "      \"sourceNat\": true\n"
    "    },\n"
    "    \"web\": { \"nic\": { \"subnet\": \"app/vms\" }, \"listen\": [\"tcp/80\"] }\n"
    "  },\n"
    "  \"checks\": {\n"
    "    \"web reaches the Internet through fw\": { \"from\": \"web\", \"to\": \"8.8.8.8\", "
    "\"expect\": \"reach\", \"via\": [\"fw\"], \"points\": 2 }\n"
    "  }\n"
    "}\n";

static const char LESSON_SOLUTION[] = "{ \"routeTables\": { \"app-rt\": { \"routes\": { \"out\": { "
                                      "\"nextHopIpAddress\": \"10.0.1.4\" } } } } }\n";

/* "lessons/03-my-lesson" -> "my-lesson"; the caller frees. */
static char *name_of_lesson(const char *folder)
{
	char real[PATH_MAX];
	const char *path = realpath(folder, real) ? real : folder;
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return xstrdup(name + strspn(name, "0123456789-"));
}

static int write_part(const char *folder, const char *file, const char *text, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", folder, file);
	struct stat st;

	if (lstat(path, &st) == 0)
		return err_set(e, EEXIST, "%s exists already, and stays as it is", path);
	return write_whole(path, text, strlen(text), e);
}

int init_lesson(const struct cmd_args *a, const char *folder)
{
	struct err e = { 0 };
	int r = mkdir(folder, 0777) < 0 && errno != EEXIST ? err_sys(&e, errno, "%s", folder) : 0;
	_cleanup_free_ char *name =
	    arg_value(a, "name") ? xstrdup(arg_value(a, "name")) : name_of_lesson(folder);

	if (r == 0 && lab_name_check(name, &e) < 0)
		return ui_usage(a, "%s", e.msg);
	_cleanup_free_ char *file = xasprintf("%s.vnetlab.json", name);
	_cleanup_free_ char *design = xasprintf(LESSON_DESIGN, name);

	if (r == 0)
		r = write_part(folder, "lesson.md", LESSON_MD, &e);
	if (r == 0)
		r = write_part(folder, file, design, &e);
	if (r == 0)
		r = write_part(folder, "solution.json", LESSON_SOLUTION, &e);
	if (r < 0)
		return ui_error(&e);
	ui_print("%s/lesson.md, %s and solution.json are written. Go on with:\n"
	         "  vnetlab learn --lint %s\n",
	         folder, file, folder);
	return EX_DONE;
}
