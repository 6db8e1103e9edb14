/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <stdint.h>
#include <time.h>

#include "rest/folder.h"

/* A server's certificate of more than 825 days is refused by some clients. */
enum { DAY_S = 86400, CA_DAYS = 3650, SERVER_DAYS = 800, RENEW_DAYS = 30, SERIAL_LEN = 16 };

static int tls_error(struct err *e, int code, const char *what)
{
	return err_set(e, EIO, "%s: %s", what, gnutls_strerror(code));
}

static int make_key(gnutls_x509_privkey_t *ret)
{
	gnutls_x509_privkey_t k;
	int r = gnutls_x509_privkey_init(&k);

	if (r < 0)
		return r;
	r = gnutls_x509_privkey_generate(k, GNUTLS_PK_ECDSA,
	                                 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (r < 0)
		gnutls_x509_privkey_deinit(k);
	else
		*ret = k;
	return r;
}

/* Fills in what all of our certificates have. */
static int begin_cert(gnutls_x509_crt_t c, gnutls_x509_privkey_t key, const char *name, long days)
{
	unsigned char serial[SERIAL_LEN], id[64];
	size_t n = sizeof(id);
	time_t now = time(NULL);
	int r = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	serial[0] &= 0x7f; /* positive */
	if (r >= 0)
		r = gnutls_x509_crt_set_version(c, 3);
	if (r >= 0)
		r = gnutls_x509_crt_set_serial(c, serial, sizeof(serial));
	if (r >= 0)
		r = gnutls_x509_crt_set_activation_time(c, now - DAY_S);
	if (r >= 0)
		r = gnutls_x509_crt_set_expiration_time(c, now + days * DAY_S);
	if (r >= 0)
		r = gnutls_x509_crt_set_dn_by_oid(c, GNUTLS_OID_X520_COMMON_NAME, 0, name,
		                                  (unsigned)strlen(name));
	if (r >= 0)
		r = gnutls_x509_crt_set_key(c, key);
	if (r >= 0)
		r = gnutls_x509_crt_get_key_id(c, 0, id, &n);
	if (r >= 0)
		r = gnutls_x509_crt_set_subject_key_id(c, id, n);
	return r;
}

static int permit(gnutls_x509_name_constraints_t nc, gnutls_x509_subject_alt_name_t type,
                  const void *data, size_t n)
{
	gnutls_datum_t d = { (void *)data, (unsigned)n };

	return gnutls_x509_name_constraints_add_permitted(nc, type, &d);
}

static int constrain_names(gnutls_x509_crt_t c)
{
	static const uint8_t v4[8] = { 127, 0, 0, 0, 255, 0, 0, 0 };
	uint8_t v6[32];
	gnutls_x509_name_constraints_t nc;
	int r = gnutls_x509_name_constraints_init(&nc);

	if (r < 0)
		return r;
	memset(v6, 0, 15);
	v6[15] = 1;
	memset(v6 + 16, 0xff, 16);
	r = permit(nc, GNUTLS_SAN_DNSNAME, "localhost", strlen("localhost"));
	if (r >= 0)
		r = permit(nc, GNUTLS_SAN_IPADDRESS, v4, sizeof(v4));
	if (r >= 0)
		r = permit(nc, GNUTLS_SAN_IPADDRESS, v6, sizeof(v6));
	if (r >= 0)
		r = gnutls_x509_crt_set_name_constraints(c, nc, 1);
	gnutls_x509_name_constraints_deinit(nc);
	return r;
}

static int make_authority(const char *lab, gnutls_x509_privkey_t key, gnutls_x509_crt_t c)
{
	_cleanup_free_ char *name = xasprintf("vnetlab %.30s", lab);
	int r = begin_cert(c, key, name, CA_DAYS);

	if (r >= 0)
		r = gnutls_x509_crt_set_basic_constraints(c, 1, 0);
	if (r >= 0)
		r = gnutls_x509_crt_set_key_usage(c,
		                                  GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
	if (r >= 0)
		r = constrain_names(c);
	if (r >= 0)
		r = gnutls_x509_crt_sign2(c, c, key, GNUTLS_DIG_SHA256, 0);
	return r;
}

static int make_server(gnutls_x509_crt_t ca, gnutls_x509_privkey_t ca_key,
                       gnutls_x509_privkey_t key, gnutls_x509_crt_t c)
{
	static const uint8_t v4[4] = { 127, 0, 0, 1 };
	static const uint8_t v6[16] = { [15] = 1 };
	unsigned char id[64];
	size_t n = sizeof(id);
	int r = begin_cert(c, key, "localhost", SERVER_DAYS);

	if (r >= 0)
		r = gnutls_x509_crt_set_basic_constraints(c, 0, -1);
	if (r >= 0)
		r = gnutls_x509_crt_set_key_usage(c, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (r >= 0)
		r = gnutls_x509_crt_set_key_purpose_oid(c, GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (r >= 0)
		r = gnutls_x509_crt_set_subject_alt_name(c, GNUTLS_SAN_DNSNAME, "localhost", 9,
		                                         GNUTLS_FSAN_SET);
	if (r >= 0)
		r = gnutls_x509_crt_set_subject_alt_name(c, GNUTLS_SAN_IPADDRESS, v4, sizeof(v4),
		                                         GNUTLS_FSAN_APPEND);
	if (r >= 0)
		r = gnutls_x509_crt_set_subject_alt_name(c, GNUTLS_SAN_IPADDRESS, v6, sizeof(v6),
		                                         GNUTLS_FSAN_APPEND);
	if (r >= 0)
		r = gnutls_x509_crt_get_subject_key_id(ca, id, &n, NULL);
	if (r >= 0)
		r = gnutls_x509_crt_set_authority_key_id(c, id, n);
	if (r >= 0)
		r = gnutls_x509_crt_sign2(c, ca, ca_key, GNUTLS_DIG_SHA256, 0);
	return r;
}

static int write_cert(const char *folder, const char *name, gnutls_x509_crt_t c, struct err *e)
{
	gnutls_datum_t pem = { 0 };
	int r = gnutls_x509_crt_export2(c, GNUTLS_X509_FMT_PEM, &pem);

	if (r < 0)
		return tls_error(e, r, "writing a certificate");
	r = folder_write(folder, name, (char *)pem.data, pem.size, e);
	gnutls_free(pem.data);
	return r;
}

static int write_key(const char *folder, const char *name, gnutls_x509_privkey_t k, struct err *e)
{
	gnutls_datum_t pem = { 0 };
	int r = gnutls_x509_privkey_export2(k, GNUTLS_X509_FMT_PEM, &pem);

	if (r < 0)
		return tls_error(e, r, "writing a key");
	r = folder_write(folder, name, (char *)pem.data, pem.size, e);
	gnutls_free(pem.data);
	return r;
}

static int make_all(const char *folder, struct err *e)
{
	gnutls_x509_privkey_t ca_key = NULL, key = NULL;
	gnutls_x509_crt_t ca = NULL, cert = NULL;
	const char *lab = strrchr(folder, '/');
	int r = make_key(&ca_key);

	if (r >= 0)
		r = make_key(&key);
	if (r >= 0)
		r = gnutls_x509_crt_init(&ca);
	if (r >= 0)
		r = gnutls_x509_crt_init(&cert);
	if (r >= 0)
		r = make_authority(lab ? lab + 1 : folder, ca_key, ca);
	if (r >= 0)
		r = make_server(ca, ca_key, key, cert);
	if (r < 0)
		r = tls_error(e, r, "making the endpoint's certificate");
	else if ((r = write_key(folder, "ca.key", ca_key, e)) == 0 &&
	         (r = write_cert(folder, "ca.pem", ca, e)) == 0 &&
	         (r = write_key(folder, "server.key", key, e)) == 0)
		r = write_cert(folder, "server.pem", cert, e);
	gnutls_x509_crt_deinit(ca);
	gnutls_x509_crt_deinit(cert);
	gnutls_x509_privkey_deinit(ca_key);
	gnutls_x509_privkey_deinit(key);
	return r;
}

/* Is there a certificate that will do for a while? */
static bool is_good(const struct str *pem)
{
	gnutls_datum_t d = { (unsigned char *)pem->s, (unsigned)pem->n };
	gnutls_x509_crt_t c;
	bool good = false;

	if (!pem->n || gnutls_x509_crt_init(&c) < 0)
		return false;
	if (gnutls_x509_crt_import(c, &d, GNUTLS_X509_FMT_PEM) >= 0)
		good = gnutls_x509_crt_get_expiration_time(c) >
		       time(NULL) + (time_t)RENEW_DAYS * DAY_S;
	gnutls_x509_crt_deinit(c);
	return good;
}

static int read_certificate_files(const char *folder, struct certificate *c, struct err *e)
{
	_cleanup_str_ struct str ca = { 0 };
	int r = folder_read(folder, "server.key", &c->key, e);

	if (r == 0)
		r = folder_read(folder, "server.pem", &c->cert, e);
	if (r == 0)
		r = folder_read(folder, "ca.pem", &ca, e);
	if (r == 0 && (!is_good(&c->cert) || !is_good(&ca)))
		r = -ENOENT;
	if (r == 0)
		str_add(&c->cert, str_get(&ca));
	return r;
}

int certificate_load(const char *folder, struct certificate *ret, struct err *e)
{
	struct certificate c = { 0 };
	int r = read_certificate_files(folder, &c, e);

	if (r == -ENOENT) {
		certificate_done(&c);
		r = make_all(folder, e);
		if (r == 0)
			r = read_certificate_files(folder, &c, e);
	}
	if (r < 0) {
		certificate_done(&c);
		return r;
	}
	*ret = c;
	return 0;
}

void certificate_done(struct certificate *c)
{
	str_free_p(&c->key);
	str_free_p(&c->cert);
	*c = (struct certificate){ 0 };
}
