/* Whom a download over HTTPS trusts. */
#pragma once

#include <curl/curl.h>

/* CURL_CA_BUNDLE, else SSL_CERT_FILE, and SSL_CERT_DIR, as curl(1) finds them; the library itself
 * does not look. */
void tls_authorities(CURL *c);
