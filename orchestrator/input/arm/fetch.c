#include "input/arm/fetch.h"

#include <curl/curl.h>
#include <errno.h>

#include "base/tls.h"

enum { SECONDS = 20, REDIRECTIONS = 5 };

struct sink {
	struct str *text;
	size_t max;
	bool full;
};

static size_t take(char *data, size_t size, size_t n, void *ctx)
{
	struct sink *s = ctx;

	n *= size;
	s->full = n > s->max - s->text->n;
	if (s->full)
		return 0; /* ends the transfer */
	str_addn(s->text, data, n);
	return n;
}

int fetch_https(const char *uri, size_t max, struct str *ret, struct err *e)
{
	struct sink sink = { ret, max, false };
	CURL *c = curl_easy_init();
	CURLcode r;

	if (!c)
		return err_set(e, ENOMEM, "libcurl does not start");
	tls_authorities(c);
	curl_easy_setopt(c, CURLOPT_URL, uri);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTIONS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)SECONDS);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "vnetlab");
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &sink);
	r = curl_easy_perform(c);
	curl_easy_cleanup(c);
	if (sink.full)
		return err_set(e, EFBIG, "it is bigger than %zu MiB", max >> 20);
	if (r != CURLE_OK)
		return err_set(e, r == CURLE_OPERATION_TIMEDOUT ? ETIMEDOUT : EIO, "%s",
		               curl_easy_strerror(r));
	return 0;
}
