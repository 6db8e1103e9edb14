/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/deploy/carries.h"

#include <ctype.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"

/* "hub1vpn_PublicIP2" -> " hub 1 vpn public ip 2 ": a word begins with a capital after a small
 * letter, with the last of several capitals, and where digits begin or end. */
static void split_words(const char *name, struct str *out)
{
	str_addc(out, ' ');
	for (const char *p = name; *p; p++) {
		unsigned char c = (unsigned char)*p, last = p > name ? (unsigned char)p[-1] : 0,
		              next = (unsigned char)p[1];
		bool begins = (isupper(c) && (islower(last) ||
		                              (isupper(last) && islower(next) && next != 's'))) ||
		              (isdigit(c) != 0) != (isdigit(last) != 0);

		if ((!isalnum(c) || begins) && out->s[out->n - 1] != ' ')
			str_addc(out, ' ');
		if (isalnum(c))
			str_addc(out, (char)tolower(c));
	}
	if (out->s[out->n - 1] != ' ')
		str_addc(out, ' ');
}

/* Is one of the words, separated by spaces, in the text?  A word that ends in "*" begins one; one
 * that begins with "*" may stand anywhere. */
static bool text_carries_word(const char *text, const char *words)
{
	while (*words) {
		size_t n = strcspn(words, " ");
		bool within = *words == '*', begins = words[n - 1] == '*';
		_cleanup_free_ char *word =
		    xasprintf("%s%.*s%s", within ? "" : " ", (int)n - within - begins,
		              words + within, within || begins ? "" : " ");

		if (strstr(text, word))
			return true;
		words += n;
		words += strspn(words, " ");
	}
	return false;
}

static bool last_word_is(const char *text, const char *words)
{
	size_t n = strlen(text);
	const char *p = text + n - 1;

	while (p > text && (p[-1] != ' ' || isdigit((unsigned char)*p)))
		p--; /* a number at the end counts for nothing */
	_cleanup_free_ char *last = xasprintf(" %.*s ", (int)strcspn(p, " "), p);

	return text_carries_word(last, words);
}

/* "ip", "publicip", but not "zip". */
static bool ends_in_ip(const char *text)
{
	size_t n = strlen(text) - 1;

	while (n && (isdigit((unsigned char)text[n - 1]) || text[n - 1] == ' '))
		n--;
	return n >= 2 && text[n - 2] == 'i' && text[n - 1] == 'p' &&
	       !last_word_is(text, "zip ship skip strip clip membership");
}

/* Words that end the name of what only labels. */
#define LABELS \
	"name names id ids type sku label alias rg group ref option method version existing tier " \
	"role zone " \
	"zones url uri fqdn key suffix kind allocation status location empty secret password " \
	"template text"
#define NETWORKS \
	"*vnet *network *subnet address addresses ip *space trusted untrusted firewall lan cidr " \
	"route gateway " \
	"hub spoke client remote source allowed"

static bool describes_prefix(const char *text)
{
	return text_carries_word(text, "cidr") || strstr(text, "address prefix") ||
	       strstr(text, "address space") || strstr(text, "address range") ||
	       strstr(text, "network range") || strstr(text, "ip range");
}

static enum carried kind_of_prefix(const char *words)
{
	if (text_carries_word(words, "*subnet"))
		return CARRIES_SUBNET;
	if (text_carries_word(words, "remote source allowed client onprem branch"))
		return CARRIES_OUTSIDE;
	/* "addressPrefix" alone is the network's. */
	if (text_carries_word(words, "address addresses") &&
	    !text_carries_word(words, "trusted untrusted firewall lan gateway route *tier"))
		return CARRIES_SPACE;
	return text_carries_word(words, "*vnet *network *space hub spoke") ||
	               strstr(words, " v net ")
	           ? CARRIES_SPACE
	           : CARRIES_SUBNET;
}

static enum carried kind_of_string(const char *words, const char *text)
{
	bool names = text_carries_word(words, "name dns group computer storage port time");
	bool ranges = text_carries_word(
	    words, "prefix prefixes *prefix range ranges cidr *cidr space spaces block");

