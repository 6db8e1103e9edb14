#include "base/finding.h"

#include <stdio.h>

#include "base/str.h"

static void jptr_add(struct str *b, const struct jptr *p)
{
	if (!p)
		return;
	jptr_add(b, p->up);
	str_addc(b, '/');
	if (!p->key) {
		str_printf(b, "%zu", p->index);
		return;
	}
	for (const char *c = p->key; *c; c++) {
		if (*c == '~')
			str_add(b, "~0");
		else if (*c == '/')
			str_add(b, "~1");
		else
			str_addc(b, *c);
	}
}

char *jptr_str(const struct jptr *p)
{
	struct str b = { 0 };

	jptr_add(&b, p);
	return str_take(&b);
}

static void add(struct findings *f, struct finding x, const char *pointer, const char *hint,
                const char *source, const char *fmt, va_list ap) PRINTF(6, 0);
static void add(struct findings *f, struct finding x, const char *pointer, const char *hint,
                const char *source, const char *fmt, va_list ap)
{
	f->errors += x.severity == SEV_ERROR;
	f->warnings += x.severity == SEV_WARNING;
	if (f->n == FINDINGS_MAX) {
		f->dropped++;
		return;
	}
	if (vasprintf(&x.message, fmt, ap) < 0)
		abort();
	x.pointer = xstrdup(pointer ? pointer : "");
	x.hint = hint ? xstrdup(hint) : NULL;
	x.source = source ? xstrdup(source) : NULL;
	VEC_PUSH(f->items, f->n, f->cap) = x;
}

void finding_add(struct findings *f, enum severity sev, const char *rule, const char *azure_code,
                 const char *pointer, const char *hint, const char *fmt, ...)
{
	struct finding x = { .severity = sev, .rule = rule, .azure_code = azure_code };
	va_list ap;

	va_start(ap, fmt);
	add(f, x, pointer, hint, NULL, fmt, ap);
	va_end(ap);
}

void finding_add_source(struct findings *f, enum severity sev, const char *rule,
                        const char *azure_code, const char *source, const char *hint,
                        const char *fmt, ...)
{
	struct finding x = { .severity = sev, .rule = rule, .azure_code = azure_code };
	const char *hash = source ? strchr(source, '#') : NULL;
	va_list ap;

	va_start(ap, fmt);
	add(f, x, hash ? hash + 1 : NULL, hint, source, fmt, ap);
	va_end(ap);
}

/* --- where an imported design comes from ---------------------------------------------------- */

/* The next key of a pointer, unescaped; the caller frees. */
static char *pointer_key(const char **p)
{
	struct str s = { 0 };
	const char *c = *p + 1; /* behind the slash */

	for (; *c && *c != '/'; c++) {
		if (c[0] == '~' && (c[1] == '0' || c[1] == '1'))
			str_addc(&s, *++c == '0' ? '~' : '/');
		else
			str_addc(&s, *c);
	}
	*p = c;
	return str_take(&s);
}

static const char *source_of(json_t *doc, const char *pointer)
{
	const char *found = NULL;

	for (const char *p = pointer; doc;) {
		const char *s = json_string_value(json_object_get(doc, "source"));

		if (s)
			found = s;
		if (*p != '/')
			break;
		_cleanup_free_ char *key = pointer_key(&p);

		doc = json_is_array(doc) ? json_array_get(doc, strtoul(key, NULL, 10))
		                         : json_object_get(doc, key);
	}
	return found;
}

void findings_locate(struct findings *f, json_t *doc)
{
	for (size_t i = 0; i < f->n; i++) {
		struct finding *x = &f->items[i];
		const char *s = x->source ? NULL : source_of(doc, x->pointer);

		if (s)
			x->source = xstrdup(s);
	}
}

/* What is sorted, and its place before: equals keep their order, which qsort alone does not. */
struct ranked {
	struct finding item;
	size_t rank;
};

static int ranked_cmp(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;

	if (a->item.severity != b->item.severity)
		return a->item.severity < b->item.severity ? -1 : 1;
	int d = strcmp(a->item.pointer, b->item.pointer);

	return d ? d : (a->rank > b->rank) - (a->rank < b->rank);
}

void findings_sort(struct findings *f)
{
	_cleanup_free_ struct ranked *list = xcalloc(f->n, sizeof(*list));

	for (size_t i = 0; i < f->n; i++)
		list[i] = (struct ranked){ f->items[i], i };
	qsort(list, f->n, sizeof(*list), ranked_cmp);
	for (size_t i = 0; i < f->n; i++)
		f->items[i] = list[i].item;
}

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->items[i].pointer);
		free(f->items[i].message);
		free(f->items[i].hint);
		free(f->items[i].source);
	}
	free(f->items);
	*f = (struct findings){ 0 };
}

const char *severity_str(enum severity s)
{
	static const char *const names[] = { "error", "warning", "info" };

	return names[s];
}

json_t *findings_json(const struct findings *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->items[i];

		json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s,s:s?,s:s?,s:s?}",
		                                      "severity", severity_str(x->severity), "rule",
		                                      x->rule, "pointer", x->pointer, "message",
		                                      x->message, "hint", x->hint, "azureCode",
		                                      x->azure_code, "source", x->source));
	}
	return json_pack("{s:o}", "findings", list);
}
