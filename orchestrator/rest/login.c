/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to a client that has no bearer yet: where things are, and a token. */
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "rest/body.h"
#include "rest/catalog.h"
#include "rest/priv.h"

static bool host_ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strieq(s + n - m, end);
}

/* --- metadata --------------------------------------------------------------------------------- */

static json_t *metadata_authentication(const char *e, bool whole)
{
	/* MSAL asks the Internet about any other authority. */
	json_t *a = json_pack("{s:o,s:[o]}", "loginEndpoint", json_sprintf("%s/adfs", e),
	                      "audiences", json_sprintf("%s/", e));

	if (whole) {
		json_object_set_new(a, "tenant", json_string("common"));
		json_object_set_new(a, "identityProvider", json_string("AAD"));
	}
	return a;
}

static json_t *metadata_old(const char *e)
{
	json_t *m = json_pack("{s:o}", "authentication", metadata_authentication(e, false));
	static const char *const slashed[] = { "galleryEndpoint", "graphEndpoint", "portalEndpoint",
		                               "graphAudience" };

	for (size_t i = 0; i < ARRAY_LEN(slashed); i++)
		json_object_set_new(m, slashed[i], json_sprintf("%s/", e));
	return m;
}

static json_t *metadata_new(const char *e)
{
	static const char *const bare[] = {
		"portal", "media", "activeDirectoryDataLake", "batch", "sqlManagement",
		"appInsightsResourceId", "logAnalyticsResourceId", "synapseAnalyticsResourceId",
		"attestationResourceId", "ossrdbmsResourceId", "gallery",
		/* With a slash, azurerm's pollers lose the resource's name. */
		"resourceManager"
	};
	static const char *const slashed[] = { "graphAudience", "graph",
		                               "microsoftGraphResourceId" };
	json_t *m = json_pack(
	    "{s:s,s:o,s:o,s:{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}}", "name", "vnetlab",
	    "authentication", metadata_authentication(e, true), "vmImageAliasDoc",
	    json_sprintf("%s/aliases.json", e), "suffixes", "storage", "core.lab",
	    "storageSyncEndpointSuffix", "afs.lab", "keyVaultDns", "vault.lab", "mhsmDns",
	    "mhsm.lab", "sqlServerHostname", "sql.lab", "azureDataLakeStoreFileSystem", "adls.lab",
	    "azureDataLakeAnalyticsCatalogAndJob", "adla.lab", "acrLoginServer", "acr.lab",
	    "synapseAnalytics", "syn.lab", "attestationEndpoint", "att.lab");

	for (size_t i = 0; i < ARRAY_LEN(bare); i++)
		json_object_set_new(m, bare[i], json_string(e));
	for (size_t i = 0; i < ARRAY_LEN(slashed); i++)
		json_object_set_new(m, slashed[i], json_sprintf("%s/", e));
	return m;
}

static json_t *metadata(const char *e, const char *version)
{
	if (!version || strcmp(version, "2018") < 0)
		return metadata_old(e);
	if (strcmp(version, "2022") < 0) { /* a list of clouds */
		json_t *list = json_array();

		json_array_append_new(list, metadata_new(e));
		return list;
	}
	return metadata_new(e);
}

/* --- OpenID ----------------------------------------------------------------------------------- */

static json_t *openid(const char *e, const char *path)
{
	bool adfs = strncasecmp(path, "/adfs/", 6) == 0;
	const char *first = path + 1;
	_cleanup_free_ char *tenant = xstrndup(first, strcspn(first, "/"));
	_cleanup_free_ char *base = xasprintf("%s/%s", e, adfs ? "adfs" : tenant);
	const char *v2 = adfs ? "" : "/v2.0";

	return json_pack(
	    "{s:o,s:o,s:o,s:o,s:o,s:[s,s],s:[s],s:[s],s:[s],s:[s]}", "issuer",
	    json_sprintf("%s/v2.0", base), "authorization_endpoint",
	    json_sprintf("%s/oauth2%s/authorize", base, v2), "token_endpoint",
	    json_sprintf("%s/oauth2%s/token", base, v2), "device_authorization_endpoint",
	    json_sprintf("%s/oauth2%s/devicecode", base, v2), "jwks_uri",
	    json_sprintf("%s/discovery/keys", base), "response_types_supported", "code", "id_token",
	    "subject_types_supported", "pairwise", "id_token_signing_alg_values_supported", "RS256",
	    "token_endpoint_auth_methods_supported", "client_secret_post", "scopes_supported",
	    "openid");
}

/* --- tokens ----------------------------------------------------------------------------------- */

/* "https://localhost:8443//.default offline_access" -> "https://localhost:8443/" */
static char *audience_of(const struct rest *r, const json_t *form)
{
	const char *s = member_text(form, "resource", NULL);

	if (s)
		return xstrdup(s);
	s = member_text(form, "scope", NULL);
	if (!s)
		return xasprintf("%s/", r->endpoint);
	size_t n = strcspn(s, " ");
	char *a = xstrndup(s, n);

	if (host_ends_with(a, "/.default"))
		a[strlen(a) - strlen("/.default")] = 0;
	return a;
}

