/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab init: a small design of one's own to begin with. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/init.h"
#include "cmd/topology.h"
#include "lab/client/paths.h"

/* JSON has no comments, but every object takes a "description". */
static const char TOPOLOGY[] =
    "{\n"
    "  \"name\": \"%s\",\n"
    "  \"description\": \"A hub with a Route Server. The appliance nva announces what is behind "
    "it, "
    "10.77.0.0/16; the Route Server tells the NICs of the whole VNet, and app reaches it.\",\n"
    "  \"virtualNetworks\": {\n"
    "    \"Hub\": {\n"
    "      \"addressPrefixes\": [\"10.0.0.0/16\"],\n"
    "      \"subnets\": {\n"
    "        \"NVA\": { \"addressPrefix\": \"10.0.1.0/24\" },\n"
    "        \"Apps\": { \"addressPrefix\": \"10.0.2.0/24\" },\n"
    "        \"RouteServerSubnet\": { \"description\": \"Azure demands this name, and a /26 or "
    "more. "
    "The instances get .4 and .5.\", \"addressPrefix\": \"10.0.3.0/26\" }\n"
    "      }\n"
    "    }\n"
    "  },\n"
    "  \"routeServers\": {\n"
    "    \"rs\": {\n"
    "      \"virtualNetwork\": \"Hub\",\n"
    "      \"bgpConnections\": { \"nva\": { \"peerIp\": \"10.0.1.4\", \"peerAsn\": 65001 } }\n"
    "    }\n"
    "  },\n"
    "  \"virtualMachines\": {\n"
    "    \"nva\": {\n"
    "      \"description\": \"FRR with a file of its own. Without config, a bgp block generates "
    "one: "
    "{ \\\"asn\\\": 65001, \\\"advertise\\\": [\\\"10.77.0.0/16\\\"] }.\",\n"
    "      \"image\": \"frr\",\n"
    "      \"nic\": { \"subnet\": \"Hub/NVA\", \"privateIPAddress\": \"10.0.1.4\", "
    "\"enableIPForwarding\": true },\n"
    "      \"config\": { \"frr.conf\": \"nva/frr.conf\" },\n"
    "      \"loopbacks\": [\"10.77.0.1\"]\n"
    "    },\n"
    "    \"app\": {\n"
    "      \"description\": \"Without an image a plain VM: it answers pings, and connections where "
    "it "
    "listens.\",\n"
    "      \"nic\": { \"subnet\": \"Hub/Apps\" },\n"
    "      \"listen\": [\"tcp/80\"]\n"
    "    }\n"
    "  },\n"
    "  \"checks\": {\n"
    "    \"nva has a session with both instances\": { \"bgp\": \"rs/nva\", \"expect\": "
    "\"Established\" },\n"
    "    \"app's NIC sends what is behind nva to it\": {\n"
    "      \"effectiveRoutes\": \"app\",\n"
    "      \"contains\": [{ \"addressPrefix\": \"10.77.0.0/16\", \"nextHopIpAddress\": "
    "[\"10.0.1.4\"] }]\n"
    "    },\n"
    "    \"app reaches it\": { \"from\": \"app\", \"to\": \"10.77.0.1\", \"expect\": \"reach\", "
    "\"via\": [\"nva\"] },\n"
    "    \"nva reaches app's port 80\": { \"from\": \"nva\", \"to\": \"app\", \"protocol\": "
    "\"tcp\", "
    "\"port\": 80, \"expect\": \"reach\" },\n"
    "    \"nothing loops, nothing flaps\": { \"audit\": [\"loops\", \"flaps\"] }\n"
    "  }\n"
    "}\n";

static const char FRR_CONF[] =
    "! The appliance's own file, as it would stand in /etc/frr/frr.conf of the VM in Azure.\n"
    "frr defaults traditional\n"
    "hostname nva\n"
    "!\n"
    "! The Route Server is in another subnet: the VNet's router, .1, leads there.\n"
    "ip route 10.0.3.0/26 10.0.1.1\n"
    "!\n"
    "router bgp 65001\n"
    " bgp router-id 10.0.1.4\n"
    " ! Without these two FRR takes and announces nothing, and does not say so.\n"
    " no bgp ebgp-requires-policy\n"
    " no bgp network import-check\n"
    " ! Azure's AS is 65515. Both instances are peers, always; they are not in this subnet.\n"
    " neighbor azure peer-group\n"
    " neighbor azure remote-as 65515\n"
    " neighbor azure ebgp-multihop 2\n"
    " neighbor azure timers connect 5\n"
    " neighbor 10.0.3.4 peer-group azure\n"
    " neighbor 10.0.3.5 peer-group azure\n"
    " address-family ipv4 unicast\n"
    "  network 10.77.0.0/16\n"
    " exit-address-family\n"
    "!\n";

enum { NAME_MAX_CHARS = 40 };

