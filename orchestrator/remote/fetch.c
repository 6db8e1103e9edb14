/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "remote/fetch.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <sys/socket.h>

#include "remote/public_address.h"

enum { REDIRECTS_MAX = 5, TOTAL_MS = 120000, URL_MAX_TAKEN = 8192 };

/* --- addresses --- */

bool fetch_is_address(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]))
		n++;
	return n > 1 && str_starts(s + n, "://");
}

/* The end of host, path: where a query or a fragment begins, or the end. */
static size_t path_end(const char *url)
{
	return strcspn(url, "?#");
}

int fetch_check(const char *url, struct err *e)
{
	if (!str_starts(url, "https://"))
		return err_set(e, EINVAL, "%s: only https:// addresses are fetched", url);
	const char *host = url + strlen("https://");
	size_t host_n = strcspn(host, "/?#");

	if (strlen(url) > URL_MAX_TAKEN)
		return err_set(e, EINVAL, "an address of more than %d characters", URL_MAX_TAKEN);
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return err_set(
			    e, EINVAL,
			    "blanks and control characters do not belong into an address "
			    "(%%20 is a blank)");
	if (memchr(host, '@', host_n))
		return err_set(
		    e, EINVAL,
		    "no user and password belong into an address, where everybody can see "
		    "them");
	if (!host_n || host[host_n] != '/' || url[path_end(url) - 1] == '/')
		return err_set(e, EINVAL, "%s names no file: https://HOST/FOLDER/my.vnetlab.json",
		               url);
	return 0;
}

static void add_encoded(struct str *b, const char *path)
{
	for (; *path; path++)
		if (isalnum((unsigned char)*path) || strchr("-._~/", *path))
			str_addc(b, *path);
		else
			str_printf(b, "%%%02X", (unsigned char)*path);
}

char *fetch_below(const char *url, const char *path)
{
	size_t n = path_end(url);
	_cleanup_str_ struct str b = { 0 };

	while (n && url[n - 1] != '/')
		n--;
	str_addn(&b, url, n);
	add_encoded(&b, path);
	return str_take(&b);
}

char *fetch_name(const char *url)
{
	size_t end = path_end(url), n = end;

	while (n && url[n - 1] != '/')
		n--;
	_cleanup_free_ char *name = xstrndup(url + n, end - n);

	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-._", *p))
			return xstrdup("design.json");
	return *name && *name != '.' ? take_ptr(name) : xstrdup("design.json");
}

/* --- the transfer --- */

struct transfer {
	struct str *to;
	size_t max;
	bool too_big, refused; /* refused: it led to an address that is not public */
};

static size_t on_data(char *data, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	if (t->to->n + size * n > t->max) {
		t->too_big = true;
		return 0;
	}
	str_addn(t->to, data, size * n);
	return size * n;
}

static curl_socket_t open_public_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = ctx;

	(void)purpose;
	if (!address_is_public(&a->addr)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static int explain_curl_error(CURLcode code, const char *url, const char *text,
                              const struct transfer *t, long stall_ms, struct err *e)
{
	if (t->too_big || code == CURLE_FILESIZE_EXCEEDED)
		return err_set(e, EFBIG, "%s: bigger than %zu MiB, which is more than is taken",
		               url, t->max >> 20);
	if (t->refused)
		return err_set(e, EACCES,
		               "%s: it leads to an address that is not public, which is not "
		               "fetched from here: give a copy by --link",
		               url);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_set(e, EHOSTUNREACH, "%s: the name cannot be resolved: %s", url, text);
	case CURLE_COULDNT_CONNECT:
		return err_set(e, ECONNREFUSED, "%s: no connection: %s", url, text);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return err_set(
		    e, EKEYREJECTED,
		    "%s: the server's certificate is not trusted: %s\nAn authority of your "
		    "own is named by CURL_CA_BUNDLE=FILE or SSL_CERT_FILE=FILE",
		    url, text);
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(e, ETIMEDOUT,
		               "%s: nothing came for %ld ms, or it took longer than %d s "
		               "(--connect-timeout waits longer)",
		               url, stall_ms, TOTAL_MS / 1000);
	case CURLE_TOO_MANY_REDIRECTS:
		return err_set(e, ELOOP, "%s: redirected more than %d times", url, REDIRECTS_MAX);
	case CURLE_UNSUPPORTED_PROTOCOL:
		return err_set(
		    e, EPROTONOSUPPORT,
		    "%s: redirected to an address that is not https, which is not followed", url);
	default:
		return err_set(e, EIO, "%s: %s", url, *text ? text : curl_easy_strerror(code));
	}
}

static int check_http_status(CURL *c, const char *url, struct err *e)
{
	long status = 0;

	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200)
		return 0;
	if (status == 404 || status == 410)
		return err_set(e, ENOENT, "%s: the server says that it is not there (HTTP %ld)",
		               url, status);
	if (status == 401 || status == 403)
		return err_set(
		    e, EACCES,
		    "%s: the server does not give it to everybody (HTTP %ld); download it "
		    "and name the file",
		    url, status);
	return err_set(e, EIO, "%s: the server answers with HTTP %ld", url, status);
}

/* Takes certificate authorities from the environment, as curl(1) does and the library does
 * not. */
static void set_authorities(CURL *c)
{
	const char *bundle = getenv("CURL_CA_BUNDLE"), *file = getenv("SSL_CERT_FILE");
	const char *dir = getenv("SSL_CERT_DIR");

	if (bundle && *bundle)
		curl_easy_setopt(c, CURLOPT_CAINFO, bundle);
	else if (file && *file)
		curl_easy_setopt(c, CURLOPT_CAINFO, file);
	if (dir && *dir)
		curl_easy_setopt(c, CURLOPT_CAPATH, dir);
}

static int transfer(const char *url, size_t max, long stall_ms, bool public, struct str *ret,
                    struct err *e)
{
	char text[CURL_ERROR_SIZE] = "";
	_cleanup_str_ struct str got = { 0 };
	struct transfer t = { .to = &got, .max = max };
	int r = fetch_check(url, e);
	CURL *c = r < 0 ? NULL : curl_easy_init();

	if (r < 0)
		return r;
	if (!c)
		return err_set(e, ENOMEM, "libcurl does not start");
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, stall_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, stall_ms < 1000 ? 1L : stall_ms / 1000);
	curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)max);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "vnetlab");
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, text);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &t);
	if (public) {
		curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_public_socket);
		curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, &t);
	}
	set_authorities(c);
	CURLcode code = curl_easy_perform(c);

	r = code == CURLE_OK ? check_http_status(c, url, e)
	                     : explain_curl_error(code, url, text, &t, stall_ms, e);
	curl_easy_cleanup(c);
	if (r < 0)
		return r;
	*ret = got;
	got = (struct str){ 0 };
	return 0;
}

int fetch(const char *url, size_t max, long stall_ms, struct str *ret, struct err *e)
{
	return transfer(url, max, stall_ms, false, ret, e);
}

int fetch_public(const char *url, size_t max, long stall_ms, struct str *ret, struct err *e)
{
	return transfer(url, max, stall_ms, true, ret, e);
}
