/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab-router: started by a lab's driver inside the fabric namespace, with the connection to the
 * driver as descriptor 3 (proto.h). */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "router/proto.h"
#include "router/router.h"

int main(int argc, char **argv)
{
	struct router *r = NULL;
	struct err e = { 0 };
	struct stat st;

	(void)argv;
	if (argc > 1 || fstat(ROUTER_FD, &st) < 0 || !S_ISSOCK(st.st_mode)) {
		fputs("vnetlab-router is started by a lab's driver, with a socket as descriptor "
		      "3; see vnetlab help up\n",
		      stderr);
		return 2;
	}
	/* Run by a descriptor, it has the name of that. */
	prctl(PR_SET_NAME, "vnetlab-router");
	/* A driver that is killed takes its lab with it; should it be gone already, the connection
	 * says so. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	int rc = router_new(ROUTER_FD, &r, &e);

	if (rc == 0)
		rc = router_run(r, &e);
	router_free(r);
	if (rc < 0)
		fprintf(stderr, "vnetlab-router: %s\n", e.msg);
	return rc < 0 ? 5 : 0;
}
