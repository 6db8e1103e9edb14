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

void finding_add(struct findings *f, enum severity sev, const char *rule, const char *azure_code,
                 const char *pointer, const char *hint, const char *fmt, ...)
{
	va_list ap;
	char *msg = NULL;

	f->errors += sev == SEV_ERROR;
	f->warnings += sev == SEV_WARNING;
	if (f->n == FINDINGS_MAX) {
		f->dropped++;
		return;
	}
	va_start(ap, fmt);
	if (vasprintf(&msg, fmt, ap) < 0)
		abort();
	va_end(ap);
	VEC_PUSH(f->items, f->n, f->cap) = (struct finding){
		.severity = sev,
		.rule = rule,
		.azure_code = azure_code,
		.pointer = xstrdup(pointer ? pointer : ""),
		.message = msg,
		.hint = hint ? xstrdup(hint) : NULL,
	};
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

		json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s,s:s?,s:s?}", "severity",
		                                      severity_str(x->severity), "rule", x->rule,
		                                      "pointer", x->pointer, "message", x->message,
		                                      "hint", x->hint, "azureCode", x->azure_code));
	}
	return json_pack("{s:o}", "findings", list);
}
