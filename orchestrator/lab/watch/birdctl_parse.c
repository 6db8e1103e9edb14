/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes apart what BIRD prints.  Written against 2.0.12; the words that later versions changed
 * (2.13 to 3.x: attributes in small letters, "Created:" lines) are known too.  Lines that mean
 * nothing to us are passed over, so that a new line in a new version does no harm. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/str.h"
#include "lab/watch/birdctl.h"

/* "0003 text" ends a reply, "1002-text" does not, " text" goes on with the code before, "+text" is
 * news that nobody asked for. */
static bool is_last(const char *line, size_t len)
{
	return len >= 5 && strspn(line, "0123456789") >= 4 && line[4] == ' ';
}

/* True if the last whole line ends a reply: nothing comes behind it, so that 10 MB which come in
 * pieces are not read each time. */
static bool may_be_whole(const char *buf, size_t n)
{
	const char *end = n ? memrchr(buf, '\n', n) : NULL;

	while (end) {
		const char *before = memrchr(buf, '\n', (size_t)(end - buf));
		const char *line = before ? before + 1 : buf;

		if (*line != '+')
			return is_last(line, (size_t)(end - line));
		end = before;
	}
	return false;
}

int bird_parse_reply(const char *buf, size_t n, char **ret_text, int *ret_code)
{
	_cleanup_str_ struct str out = { 0 };
	const char *end = buf + n, *line = buf;

	if (!may_be_whole(buf, n))
		return 0;

	while (line < end) {
		const char *nl = memchr(line, '\n', (size_t)(end - line));

		if (!nl)
			break;
		size_t len = (size_t)(nl - line), skip = 0;
		bool last = false;

		if (len >= 5 && strspn(line, "0123456789") >= 4 &&
		    (line[4] == ' ' || line[4] == '-')) {
			skip = 5;
			last = line[4] == ' ';
		} else if (len && line[0] == ' ') {
			skip = 1;
		}
		if (len && line[0] != '+' && (!last || len > skip)) {
			str_addn(&out, line + skip, len - skip);
			str_addc(&out, '\n');
		}
		if (last) {
			*ret_code = (line[0] - '0') * 1000 + (line[1] - '0') * 100 +
			            (line[2] - '0') * 10 + (line[3] - '0');
			*ret_text = str_take(&out);
			return 1;
		}
		line = nl + 1;
	}
	return 0;
}

/* Milliseconds since 1970, as if the time were UTC; -1 when it is none. */
static int64_t since_ms(const char *s)
{
	struct tm tm = { 0 };
	const char *rest = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);

	if (!rest || *rest != '.')
		return -1;
	return (int64_t)timegm(&tm) * 1000 + (int64_t)strtoul(rest + 1, NULL, 10) % 1000;
}

bool bird_since_same(const char *a, const char *b)
{
	int64_t x = since_ms(a), y = since_ms(b);

	if (x < 0 || y < 0)
		return streq(a, b);
	/* No session goes down and comes back within this. */
	return x - y < 100 && y - x < 100;
}

/* The next line of *text without its end, or NULL; *text goes on behind it. */
static char *take_bird_line(const char **text)
{
	if (!**text)
		return NULL;
	size_t n = strcspn(*text, "\n");
	char *line = xstrndup(*text, n);

	*text += n + ((*text)[n] == '\n');
	return line;
}

static void copy(char *dst, size_t cap, const char *src, size_t n)
{
	if (n >= cap)
		n = cap - 1;
	memcpy(dst, src, n);
	dst[n] = 0;
}

/* "key: value" with blanks around: the value, or NULL. */
static const char *value_of(const char *line, const char *key)
{
	line += strspn(line, " \t");
	size_t n = strlen(key);

	if (!str_starts(line, key) || line[n] != ':')
		return NULL;
	return line + n + 1 + strspn(line + n + 1, " \t");
}

static void trim(char *s)
{
	size_t n = strlen(s);

	while (n && isspace((unsigned char)s[n - 1]))
		s[--n] = 0;
}

