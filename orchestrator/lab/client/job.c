/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/client/job.h"

#include <ctype.h>
#include <stdint.h>

#include "base/str.h"

enum { ID_MAX = 16, NAME_MAX_CHARS = 40 };

/* Variables whose value no other job that runs at the time has; the first that is set counts. */
static const struct {
	const char *variable, *word;
	const char *with; /* counts only where this is set, too: every shell has a HOSTNAME */
} schedulers[] = {
	{ "SLURM_JOB_ID", "slurm", NULL },
	{ "PBS_JOBID", "pbs", NULL },
	{ "LSB_JOBID", "lsf", NULL },
	{ "CI_JOB_ID", "ci", NULL },
	{ "BUILDKITE_JOB_ID", "ci", NULL },
	{ "CIRCLE_WORKFLOW_JOB_ID", "ci", NULL },
	{ "RUNNER_TRACKING_ID", "ci", "GITHUB_ACTIONS" },
	{ "SYSTEM_JOBID", "ci", "TF_BUILD" },
	{ "BUILD_TAG", "ci", "JENKINS_URL" },
	{ "HOSTNAME", "pod", "KUBERNETES_SERVICE_HOST" },
};

/* FNV-1a: of ids that are too long for a name. */
static uint64_t hash_id(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h;
}

/* Adds the characters of id that a lab's name may have. */
static void add_id(struct str *out, const char *id)
{
	_cleanup_str_ struct str s = { 0 };
	bool same = true;

	for (const char *c = id; *c; c++) {
		bool fits =
		    isascii(*c) && (islower((unsigned char)*c) || isdigit((unsigned char)*c));

		same &= fits;
		str_addc(&s, fits ? *c : '-');
	}
	if (same && s.n <= ID_MAX)
		str_add(out, str_get(&s));
	else /* two ids must not become one */
		str_printf(out, "%012llx", (unsigned long long)(hash_id(id) >> 16));
}

char *job_tag(char *(*lookup)(const char *name))
{
	for (size_t i = 0; i < ARRAY_LEN(schedulers); i++) {
		const char *id = lookup(schedulers[i].variable);
		const char *with = schedulers[i].with ? lookup(schedulers[i].with) : "";
		struct str s = { 0 };

		if (!id || !*id || !with)
			continue;
		str_printf(&s, "%s-", schedulers[i].word);
		add_id(&s, id);
		return str_take(&s);
	}
	return NULL;
}

char *job_lab_name(const char *name, const char *tag)
{
	const char *id = strchr(tag, '-');
	size_t n = strlen(id), room = NAME_MAX_CHARS - n;

	return xasprintf("%.*s%s", (int)(strlen(name) < room ? strlen(name) : room), name, id);
}
