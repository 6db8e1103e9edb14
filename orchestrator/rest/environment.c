/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/environment.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "rest/folder.h"
#include "rest/rest.h"
#include "rest/token.h"

static void set(json_t *env, const char *name, const char *value)
{
	json_object_set_new(env, name, json_string(value));
}

static json_t *make_environment(const char *folder, unsigned port, unsigned http_port,
                                const char *secret)
{
	json_t *env = json_object();
	_cleanup_free_ char *host = xasprintf("localhost:%u", port);
	_cleanup_free_ char *endpoint = xasprintf("https://%s", host);
	_cleanup_free_ char *slashed = xasprintf("%s/", endpoint);
	_cleanup_free_ char *ca = xasprintf("%s/ca.pem", folder);
	_cleanup_free_ char *az = xasprintf("%s/az", folder);
	_cleanup_free_ char *msi = xasprintf("http://localhost:%u/oauth2/token", http_port);
	static const char *const id_names[] = { "ARM_CLIENT_ID", "AZURE_CLIENT_ID" };
	static const char *const secret_names[] = { "ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET",
		                                    "AZURE_SECRET" };
	static const char *const tenant_names[] = { "ARM_TENANT_ID", "AZURE_TENANT_ID" };
	static const char *const subscription_names[] = { "ARM_SUBSCRIPTION_ID",
		                                          "AZURE_SUBSCRIPTION_ID" };
	/* node; Go; Python: az and Ansible. */
	static const char *const ca_names[] = { "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE",
		                                "REQUESTS_CA_BUNDLE", "ARM_CA" };

	set(env, "ARM_ENDPOINT", endpoint);
	set(env, "ARM_METADATA_HOSTNAME", host); /* azurerm */
	set(env, "ARM_METADATA_HOST", host);
	set(env, "ARM_ENVIRONMENT", "vnetlab");
	set(env, "AZURE_CLOUD_ENVIRONMENT", slashed); /* Ansible */
	set(env, "AZURE_AUTHORITY_HOST", endpoint);
	/* Ansible: MSAL asks the Internet about every tenant but this one. */
	set(env, "AZURE_TENANT", "adfs");
	for (size_t i = 0; i < ARRAY_LEN(id_names); i++)
		set(env, id_names[i], TOKEN_CLIENT);
	for (size_t i = 0; i < ARRAY_LEN(secret_names); i++)
		set(env, secret_names[i], secret);
	for (size_t i = 0; i < ARRAY_LEN(tenant_names); i++)
		set(env, tenant_names[i], TOKEN_TENANT);
	for (size_t i = 0; i < ARRAY_LEN(subscription_names); i++)
		set(env, subscription_names[i], TOKEN_SUBSCRIPTION);
	for (size_t i = 0; i < ARRAY_LEN(ca_names); i++)
		set(env, ca_names[i], ca);
	set(env, "AZURE_CONFIG_DIR", az);
	set(env, "AZURE_CORE_COLLECT_TELEMETRY", "no");
	/* Bicep: the one of its configuration folder, and no question whether there is a newer one.
	 */
	set(env, "AZURE_BICEP_USE_BINARY_FROM_PATH", "no");
	set(env, "AZURE_BICEP_CHECK_VERSION", "no");
	set(env, "VNETLAB_MSI_ENDPOINT", msi);
	return env;
}

int environment_write(const char *folder, uint16_t port, uint16_t http_port, const char *secret,
                      json_t **ret_env, struct err *e)
{
	_cleanup_free_ char *text = xasprintf("{\"port\": %u, \"httpPort\": %u, \"pid\": %d}\n",
	                                      port, http_port, (int)getpid());
	int r = folder_write(folder, "endpoint.json", text, strlen(text), e);

	if (r == 0)
		*ret_env = make_environment(folder, port, http_port, secret);
	return r;
}

void environment_forget(const char *folder)
{
	_cleanup_free_ char *path = xasprintf("%s/endpoint.json", folder);
	_cleanup_str_ struct str text = { 0 };
	json_t *j = NULL;

	if (folder_read(folder, "endpoint.json", &text, NULL) == 0)
		j = json_loadb(str_get(&text), text.n, 0, NULL);
	if (json_integer_value(json_object_get(j, "pid")) == getpid())
		unlink(path);
	json_decref(j);
}

void environment_set(const json_t *env)
{
	const char *name;
	json_t *v;

	json_object_foreach ((json_t *)env, name, v)
		setenv(name, json_string_value(v), 1);
}

static int read_environment_json(const char *folder, const char *name, json_t **ret, struct err *e)
{
	_cleanup_str_ struct str text = { 0 };
	int r = folder_read(folder, name, &text, e);

	if (r < 0)
		return r;
	*ret = json_loadb(str_get(&text), text.n, 0, NULL);
	return *ret ? 0 : err_set(e, EINVAL, "%s/%s is no JSON", folder, name);
}

json_t *rest_environment(const char *lab, struct err *e)
{
	_cleanup_free_ char *folder = NULL;
	json_t *j = NULL, *env = NULL;
	struct tokens t;

	if (rest_folder(lab, &folder, e) < 0)
		return NULL;
	bool there = read_environment_json(folder, "endpoint.json", &j, NULL) == 0;
	pid_t pid = (pid_t)json_integer_value(json_object_get(j, "pid"));

	if (!there || pid <= 0 || (kill(pid, 0) < 0 && errno == ESRCH)) {
		json_decref(j);
		err_set(e, ENOENT, "nobody serves lab %s: start vnetlab azure -n %s", lab, lab);
		return NULL;
	}
	if (tokens_load(folder, &t, e) == 0)
		env = make_environment(
		    folder, (unsigned)json_integer_value(json_object_get(j, "port")),
		    (unsigned)json_integer_value(json_object_get(j, "httpPort")), t.secret);
	tokens_forget(&t);
	json_decref(j);
	return env;
}

json_t *rest_findings(const char *lab, struct err *e)
{
	_cleanup_free_ char *folder = NULL;
	json_t *j = NULL;

	if (rest_folder(lab, &folder, e) < 0)
		return NULL;
	if (read_environment_json(folder, "findings.json", &j, e) == -ENOENT)
		err_set(e, ENOENT, "no endpoint has served lab %s", lab);
	return j;
}