	if (text_carries_word(words, "patch"))
		return CARRIES_NOTHING;
	if (text_carries_word(words, "topology direction mode routing") ||
	    (text_carries_word(words, "new") && text_carries_word(words, "existing")))
		return CARRIES_SWITCH;
	if (text_carries_word(words, "asn"))
		return CARRIES_ASN;
	if (last_word_is(words, LABELS) || text_carries_word(words, "email mail mac naming"))
		return CARRIES_NOTHING;
	if (last_word_is(words, "port ports"))
		return CARRIES_PORT;
	if (ranges && !names && (text_carries_word(words, NETWORKS) || describes_prefix(text)))
		return kind_of_prefix(words);
	if (text_carries_word(words, "ip ips *ipaddr") ||
	    last_word_is(words, "address addresses hop") || ends_in_ip(words)) {
		if (text_carries_word(words, "dns"))
			return CARRIES_DNS;
		return text_carries_word(words,
		                         "public mng mgmt management remote peer onprem source src "
		                         "client vpn local "
		                         "*gateway admin my home") &&
		               !text_carries_word(words, "private start static")
		           ? CARRIES_OUTSIDE
		           : CARRIES_ADDRESS;
	}
	if (!names && last_word_is(words, "*subnet *network range prefix") &&
	    describes_prefix(text))
		return kind_of_prefix(words);
	return CARRIES_NOTHING;
}

static enum carried kind_of_int(const char *words)
{
	if (text_carries_word(words, "asn"))
		return CARRIES_ASN;
	if (text_carries_word(words, "port ports *port"))
		return CARRIES_PORT;
	if (text_carries_word(
	        words, "disk disks size gb *size threshold index priority days hours minutes"))
		return CARRIES_NOTHING;
	return text_carries_word(
	           words,
	           "count *count number num nodes instances vms machines servers total how copies")
	           ? CARRIES_COUNT
	           : CARRIES_NOTHING;
}

static enum carried kind_of_bool(const char *words)
{
	if (text_carries_word(words, "accelerated") ||
	    (!text_carries_word(words, "firewall") &&
	     text_carries_word(
	         words, "policy policies defender sentinel benefit license diagnostic* log logs "
	                "monitor* insights alert alerts files storage backup encryption lock")))
		return CARRIES_NOTHING;
	return text_carries_word(
	           words, "deploy* create* new use* existing install* firewall *gateway bastion "
	                  "vpn bgp* expressroute* tunnel* nat peer* route* *subnet *vnet *network "
	                  "forward* active public")
	           ? CARRIES_SWITCH
	           : CARRIES_NOTHING;
}

bool param_is_second_place(const char *name)
{
	_cleanup_str_ struct str words = { 0 };

	split_words(name, &words);
	return text_carries_word(words.s, "second* remote paired peer peered dr failover two 2");
}

enum carried param_carries(const char *name, const char *type, const char *description)
{
	_cleanup_str_ struct str words = { 0 }, text = { 0 };

	split_words(name, &words);
	str_addc(&text, ' ');
	for (const char *p = description ? description : ""; *p; p++)
		str_addc(&text,
		         isalnum((unsigned char)*p) ? (char)tolower((unsigned char)*p) : ' ');
	str_addc(&text, ' ');
	if (!strcasecmp(type, "string"))
		return kind_of_string(words.s, text.s);
	if (!strcasecmp(type, "int"))
		return kind_of_int(words.s);
	if (!strcasecmp(type, "bool"))
		return kind_of_bool(words.s);
	if (!strcasecmp(type, "array")) {
		if (text_carries_word(
		        words.s,
		        "tags zones *zones scopes principals identities labels image images"))
			return CARRIES_NOTHING;
		if (text_carries_word(words.s, "dns") &&
		    text_carries_word(words.s, "*server *servers *address *addresses ip ips"))
			return CARRIES_DNS;
		if (text_carries_word(words.s, "prefixes *prefix ranges cidrs space spaces") &&
		    text_carries_word(words.s, NETWORKS))
			return kind_of_prefix(words.s);
		return CARRIES_OTHER;
	}
	if (!strcasecmp(type, "object"))
		return text_carries_word(words.s, "tags *tags labels scopes image images sku")
		           ? CARRIES_NOTHING
		           : CARRIES_OTHER;
	return CARRIES_NOTHING; /* securestring, secureObject */
}