/* "peer0  BGP  ---  up  2026-11-23 06:34:30.868  Established": false when it is no BGP protocol. */
static bool session_head(const char *line, struct bird_session *s)
{
	char name[64], proto[16], table[64], state[16], day[24] = "", time[24] = "";
	int n = sscanf(line, "%63s %15s %63s %15s %23s %23s", name, proto, table, state, day, time);

	if (n < 4 || !streq(proto, "BGP"))
		return false;
	*s = (struct bird_session){ .dials_in = -1 };
	copy(s->protocol, sizeof(s->protocol), name, strlen(name));
	/* Until its own line says so: a protocol that is down prints none in some versions. */
	copy(s->state, sizeof(s->state), "Down", strlen("Down"));
	if (isdigit((unsigned char)time[0]) && strchr(time, ':'))
		snprintf(s->since, sizeof(s->since), "%sT%s", day, time);
	else
		snprintf(s->since, sizeof(s->since), "%s", day);
	return true;
}

/* "2 imported, 2 filtered, 2 exported, 2 preferred" */
static void session_routes(const char *v, struct bird_session *s)
{
	while (isdigit((unsigned char)*v)) {
		char *end;
		unsigned n = (unsigned)strtoul(v, &end, 10);
		const char *word = end + strspn(end, " ");

		if (str_starts(word, "imported")) {
			s->accepted = n;
			s->received += n;
		} else if (str_starts(word, "filtered")) {
			s->received += n;
		} else if (str_starts(word, "exported")) {
			s->advertised = n;
		}
		v = word + strcspn(word, ",");
		v += strspn(v, ", ");
	}
}

/* Column i of "received rejected filtered ignored accepted", where "---" may stand. */
static unsigned long column(const char *v, unsigned i)
{
	for (; i; i--) {
		v += strcspn(v, " ");
		v += strspn(v, " ");
	}
	return strtoul(v, NULL, 10);
}

struct where {                       /* in a protocol's text */
	bool bgp, ip4, capabilities; /* capabilities: of the neighbor */
};

static void session_line(const char *line, struct bird_session *s, struct where *w)
{
	const char *v, *p = line + strspn(line, " ");

	if (str_starts(p, "Channel ")) {
		w->ip4 = str_starts(p, "Channel ipv4") && !isalnum((unsigned char)p[12]);
	} else if (str_starts(p, "Neighbor capabilities")) {
		w->capabilities = true;
	} else if (str_starts(p, "Session:")) {
		w->capabilities = false;
	} else if (w->capabilities && streq(p, "Route refresh")) {
		s->can_refresh = true;
	} else if ((v = value_of(line, "BGP state"))) {
		copy(s->state, sizeof(s->state), v, strcspn(v, " \t"));
	} else if ((v = value_of(line, "Connect delay"))) {
		s->dials_in = (int)(strtod(v, NULL) * 1000); /* "0.843/1" */
	} else if ((v = value_of(line, "Last error"))) {
		copy(s->last_error, sizeof(s->last_error), v, strlen(v));
		trim(s->last_error);
	} else if ((v = value_of(line, "Local AS"))) {
		s->local_asn = (uint32_t)strtoul(v, NULL, 10);
	} else if ((v = value_of(line, "Source address"))) {
		char addr[IP4_STRLEN];

		copy(addr, sizeof(addr), v, strcspn(v, " \t"));
		if (ip4_parse(addr, &s->local_ip) < 0)
			s->local_ip = IP4_NONE;
	} else if (w->ip4 && (v = value_of(line, "Routes"))) {
		session_routes(v, s);
	} else if (w->ip4 && (v = value_of(line, "Import updates"))) {
		s->updates = column(v, 0);
	} else if (w->ip4 && (v = value_of(line, "Import withdraws"))) {
		s->withdrawals = column(v, 4);
	}
}