/* The characters that a shell takes as they stand. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@%"

/* The folder's name as that of a lab; the caller frees. */
static char *name_of_folder(const char *folder)
{
	char real[PATH_MAX];
	const char *path = realpath(folder, real) ? real : folder;
	const char *slash = strrchr(path, '/');
	struct str s = { 0 };

	for (const char *c = slash ? slash + 1 : path; *c && s.n < NAME_MAX_CHARS; c++) {
		if (isascii(*c) && isalnum((unsigned char)*c))
			str_addc(&s, (char)tolower((unsigned char)*c));
		else if (s.n && s.s[s.n - 1] != '-')
			str_addc(&s, '-');
	}
	while (s.n && s.s[s.n - 1] == '-')
		s.s[--s.n] = '\0';
	if (!s.n)
		str_add(&s, "lab");
	return str_take(&s);
}

static int make_folder(const char *path, struct err *e)
{
	return mkdir(path, 0777) < 0 && errno != EEXIST ? err_sys(e, errno, "%s", path) : 0;
}

/* A file that exists stays as it is. */
static int write_new_file(const char *path, const char *text, struct err *e)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0 && errno == EEXIST)
		return err_set(e, EEXIST, "%s exists already, and stays as it is", path);
	if (fd < 0)
		return err_sys(e, errno, "%s", path);
	int r = write_all(fd, text, strlen(text));

	return r < 0 ? err_sys(e, -r, "%s", path) : 0;
}

/* Refuses files that are there already: with a second topology a folder has none that is found
 * without its name. */
static int refuse_used(const char *folder, const char *frr, struct err *e)
{
	_cleanup_str_ struct str names = { 0 };
	size_t n;
	struct stat st;

	free(topology_only_in(folder, &n, &names));
	if (n)
		return err_set(e, EEXIST,
		               "%s has a topology already, and nothing is written:%s\n"
		               "name another folder: vnetlab init DIR",
		               streq(folder, ".") ? "this folder" : folder, str_get(&names));
	if (lstat(frr, &st) == 0)
		return err_set(e, EEXIST,
		               "%s exists already, and nothing is written; name another folder: "
		               "vnetlab init DIR",
		               frr);
	return 0;
}

static int write_starter(const char *folder, const char *name, const char *topology, struct err *e)
{
	_cleanup_free_ char *nva = xasprintf("%s/nva", folder);
	_cleanup_free_ char *frr = xasprintf("%s/frr.conf", nva);
	_cleanup_free_ char *text = xasprintf(TOPOLOGY, name);
	int r = make_folder(folder, e);

	if (r == 0)
		r = refuse_used(folder, frr, e);
	if (r == 0)
		r = make_folder(nva, e);
	if (r == 0)
		r = write_new_file(frr, FRR_CONF, e);
	return r < 0 ? r : write_new_file(topology, text, e);
}

static int cmd_init(const struct cmd_args *a)
{
	const char *folder = a->argc ? a->argv[0] : ".";

	if (arg_flag(a, "lesson"))
		return init_lesson(a, folder);
	_cleanup_free_ char *name =
	    arg_value(a, "name") ? xstrdup(arg_value(a, "name")) : name_of_folder(folder);
	_cleanup_free_ char *topology = xasprintf("%s/%s.vnetlab.json", folder, name);
	const char *shown = str_starts(topology, "./") ? topology + 2 : topology;
	struct err e = { 0 };

	if (lab_name_check(name, &e) < 0)
		return ui_usage(a, "%s", e.msg);
	if (write_starter(folder, name, topology, &e) < 0)
		return ui_error(&e);
	ui_print("%s and nva/frr.conf beside it are written. Go on with:\n", shown);
	if (a->argc) {
		bool plain = !folder[strspn(folder, PLAIN)];

		ui_print(plain ? "  cd %s\n" : "  cd '%s'\n", folder);
	}
	ui_print("  vnetlab check\n"
	         "  vnetlab test                    # up, all checks, down\n"
	         "  vnetlab up\n"
	         "  vnetlab routes app --explain\n");
	return EX_DONE;
}

static const struct option_def init_options[] = {
	{ 0, "name", "NAME", "what the lab is called; default: as the folder", false },
	{ 0, "lesson", NULL, "write a lesson to begin with (docs/lessons.md)", false },
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(init,
        { .name = "init",
          .group = "Tool",
          .synopsis = "init [DIR] [--name NAME] [--lesson]",
          .summary = "writes a small design to begin with",
          .help = "Writes a topology with a Route Server, an appliance with an FRR file of its "
                  "own, a VM and checks, explained where they stand. It comes up as it is. "
                  "DIR is made when it is not there; what exists is not written over. "
                  "--lesson writes a lesson for vnetlab learn instead: a story with hints, a "
                  "design with a fault and tasks, and its solution.\n\n"
                  "  vnetlab init mine && cd mine\n"
                  "  vnetlab test",
          .max_args = 1,
          .kinds = { ARG_FILE },
          .here = true,
          .opts = init_options,
          .run = cmd_init });
