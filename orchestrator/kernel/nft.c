/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/nft.h"

#include <errno.h>
#include <nftables/libnftables.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/ns.h"
#include "kernel/seat.h"

enum { ROOM_WANTED = 4 << 20, ROOM_LEAST = 64 << 10 };

struct nft {
	struct nft_ctx *ctx;
	int fd; /* its socket, out of its seat */
};

static int new_context(void *arg, struct err *e)
{
	struct nft *n = arg;

	n->ctx = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!n->ctx)
		return err_set(e, ENOMEM, "nftables: no context");
	/* Numbers where the kernel has numbers: names of marks are this machine's. */
	nft_ctx_output_set_flags(n->ctx, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_NUMERIC_ALL);
	if (nft_ctx_buffer_output(n->ctx) || nft_ctx_buffer_error(n->ctx))
		return err_set(e, ENOMEM, "nftables: no buffers");
	return 0;
}

static int open_here(void *arg, struct err *e)
{
	struct nft *n = arg;
	int r = seat_open(new_context, n, &n->fd, e), most = ROOM_WANTED;

	/* As much as net.core.wmem_max allows. */
	if (r == 0)
		setsockopt(n->fd, SOL_SOCKET, SO_SNDBUF, &most, sizeof(most));
	return r;
}

size_t nft_room(const struct nft *n)
{
	int room = 0;
	socklen_t len = sizeof(room);

	if (getsockopt(n->fd, SOL_SOCKET, SO_SNDBUF, &room, &len) < 0 || room < ROOM_LEAST)
		room = ROOM_LEAST;
	return (size_t)room;
}

int nft_open(int ns_fd, struct nft **ret, struct err *e)
{
	struct nft *n = xcalloc(1, sizeof(*n));

	n->fd = -1;
	int r = ns_fd >= 0 ? ns_call(ns_fd, open_here, n, e) : open_here(n, e);

	if (r < 0) {
		nft_close(n);
		return r;
	}
	*ret = n;
	return 0;
}

struct nft *nft_close(struct nft *n)
{
	if (!n)
		return NULL;
	if (n->ctx) {
		if (n->fd >= 0)
			seat_take(n->fd, NULL);
		nft_ctx_free(n->ctx);
		seat_leave();
	}
	close_p(&n->fd);
	free(n);
	return NULL;
}

/* libnftables reports failure as text for people: "Error: Could not process rule: File exists". */
static int set_nft_error(struct nft *n, struct err *e)
{
	const char *text = nft_ctx_get_error_buffer(n->ctx);
	static const struct {
		const char *words;
		int code;
	} known[] = {
		{ "No such file or directory", ENOENT },
		{ "Operation not permitted", EPERM },
		{ "File exists", EEXIST },
		{ "Operation not supported", EOPNOTSUPP },
	};
	int code = EIO;

	for (size_t i = 0; text && i < ARRAY_LEN(known); i++)
		if (strstr(text, known[i].words))
			code = known[i].code;
	/* The first line says it; the rest quotes the command. */
	size_t len = text ? strcspn(text, "\n") : 0;

	if (text && strncmp(text, "Error: ", 7) == 0 && len > 7) {
		text += 7;
		len -= 7;
	}
	return err_set(e, code, "nftables: %.*s", len ? (int)len : 17,
	               len ? text : "no reason was given");
}

static int run_nft_text(struct nft *n, const char *text, struct err *e)
{
	int r = seat_take(n->fd, e);

	if (r < 0)
		return r;
	r = nft_run_cmd_from_buffer(n->ctx, text) ? set_nft_error(n, e) : 0;
	seat_leave();
	return r;
}

static int run_json(struct nft *n, json_t *commands, struct err *e)
{
	json_t *doc = json_pack("{s:o}", "nftables", commands);
	_cleanup_free_ char *text = json_dumps(doc, JSON_COMPACT);

	json_decref(doc);
	if (!text)
		return err_set(e, EINVAL, "nftables: the command is no JSON");
	return run_nft_text(n, text, e);
}

int nft_run(struct nft *n, json_t *commands, struct err *e)
{
	if (!json_array_size(commands)) {
		json_decref(commands);
		return 0;
	}
	int r = run_json(n, commands, e);

	/* Discard the output, or the next call finds it. */
	nft_ctx_get_output_buffer(n->ctx);
	return r;
}

int nft_run_text(struct nft *n, const char *text, struct err *e)
{
	int r = run_nft_text(n, text, e);

	nft_ctx_get_output_buffer(n->ctx);
	return r;
}

int nft_list(struct nft *n, json_t *commands, json_t **ret, struct err *e)
{
	int r = run_json(n, commands, e);

	if (r < 0)
		return r;
	json_error_t je;
	json_t *doc = json_loads(nft_ctx_get_output_buffer(n->ctx), 0, &je);
	json_t *items = json_object_get(doc, "nftables");

	if (!json_is_array(items)) {
		json_decref(doc);
		return err_set(e, EPROTO, "nftables: an answer that is no list");
	}
	*ret = json_incref(items);
	json_decref(doc);
	return 0;
}
