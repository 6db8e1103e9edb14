/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Appliance images: a folder images/NAME with image.json and configuration templates (docs: images/
 * README.md).  Found in the folders of $VNETLAB_IMAGES (separated by colons), then beside the
 * binary (../images, ../../images), then in ../share/vnetlab/images.
 *
 * image_plan() turns a VM of the design into what the driver starts: private files and daemons, in
 * private /etc, /run and /var.  Daemons expect of those, beside what a plan lists:
 * /etc/ld.so.cache, nsswitch.conf, passwd and group (unless the plan has them), and /var/run being
 * /run. */
#pragma once

#include <jansson.h>
#include <linux/capability.h>

#include "azure/model.h"
#include "base/err.h"
#include "kernel/caps.h"

struct image_file {
	char *path; /* inside the node: "/etc/frr/frr.conf" */
	char *content;
	size_t size;
	unsigned mode; /* 0640 */
};

enum ready_kind {
	READY_NONE,   /* started = ready */
	READY_SOCKET, /* a unix socket of this path (inside the node) exists and accepts */
	READY_EXIT,   /* it does its work and ends: ready when it has ended with 0, or has named
	                 what it does not take (stray); anything else is a failure, its output says
	                 why.  Not watched, not restarted on its own. */
	READY_LINE,   /* it has written such a line (ready_line) */
};

struct image_daemon {
	char *name;  /* "zebra" */
	char **argv; /* argv[0] absolute, found where the distribution puts it; NULL-terminated */
	enum ready_kind ready;
	char *ready_path;
	bool greets;       /* READY_SOCKET: it also says something to who connects; one that listens
	                      before it has read its configuration is not ready when it accepts */
	char *ready_line;  /* a regular expression (POSIX, extended) of the line by which a daemon
	                      says that it has read its configuration; NULL: none.  With
	                      READY_SOCKET both must be there. */
	char *stray;       /* the same of lines by which it says what of its configuration it does
	                      not take, while it goes on with the rest; NULL: none */
	char *check_file;  /* JSON pointer of the file that check_argv reads; NULL: all of them */
	char **check_argv; /* run before it, inside the node: exits non-zero and prints the daemon's
	                      own message, with file and line, when the configuration is wrong;
	                      NULL: the daemon itself says so at start */
	bool lasting;      /* READY_EXIT: what it made stays in the node's kernel, so that it runs
	                      once for each boot of the node */
	bool check_alone;  /* it says the same itself when it starts, and its check would meet
	                      what it makes: asked when nothing is built */
	bool check_decides;    /* what the check refuses, the daemon refuses, too */
	char *check_noise;     /* a regular expression of lines of its that say nothing; or NULL */
	bool ignore_setgroups; /* setgroups(2) must seem to work: an unprivileged user namespace
	                          forbids it, and this daemon gives up then.  A seccomp filter that
	                          answers 0 (SECCOMP_RET_ERRNO with errno 0) is enough. */
};

/* A question how many routes of Route Servers the daemons have, or can use: a program's output
 * answers it, line by line.  A line that matches counts once, or as often as its last group says.
 */
struct image_question {
	char **argv;
	char *usable, *unusable; /* POSIX extended regular expressions, or NULL */
	char *muted; /* the same of lines by which it says that a session brings nothing, however
	                well it is; and what to say then */
	char *says;
};

struct image_plan {
	struct image_file *files;
	size_t n_files;
	char **dirs;                  /* directories to make inside the node, NULL-terminated */
	struct image_daemon *daemons; /* in order: each is ready before the next is started */
	size_t n_daemons;
	struct image_question *questions; /* none where there is nothing to ask, or nobody */
	size_t n_questions;
	bool forwarding; /* ip_forward in the guest */
	uint64_t caps;   /* what its programs may be able to do at most (kernel/caps.h) */
};

/* The capabilities of an image that names none, and of a command that is run in a node. */
#define CAPS_USUAL \
	(CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_FOWNER) | \
	 CAP_BIT(CAP_KILL) | CAP_BIT(CAP_SETGID) | CAP_BIT(CAP_SETUID) | \
	 CAP_BIT(CAP_NET_BIND_SERVICE) | CAP_BIT(CAP_NET_ADMIN) | CAP_BIT(CAP_NET_RAW) | \
	 CAP_BIT(CAP_SYS_CHROOT))

/* -ENOENT with the known images when there is none of that name; -ENOPKG with the package to
 * install when a daemon is not on this machine; -EINVAL with the template's or file's problem. */
int image_plan(const struct model *m, const struct node *vm, struct image_plan **ret,
               struct err *e);
/* A Route Server instance: BIRD with Azure's habits (plan/bird_rs_config.c).  Its control socket is
 * IMAGE_RS_SOCKET inside the node.  Start it before anything else, links included: it dials 0.75 to
 * 1 s after its start, and that is what the first convergence waits for (docs/convergence.md). */
int image_plan_rs(const struct model *m, const struct route_server *rs, unsigned instance,
                  struct image_plan **ret, struct err *e);
/* Its configuration alone, for this machine's BIRD; with cut (plan/bird_rs.h).  The caller frees.
 */
char *image_rs_config(const struct model *m, const struct route_server *rs, unsigned instance,
                      const struct bgp_connection *cut);
/* A gateway's instance, an MSEE, a site's generated router: plan/bird_hybrid.h. */
int image_plan_hybrid(const struct model *m, const struct node *vm, struct image_plan **ret,
                      struct err *e);
#define IMAGE_RS_CONFIG "/etc/bird/bird.conf"
#define IMAGE_RS_SOCKET "/run/bird/bird.ctl"
struct image_plan *image_plan_free(struct image_plan *p); /* returns NULL */
/* The memory that its daemons take, in MiB, as image.json says; 32 when it does not say, or cannot
 * be read. */
long image_memory_mib(const char *image);
/* File names that the image takes in "config", NULL-terminated; for findings.  The caller frees
 * the array alone: it and the names are one piece of memory. */
int image_config_names(const char *image, char ***ret, struct err *e);
/* A part of the image's image.json ("outside": input/appliance/outside.h; "advice"), or NULL; the
 * caller's. */
json_t *image_part(const char *image, const char *part);
/* Adds the image's texts to images, by its name; nothing when there is none.  A driver cannot
 * always read what who starts a lab can, and takes them from there. */
void image_pack(const char *name, json_t *images);
/* Adds to a design ("topology") its "images": all that its nodes name. */
void images_pack(json_t *design);
/* From now on images are these (a reference is kept), then those of the folders. */
void images_use(json_t *images);
char **image_list(size_t *ret_n); /* names; the caller frees each and the array */
