/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node's own packet filter, read from its files (azure/own_filter.h) so that a packet can be
 * walked through it: what iptables-save prints, and nft's language as far as routers need it.  What
 * is not read stays in its place with its line, so that only packets that come to it are not told
 * of.  Pure. */
#pragma once

#include "azure/model.h"
#include "azure/walk.h"

enum gf_hook { GF_PREROUTING, GF_INPUT, GF_FORWARD, GF_OUTPUT, GF_POSTROUTING, GF_HOOKS };

/* The states that connection tracking gives a packet. */
enum gf_state { GF_NEW = 1, GF_ESTABLISHED = 2, GF_RELATED = 4, GF_INVALID = 8, GF_UNTRACKED = 16 };

enum gf_field {
	GF_SOURCE,      /* an address */
	GF_DESTINATION, /* an address */
	GF_PROTOCOL,
	GF_SOURCE_PORT,
	GF_DESTINATION_PORT,
	GF_ANY_PORT, /* of both */
	GF_IN,       /* a device */
	GF_OUT,      /* a device */
	GF_STATE,    /* lo: bits of enum gf_state */
	GF_FLAGS,    /* of TCP; lo: which of them are looked at, hi: which of these are set */
	GF_ICMP,     /* the type */
	GF_OWN_SOURCE,
	GF_OWN_DESTINATION, /* an address of the node */
	GF_NEVER,           /* matches no packet of IPv4 */
	GF_UNREAD
};

struct gf_value {
	uint32_t lo, hi;
	const char *device; /* one that ends in + or * stands for all that begin so */
};

struct gf_match {
	enum gf_field field;
	bool inverted;
	struct gf_value *values; /* one of them */
	size_t n, cap;
};

enum gf_act {
	GF_GO_ON, /* counts, logs */
	GF_ACCEPT,
	GF_DROP,
	GF_REJECT,
	GF_RETURN,
	GF_JUMP,
	GF_GOTO,
	GF_SNAT,
	GF_MASQUERADE,
	GF_DNAT,
	GF_REDIRECT,
	GF_NOT_READ
};

struct gf_rule {
	struct gf_match *matches;
	size_t n, cap;
	enum gf_act act;
	const char *chain; /* GF_JUMP, GF_GOTO */
	ip4 to;            /* GF_SNAT, GF_DNAT; the first of a range */
	uint16_t port;     /* 0: unchanged */
	const char *text;
	unsigned line;
	const struct config_file *file;
};

struct gf_chain {
	const char *table, *name;
	bool base, translates;
	enum gf_hook hook;
	int priority;
	bool drops; /* its policy */
	unsigned line;
	const struct config_file *file;
	struct gf_rule *rules;
	size_t n, cap;
};

struct guest_filter {
	struct arena *arena;
	struct gf_chain *chains;
	size_t n, cap;
	struct gf_rule *unread; /* of no chain: nobody knows what it does; NULL: none */
};

struct gf_packet {
	const struct node *vm;
	struct walk_packet p;
	const char *in, *out; /* devices; NULL: none */
	enum gf_state state;
	bool answer; /* of TCP, and of ICMP */
	bool later;  /* no first packet of TCP's, nor its answer */
};

struct gf_result {
	enum { GF_PASSES, GF_DROPS, GF_NOT_KNOWN } verdict;
	const struct gf_rule *rule;   /* that decided; NULL: none */
	const struct gf_chain *chain; /* whose policy decided; NULL: none's */
	bool nat_source, nat_destination;
	ip4 to;
	uint16_t port;
};

/* Fills in vm->guest.filter of every VM that has files of packet filters which can be read. */
void guest_filters_read(struct model *m);
/* Runs the packet through all chains of the hook.  Translations in *ret are those that a first
 * packet gets. */
void guest_filter_pass(const struct guest_filter *f, enum gf_hook hook, const struct gf_packet *p,
                       struct gf_result *ret);
/* "line 7 of hub/rules (-A FORWARD -j DROP)"; "policy DROP of FORWARD in hub/rules". */
const char *gf_where(struct arena *a, const struct gf_result *r);

/* Between the readers. */
struct gf_chain *gf_chain_named(struct guest_filter *f, const char *table, const char *name);
struct gf_chain *gf_chain_add(struct guest_filter *f, const char *table, const char *name);
struct gf_rule *gf_rule_add(struct guest_filter *f, struct gf_chain *c);
struct gf_match *gf_match_add(struct guest_filter *f, struct gf_rule *r, enum gf_field field,
                              bool inverted);
void gf_value_add(struct guest_filter *f, struct gf_match *m, uint32_t lo, uint32_t hi);
void gf_device_add(struct guest_filter *f, struct gf_match *m, const char *device);
/* "10.0.0.0/8", "10.0.0.1", "10.0.0.1-10.0.0.9", "10.0.0.0/255.0.0.0"; false: none of these. */
bool gf_addresses(const char *word, struct gf_value *ret);
/* Adds the value that a word stands for in a match of that field; between: of a range of ports.
 * False: it cannot be read. */
bool gf_value_read(struct guest_filter *f, struct gf_match *m, const char *word, char between);
bool gf_ports(const char *word, char between, struct gf_value *ret); /* "80", "80:90", "http" */
bool gf_protocol(const char *word, uint32_t *ret);
bool gf_state(const char *word, uint32_t *ret);
bool gf_icmp_type(const char *word, uint32_t *ret);
bool gf_flag(const char *word, uint32_t *ret);
/* "10.0.0.4", "10.0.0.4:80", "10.0.0.4-10.0.0.9", ":80". */
bool gf_target(const char *word, ip4 *ret, uint16_t *ret_port);
void guest_filter_read_iptables(struct guest_filter *f, const struct config_file *file);
void guest_filter_read_nft(struct guest_filter *f, const struct config_file *file);
