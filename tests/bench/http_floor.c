/* SPDX-License-Identifier: GPL-2.0-or-later */
/* http_floor KEY CERT: a bare HTTPS server of libmicrohttpd on a free port of 127.0.0.1, which
 * answers each request with the same few bytes; prints its port, and ends with its standard input.
 * What the endpoint (rest/) adds is measured against this. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static enum MHD_Result answer(void *cls, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *data, size_t *n,
                              void **ctx)
{
	static const char text[] = "{\"value\":[]}";
	struct MHD_Response *r;
	enum MHD_Result ok;

	(void)cls;
	(void)url;
	(void)method;
	(void)version;
	(void)data;
	(void)ctx;
	*n = 0;
	r = MHD_create_response_from_buffer(sizeof(text) - 1, (void *)text, MHD_RESPMEM_PERSISTENT);
	ok = MHD_queue_response(c, MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	return ok;
}

static char *read_file(const char *path)
{
	char *text = calloc(1, 1 << 16);
	FILE *f = fopen(path, "re");

	if (!text || !f || !fread(text, 1, (1 << 16) - 1, f)) {
		perror(path);
		exit(4);
	}
	fclose(f);
	return text;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char c;

	if (argc != 3) {
		fputs("usage: http_floor KEY CERT\n", stderr);
		return 2;
	}
	char *key = read_file(argv[1]), *cert = read_file(argv[2]);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) < 0 || listen(fd, SOMAXCONN) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0) {
		perror("http_floor");
		return 4;
	}
	struct MHD_Daemon *d =
	    MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS, 0, NULL, NULL, answer,
	                     NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_HTTPS_MEM_KEY, key,
	                     MHD_OPTION_HTTPS_MEM_CERT, cert, MHD_OPTION_END);

	if (!d) {
		fputs("http_floor: the server does not start\n", stderr);
		return 4;
	}
	printf("%u\n", ntohs(a.sin_port));
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	MHD_stop_daemon(d);
	free(key);
	free(cert);
	return 0;
}