static json_t *token_answer(struct rest *r, const json_t *form, bool for_user)
{
	_cleanup_free_ char *audience = audience_of(r, form);
	_cleanup_free_ char *issuer = xasprintf("%s/adfs", r->endpoint);
	int64_t now = (int64_t)time(NULL);
	_cleanup_free_ char *token = token_make(&r->tokens, issuer, audience, now);
	json_t *j =
	    json_pack("{s:s,s:s,s:i,s:i,s:o,s:o,s:s}", "token_type", "Bearer", "access_token",
	              token, "expires_in", TOKEN_LIFE_S - 1, "ext_expires_in", TOKEN_LIFE_S - 1,
	              "expires_on", json_sprintf("%lld", (long long)now + TOKEN_LIFE_S - 1),
	              "not_before", json_sprintf("%lld", (long long)now), "resource", audience);

	if (for_user) {
		_cleanup_str_ struct str info = { 0 };
		static const char who[] = "{\"uid\":\"lab\",\"utid\":\"" TOKEN_TENANT "\"}";
		/* MSAL reads an audience of its own from an id_token. */
		const char *client = member_text(form, "client_id", NULL);
		_cleanup_free_ char *id =
		    token_make(&r->tokens, issuer, client ? client : TOKEN_CLIENT, now);

		base64url_encode(who, sizeof(who) - 1, &info);
		json_object_set_new(j, "refresh_token", json_string(token));
		json_object_set_new(j, "client_info", json_string(str_get(&info)));
		json_object_set_new(j, "id_token", json_string(id));
		json_object_set_new(j, "scope", json_string(audience));
	}
	return j;
}

static void refuse_token(struct rest_call *c, int status, const char *error, const char *why)
{
	rest_answer(c, status, json_pack("{s:s,s:s}", "error", error, "error_description", why));
}

static void judge_secret(struct rest_call *c, const json_t *form, const char *secret, bool for_user)
{
	switch (token_secret(&c->rest->tokens, secret, clock_ms())) {
	case SECRET_RIGHT:
		rest_answer(c, 200, token_answer(c->rest, form, for_user));
		break;
	case SECRET_WRONG:
		refuse_token(c, 401, "invalid_client",
		             "AADSTS7000215: vnetlab: this is not the secret of the lab; vnetlab "
		             "azure --env says it.");
		break;
	case SECRET_TOO_MANY:
		rest_header(c, "Retry-After", "60");
		refuse_token(c, 429, "too_many_requests",
		             "vnetlab: five wrong secrets in a minute; wait for one.");
		break;
	}
}

/* A request without a secret must come from our own user: the process at the other end belongs to
 * the user who started the endpoint. */
static void trust_own_user(struct rest_call *c, const json_t *form)
{
	if (http_peer_is_us(c->done_ctx))
		rest_answer(c, 200, token_answer(c->rest, form, true));
	else
		refuse_token(c, 401, "invalid_client",
		             "vnetlab: this way to a token is for processes of the user who runs "
		             "the endpoint.");
}

static void answer_token(struct rest_call *c, const json_t *form, bool plain)
{
	const char *grant = member_text(form, "grant_type", NULL);

	if (plain || !grant) /* a managed identity has neither */
		trust_own_user(c, form);
	else if (streq(grant, "client_credentials"))
		judge_secret(c, form, member_text(form, "client_secret", NULL), false);
	else if (streq(grant, "password"))
		judge_secret(c, form, member_text(form, "password", NULL), true);
	else if (host_ends_with(grant, "device_code"))
		trust_own_user(c, form);
	else if (streq(grant, "refresh_token")) {
		const char *t = member_text(form, "refresh_token", NULL);
		_cleanup_free_ char *bearer = xasprintf("Bearer %s", t ? t : "");

		if (token_good(&c->rest->tokens, bearer, (int64_t)time(NULL)))
			rest_answer(c, 200, token_answer(c->rest, form, true));
		else
			refuse_token(c, 400, "invalid_grant",
			             "vnetlab: the refresh token is not of this lab, or too old.");
	} else {
		refuse_token(c, 400, "unsupported_grant_type",
		             "vnetlab: client_credentials, password, device_code and refresh_token "
		             "are answered.");
	}
}

static json_t *device_code(const char *e)
{
	return json_pack("{s:s,s:s,s:o,s:i,s:i,s:s}", "user_code", "VNETLAB", "device_code",
	                 "VNETLAB", "verification_uri", json_sprintf("%s/device", e), "expires_in",
	                 900, "interval", 1, "message", "vnetlab: there is nothing to enter.");
}

bool login_request(struct rest *r, struct rest_call *c, const char *path, bool plain)
{
	bool post = streq(c->method, "POST");

	if (strieq(path, "/metadata/endpoints")) {
		rest_answer(c, 200, metadata(r->endpoint, rest_query(c, "api-version")));
	} else if (host_ends_with(path, "/.well-known/openid-configuration")) {
		rest_answer(c, 200, openid(r->endpoint, path));
	} else if (strieq(path, "/aliases.json")) {
		rest_answer(c, 200, catalog_aliases());
	} else if (host_ends_with(path, "/oauth2/token") ||
	           host_ends_with(path, "/oauth2/v2.0/token")) {
		json_t *form = post ? body_form(c->text) : json_incref(c->query);

		answer_token(c, form, plain);
		json_decref(form);
	} else if (host_ends_with(path, "/devicecode")) {
		rest_answer(c, 200, device_code(r->endpoint));
	} else {
		return false;
	}
	return true;
}
