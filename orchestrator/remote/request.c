/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "remote/request.h"

#include <ctype.h>
#include <errno.h>

#include "base/str.h"

int request_encode(const json_t *req, char **ret, struct err *e)
{
	static const char digits[] = "0123456789abcdef";
	_cleanup_free_ char *text = json_dumps(req, JSON_COMPACT);
	_cleanup_str_ struct str b = { 0 };

	if (!text)
		return err_set(e, EILSEQ, "an argument is not UTF-8 and cannot be passed on");
	size_t n = strlen(text);

	if (2 * n > REQUEST_MAX)
		return err_set(e, E2BIG,
		               "the command line has %zu bytes, more than another machine takes "
		               "(%d)",
		               n, REQUEST_MAX / 2);
	for (const char *p = text; *p; p++) {
		str_addc(&b, digits[(unsigned char)*p >> 4]);
		str_addc(&b, digits[(unsigned char)*p & 15]);
	}
	*ret = str_take(&b);
	return 0;
}

static int decode_hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int request_decode(const char *word, json_t **ret, struct err *e)
{
	static const char MSG[] = "this is not a request of another vnetlab";
	size_t n = strlen(word);
	_cleanup_str_ struct str text = { 0 };

	if (!n || n % 2 || n > REQUEST_MAX)
		return err_set(e, EINVAL, "%s", MSG);
	for (size_t i = 0; i < n; i += 2) {
		int high = decode_hex_digit(word[i]), low = decode_hex_digit(word[i + 1]);

		if (high < 0 || low < 0)
			return err_set(e, EINVAL, "%s", MSG);
		str_addc(&text, (char)(high << 4 | low));
	}
	json_t *j = json_loadb(str_get(&text), text.n, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(j)) {
		json_decref(j);
		return err_set(e, EINVAL, "%s", MSG);
	}
	*ret = j;
	return 0;
}

/* Backslash, quote and exclamation mark stand outside of the quotes: fish reads a backslash inside
 * of them, csh an exclamation mark. */
int shell_quote(const char *path, char **ret, struct err *e)
{
	_cleanup_str_ struct str b = { 0 };
	bool plain = true, open = false;

	for (const char *p = path; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(e, EINVAL, "control characters cannot stand in it");
		plain &= isalnum((unsigned char)*p) || strchr("_@%+:,./-", *p);
	}
	if (!*path)
		return err_set(e, EINVAL, "it is empty");
	if (*path == '-')
		return err_set(e, EINVAL, "it begins with a dash: write ./%s", path);
	if (str_starts(path, "~/")) {
		str_add(&b, "~/");
		path += 2;
	} else if (plain) {
		*ret = xstrdup(path);
		return 0;
	}
	for (const char *p = path; *p; p++) {
		bool outside = strchr("\\'!", *p);

		if (open == outside) {
			str_addc(&b, '\'');
			open = !open;
		}
		if (outside)
			str_addc(&b, '\\');
		str_addc(&b, *p);
	}
	if (open)
		str_addc(&b, '\'');
	*ret = str_take(&b);
	return 0;
}
