/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/filter/bgp_open.h"

#include "base/str.h"

/* Bytes of a BGP message.  BIRD's OPEN is fixed by our configuration (plan/bird_rs_config.c):
 * header 19, OPEN 10, one optional parameter whose capabilities begin at 31: IPv4 and IPv6 (6
 * each), route refresh (2), 4-octet AS (6), enhanced route refresh (2).  Of another length it is
 * not ours. */
enum {
	LENGTH_AT = 16,
	TYPE_AT = 18,
	OPEN_LENGTH = 53,
	ENHANCED_AT = 51,
	FIRST_PARAMETER_AT = 29,
	HEARD_TO = 97, /* 70 stands before names, AS numbers and restart times, with all daemons */
};

#define MARKER "0xffffffffffffffffffffffffffffffff"

/* The message begins `skip` bytes behind what `base` counts from. */
static void say_plain(struct str *b, const char *base, unsigned skip, const char *also)
{
	str_printf(b,
	           "\t\t%s@%s,%u,128 " MARKER " @%s,%u,24 0x%04x01 @%s,%u,16 0x4600 @%s,%u,8 set "
	           "0x02\n",
	           also, base, skip * 8, base, (skip + LENGTH_AT) * 8, OPEN_LENGTH, base,
	           (skip + ENHANCED_AT) * 8, base, (skip + ENHANCED_AT) * 8);
}

/* One byte is written at a time: nft then changes the two that a checksum is made of, and mends
 * that; two at an odd place it would mend wrongly.  (What goes out has no checksum yet.)
 *
 * Of a peer's OPEN nothing is known but that its capabilities are in one of two forms: each in a
 * parameter of its own (FRR, ExaBGP), or all in one, with 4-octet AS before (BIRD).  Neither byte
 * pattern occurs in anything else that stands there.  What is not found stays, and means only that
 * BIRD brackets its own answers to a refresh with messages that the peer did not ask for. */
static void hear_plain(struct str *b)
{
	for (unsigned at = FIRST_PARAMETER_AT + 4; at < HEARD_TO; at += 4)
		str_printf(b, "\t\t@ih,%u,32 0x02024600 @ih,%u,8 set 0xff\n", at * 8, (at + 2) * 8);
	for (unsigned at = FIRST_PARAMETER_AT + 10; at < HEARD_TO; at += 2)
		str_printf(b, "\t\t@ih,%u,16 0x4104 @ih,%u,16 0x4600 @ih,%u,8 set 0xff\n", at * 8,
		           (at + 6) * 8, (at + 6) * 8);
}

static void add_hook_chain(struct str *b, const char *name, const char *to)
{
	str_printf(b,
	           "\tchain bgp_%s {\n"
	           "\t\ttype filter hook %s priority 0; policy accept;\n"
	           "\t\ttcp sport 179 jump %s\n"
	           "\t\ttcp dport 179 jump %s\n"
	           "\t}\n",
	           name, name, to, to);
}

char *bgp_open_nft(bool by_payload)
{
	struct str b = { 0 };

	str_add(&b, "table ip vnetlab {\n\tchain say_plain {\n");
	if (by_payload) {
		say_plain(&b, "ih", 0, "");
		str_printf(&b, "\t}\n"
		               "\tchain hear_each {\n");
		hear_plain(&b);
		str_printf(&b,
		           "\t}\n"
		           "\tchain hear_plain {\n"
		           "\t\t@ih,0,128 " MARKER " @ih,%u,8 1 jump hear_each\n",
		           TYPE_AT * 8);
	} else {
		say_plain(&b, "th", 20, "tcp doff 5 ");
		say_plain(&b, "th", 32, "tcp doff 8 ");
	}
	str_add(&b, "\t}\n");
	add_hook_chain(&b, "output", "say_plain");
	if (by_payload)
		add_hook_chain(&b, "input", "hear_plain");
	str_add(&b, "}\n");
	return str_take(&b);
}