bool bird_parse_export(const char *text, const char *protocol, struct bird_export *ret)
{
	size_t n = strlen(protocol);
	bool found = false, in = false;

	*ret = (struct bird_export){ 0 };
	for (char *line; (line = take_bird_line(&text)); free(line)) {
		const char *v;

		if (*line && !isspace((unsigned char)*line)) {
			in = str_starts(line, protocol) && isspace((unsigned char)line[n]);
			found |= in;
		} else if (!in) {
			continue;
		} else if ((v = value_of(line, "Routes"))) {
			struct bird_session s = { 0 };

			session_routes(v, &s);
			ret->routes = s.advertised;
		} else if ((v = value_of(line, "Export updates"))) {
			ret->updates = column(v, 4);
		} else if ((v = value_of(line, "Export withdraws"))) {
			ret->withdrawals = column(v, 4);
		}
	}
	return found;
}

static int session_cmp(const void *a, const void *b)
{
	return strcmp(((const struct bird_session *)a)->protocol,
	              ((const struct bird_session *)b)->protocol);
}

int bird_parse_sessions(const char *text, struct bird_session **ret, size_t *ret_n)
{
	struct bird_session *list = NULL, one;
	size_t n = 0, cap = 0;
	struct where w = { .bgp = false };

	for (char *line; (line = take_bird_line(&text)); free(line)) {
		if (*line && !isspace((unsigned char)*line)) {
			w = (struct where){ .bgp = session_head(line, &one) };
			if (w.bgp)
				VEC_PUSH(list, n, cap) = one;
		} else if (w.bgp) {
			session_line(line, &list[n - 1], &w);
		}
	}
	if (n)
		qsort(list, n, sizeof(*list), session_cmp);
	*ret = list;
	*ret_n = n;
	return 0;
}

/* "10.0.0.0/8   unicast [peer0 2026-...] * (100/?) [AS65000i]", or the same without the network for
 * a further path of the network above. */
static bool route_head(const char *line, struct prefix *net, bool *have_net)
{
	char word[64];
	int used = 0;

	if (!isspace((unsigned char)*line)) {
		*have_net = false;
		if (sscanf(line, "%63s%n", word, &used) != 1)
			return false;
		int rc = prefix_parse(word, net);

		if (rc < 0 && rc != -EDOM)
			return false; /* "Table master4:", or IPv6 */
		*have_net = true;
		line += used;
	}
	const char *p = line + strspn(line, " ");
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz");

	return *have_net && n && p[n] == ' ' && p[n + 1] == '[';
}

static int path_cmp(const void *pa, const void *pb)
{
	const struct bird_path *a = pa, *b = pb;
	int c = prefix_cmp(a->network, b->network);

	if (!c)
		c = ip4_cmp(a->next_hop, b->next_hop);
	return c ? c : strcmp(a->as_path, b->as_path);
}

int bird_parse_routes(const char *text, struct bird_path **ret, size_t *ret_n)
{
	struct bird_path *list = NULL;
	size_t n = 0, cap = 0;
	struct prefix net = { 0, 0 };
	bool have_net = false, in_route = false;

	for (char *line; (line = take_bird_line(&text)); free(line)) {
		const char *v;

		if (*line && *line != '\t') {
			in_route = route_head(line, &net, &have_net);
			if (in_route)
				VEC_PUSH(list, n, cap) = (struct bird_path){ .network = net };
			continue;
		}
		if (!in_route)
			continue;
		if ((v = value_of(line, "BGP.as_path")) || (v = value_of(line, "bgp_path"))) {
			copy(list[n - 1].as_path, sizeof(list[n - 1].as_path), v, strlen(v));
			trim(list[n - 1].as_path);
		} else if ((v = value_of(line, "BGP.next_hop")) ||
		           (v = value_of(line, "bgp_next_hop"))) {
			char addr[IP4_STRLEN];

			copy(addr, sizeof(addr), v, strcspn(v, " \t"));
			if (ip4_parse(addr, &list[n - 1].next_hop) < 0)
				list[n - 1].next_hop = IP4_NONE;
		}
	}
	if (n)
		qsort(list, n, sizeof(*list), path_cmp);
	*ret = list;
	*ret_n = n;
	return 0;
}
