/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine "kubernetes": writes an Indexed Job and a kustomization into the folder.  Who has a
 * cluster applies it; the results come to the folder, which is on a volume that the pods have.  No
 * cluster is talked to from here. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/str.h"
#include "cmd/batch.h"

/* The rights that a lab needs in a container, and no others: docs/containers.md. */
static json_t *security(void)
{
	return json_pack("{s:i, s:i, s:b, s:s, s:{s:s}, s:{s:[s]}}", "runAsUser", 1000,
	                 "runAsGroup", 1000, "allowPrivilegeEscalation", 0, "procMount", "Unmasked",
	                 "seccompProfile", "type", "Unconfined", "capabilities", "drop", "ALL");
}

static json_t *container(const struct batch *b, long mib)
{
	const char *image = arg_value(b->a, "image");
	_cleanup_free_ char *memory = xasprintf("%ldMi", mib);
	json_t *command = json_pack("[s,s,s,s,s,s,s,s,s]", "vnetlab", "batch", "--shard", "auto",
	                            "--jobs", "1", "--quiet", "--dir", b->dir);

	return json_pack(
	    "{s:s, s:s, s:o, s:s, s:{s:{s:s, s:s}, s:{s:s}}, s:o, s:[{s:s, s:s}, {s:s, s:s}]}",
	    "name", "lab", "image", image ? image : "vnetlab", "command", command, "workingDir",
	    b->folder, "resources", "requests", "cpu", "500m", "memory", memory, "limits", "memory",
	    memory, "securityContext", security(), "volumeMounts", "name", "work", "mountPath",
	    b->folder, "name", "tmp", "mountPath", "/tmp");
}

static json_t *pod(const struct batch *b, long mib, long seconds)
{
	const char *claim = arg_value(b->a, "claim");
	json_t *volumes =
	    json_pack("[{s:s, s:{s:s, s:s}}, {s:s, s:{s:s}}]", "name", "tmp", "emptyDir", "medium",
	              "Memory", "sizeLimit", "64Mi", "name", "work", "persistentVolumeClaim",
	              "claimName", claim ? claim : "vnetlab");

	return json_pack("{s:s, s:b, s:b, s:I, s:[o], s:o}", "restartPolicy", "Never", "hostUsers",
	                 0, "automountServiceAccountToken", 0, "activeDeadlineSeconds",
	                 (json_int_t)seconds, "containers", container(b, mib), "volumes", volumes);
}

/* A pod that was killed, or whose node died, is made again: its index has no result. */
static json_t *job_of(const struct batch *b, long mib, long seconds)
{
	json_int_t at_once = arg_value(b->a, "jobs") ? b->jobs : (json_int_t)b->n;

	return json_pack("{s:s, s:s, s:{s:s}, s:{s:s, s:I, s:I, s:I, s:{s:o}}}", "apiVersion",
	                 "batch/v1", "kind", "Job", "metadata", "name", "vnetlab-batch", "spec",
	                 "completionMode", "Indexed", "completions", (json_int_t)b->n,
	                 "parallelism", at_once, "backoffLimit",
	                 (json_int_t)(b->retries + 1) * (json_int_t)b->n, "template", "spec",
	                 pod(b, mib, seconds));
}

int batch_kubernetes(struct batch *b)
{
	static const char kustomization[] = "apiVersion: kustomize.config.k8s.io/v1beta1\n"
	                                    "kind: Kustomization\n"
	                                    "resources:\n"
	                                    "- job.json\n";
	_cleanup_free_ char *folder = xasprintf("%s/kubernetes", b->dir);
	_cleanup_free_ char *job = xasprintf("%s/job.json", folder);
	_cleanup_free_ char *list = xasprintf("%s/kustomization.yaml", folder);
	long mib = 0, seconds = 0;
	struct err e = { 0 };

	for (size_t i = 0; i < b->n; i++) {
		const struct resources *n = &b->labs[i].needs;

		mib = n->limit_mib > mib ? n->limit_mib : mib;
		seconds = n->seconds > seconds ? n->seconds : seconds;
	}
	json_t *j = job_of(b, mib, seconds + 120);
	_cleanup_free_ char *text = json_dumps(j, JSON_INDENT(2));

	json_decref(j);
	if (mkdir(folder, 0777) < 0 && errno != EEXIST) {
		err_sys(&e, errno, "%s", folder);
		return ui_error(&e);
	}
	if (batch_file_write(job, text, &e) < 0 || batch_file_write(list, kustomization, &e) < 0)
		return ui_error(&e);
	ui_note("%s is written: kubectl apply -k %s starts it, and when it is complete\n"
	        "vnetlab batch --dir %s --merge makes the reports",
	        job, folder, b->dir);
	return EX_PENDING;
}
