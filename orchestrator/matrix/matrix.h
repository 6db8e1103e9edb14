/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everybody to everywhere: what becomes of every kind of flow of a design.  Pure.
 *
 * Addresses that no route, rule, subnet, site or NIC tells apart are one class, and one of them is
 * walked (azure/walk.h) for all; so are NICs that nothing tells apart, as senders.  Ports are asked
 * in spans: a walk says on which ports every rule that it met decides the same.  Of equal paths and
 * of the backends of a load balancer each one is walked. */
#pragma once

#include "azure/walk.h"

struct foreseen;

enum class_kind {
	CLASS_NIC,
	CLASS_BALANCER,
	CLASS_ROUTE_SERVER,
	CLASS_SITE,     /* addresses of a site */
	CLASS_INTERNET, /* anybody's out there */
	CLASS_SUBNET,   /* an address of a subnet where the design has no NIC */
	CLASS_PLATFORM,
	CLASS_NOBODY /* inside, and nobody has it */
};
const char *class_kind_str(enum class_kind k); /* "nic", "loadBalancer", ... */

struct ip4_range { /* both included */
	ip4 lo, hi;
};

struct matrix_class {
	enum class_kind kind;
	const char *name;      /* of the first member */
	const char *place;     /* "Spoke/w", "dc1"; NULL: none */
	ip4 address, second;   /* that are walked to; second: for who has the first one, 0: none */
	const struct nic *nic; /* that has address; NULL: none */
	const char **members;  /* names; for other kinds than CLASS_NIC often none */
	size_t n_members, cap_members;
	struct ip4_range *ranges; /* ascending */
	size_t n_ranges, cap_ranges;
	uint64_t key; /* of what its addresses have in common */
};

enum end_kind { END_NIC, END_GATEWAY, END_SITE, END_INTERNET, END_SUBNET };
const char *end_kind_str(enum end_kind k);

struct matrix_end { /* who sends */
	enum end_kind kind;
	const char *name, *place;
	const struct nic *nic; /* NULL: the Internet */
	ip4 ip;
	const char **members;
	size_t n_members, cap_members;
	size_t at; /* the class of its address; SIZE_MAX: of none */
};

enum matrix_verdict {
	/* best first */
	MX_DELIVERED, /* and so is the answer, and what follows */
	MX_DENIED,    /* by a rule, as somebody wrote it */
	MX_DROPPED,
	MX_PARTLY, /* by some of the equal paths only */
	MX_BROKEN, /* a hop that keeps state sees one half, and drops what follows */
	MX_LOOP
};
const char *matrix_verdict_str(enum matrix_verdict v);

enum matrix_role { AT_BETWEEN, AT_SENDER, AT_RECEIVER };

struct matrix_outcome {
	enum matrix_verdict verdict;
	const char *node;    /* that drops it; NULL: delivered */
	enum matrix_role at; /* what the node is to the flow */
	const char *way;  /* nodes between, "fw, nva"; "": direct.  Of what is dropped: as far as it
	                     gets */
	const char *back; /* the answer's, from who answers; NULL: as way, turned round */
	const char *reason; /* a sentence */
	const char *ptr;    /* of the route that led there; NULL: none */
	bool returning;     /* it is the answer that is lost */
	bool known;         /* false: something that the design does not say may decide */
	bool outside;       /* delivered to somebody of the Internet */
	bool unwalked;      /* an own packet filter is on the way */
	unsigned legs;      /* ways that were walked */
	uint64_t key;       /* of verdict, node (or what it is) and ways: equal answers */
};

struct matrix_flow {
	uint8_t ip_proto;
	uint16_t lo, hi; /* ports; ICMP: 0 */
	uint32_t outcome;
};

struct matrix_cell {
	struct matrix_flow *flows; /* by protocol, then port */
	size_t n;
};

struct matrix_span {
	ip4 lo;
	uint32_t cls;
};

struct matrix {
	const struct model *m;
	struct arena *arena;
	struct matrix_end *ends;
	size_t n_ends, cap_ends;
	struct matrix_class *classes;
	size_t n_classes, cap_classes;
	struct matrix_outcome *outcomes;
	size_t n_outcomes, cap_outcomes;
	struct matrix_cell *cells; /* n_ends x n_classes */
	struct matrix_span *spans; /* ascending, from 0.0.0.0 on: which class an address is of */
	size_t n_spans;
	size_t n_atoms, n_walks;
	const char **unread; /* sentences: what the design does not say */
	size_t n_unread, cap_unread;
};

/* The design, or the lab, in which the packets of a matrix are walked. */
struct matrix_world {
	const struct model *m;
	/* guest, fabric, filter, balance and so on; ctx is theirs.  The matrix puts itself between
	 * where it has to choose. */
	struct walk_env env;
	const struct foreseen *foreseen; /* NULL: everything that was learned is known */
	/* Equal paths are chosen by the environment, not tried one by one. */
	bool chooses;
	/* It is a running lab's: a subnet without anybody has no one who could send or answer. */
	bool running;
	/* Each NIC is a sender of its own: kernels may differ where designs do not. */
	bool each_nic;
	void *ctx; /* of what follows; each may be NULL */
	/* By which NIC the guest sends a packet of its own; NULL: walk_source_nic(). */
	const struct nic *(*sender)(void *ctx, const struct node *vm, const struct walk_packet *p);
	/* Further tables that send addresses apart, as the kernels' do.  borders: calls add with
	 * every prefix of theirs; key: the same for addresses that all of them send the same way.
	 */
	void (*borders)(void *ctx, void (*add)(void *arg, struct prefix p), void *arg);
	uint64_t (*key)(void *ctx, ip4 a);
};

/* By the design alone, what Route Servers and gateways learn foreseen (azure/foreseen.h). */
struct matrix *matrix_of_design(const struct model *m);
/* The same between those alone whom a lab of the design has: what compares with one. */
struct matrix *matrix_of_lab_to_be(const struct model *m);
struct matrix *matrix_of_world(const struct matrix_world *w);
struct matrix *matrix_free(struct matrix *x); /* returns NULL */
void matrix_free_p(struct matrix **x);
#define _cleanup_matrix_ _cleanup_(matrix_free_p)

/* The class of an address; never NULL. */
const struct matrix_class *matrix_class_of(const struct matrix *x, ip4 a);
/* The address of the class that the end asks; 0: there is none but its own. */
ip4 cell_address(const struct matrix_end *e, const struct matrix_class *c);
const struct matrix_cell *matrix_cell(const struct matrix *x, size_t end, size_t cls);
/* The outcome of a packet that the end sends; NULL: the end has the address itself. */
const struct matrix_outcome *matrix_ask(const struct matrix *x, size_t end, ip4 dst,
                                        uint8_t ip_proto, uint16_t port);
/* As docs/matrix.md has it; new reference. */
json_t *matrix_json(const struct matrix *x);
