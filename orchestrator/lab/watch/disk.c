/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/proc/driver.h"
#include "lab/proc/events.h"
#include "lab/watch/room.h"

enum {
	BASE_MIB = 256, /* daemons' logs and dumps */
	NODE_MIB = 1,   /* a node's own files take 0.1 to 0.3 */
	BASE_FILES = 32768,
	NODE_FILES = 1024,
	LOOK_MS = 1000,
	FULL_PERCENT = 98,
	EMPTIER_PERCENT = 90, /* it is full until there is so much room again */
	ENTRIES_MAX = 50000,  /* looking for the largest ends after so many */
	DEPTH_MAX = 32,
};

/* --- its size ----------------------------------------------------------------------------------
 */

void disk_options(unsigned mib, size_t n, char *buf, size_t cap)
{
	struct sysinfo si;
	size_t want = mib ? mib : BASE_MIB + n * NODE_MIB;

	if (!mib && sysinfo(&si) == 0) {
		size_t half = (size_t)(((uint64_t)si.totalram * si.mem_unit) >> 21);

		want = want > half ? half : want;
	}
	snprintf(buf, cap, "mode=0755,size=%zum,nr_inodes=%zu", want,
	         (size_t)BASE_FILES + n * NODE_FILES + (size_t)mib * 64);
}

void disk_resize(struct driver *d, size_t n)
{
	char options[80];

	disk_options(d->watch->disk_mib, n, options, sizeof(options));
	if (mount(NULL, d->root, NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV, options) < 0)
		event_add(d->events, "disk", d->lab.name, "its size stays as it is: %s",
		          strerror(errno));
}

/* --- is it full --------------------------------------------------------------------------------
 */

struct use {
	uint64_t size, used;
	unsigned percent; /* of room or of files, whichever is scarcer */
};

static bool use_of(const struct driver *d, struct use *ret)
{
	struct statfs s;

	if (fstatfs(d->root_fd, &s) < 0 || !s.f_blocks || !s.f_files)
		return false;
	ret->size = (uint64_t)s.f_blocks * (uint64_t)s.f_bsize;
	ret->used = (uint64_t)(s.f_blocks - s.f_bfree) * (uint64_t)s.f_bsize;
	unsigned room = (unsigned)((s.f_blocks - s.f_bfree) * 100 / s.f_blocks),
	         files = (unsigned)((s.f_files - s.f_ffree) * 100 / s.f_files);

	ret->percent = room > files ? room : files;
	return true;
}

/* Bytes below a folder; links are not followed. */
static uint64_t weigh_folder(int at, const char *name, int depth, unsigned *left)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	uint64_t sum = 0;
	struct stat st;

	if (!dir) {
		close_p(&fd);
		return 0;
	}
	for (struct dirent *de; *left && (de = readdir(dir));) {
		if (streq(de->d_name, ".") || streq(de->d_name, ".."))
			continue;
		(*left)--;
		if (fstatat(fd, de->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			sum += (uint64_t)st.st_blocks * 512;
		if (de->d_type == DT_DIR && depth < DEPTH_MAX)
			sum += weigh_folder(fd, de->d_name, depth + 1, left);
	}
	closedir(dir);
	return sum;
}

static const struct lab_node *find_largest(const struct driver *d, uint64_t *ret_bytes)
{
	const struct lab_node *most = NULL;
	unsigned left = ENTRIES_MAX;

	*ret_bytes = 0;
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		const struct lab_node *n = d->lab.nodes[i];
		uint64_t bytes = n->dir ? weigh_folder(AT_FDCWD, n->dir, 0, &left) : 0;

		if (bytes > *ret_bytes) {
			*ret_bytes = bytes;
			most = n;
		}
	}
	return most;
}

char *disk_full(const struct driver *d)
{
	struct use u;
	uint64_t bytes;

	if (!use_of(d, &u) || u.percent < FULL_PERCENT)
		return NULL;
	const struct lab_node *n = find_largest(d, &bytes);

	return xasprintf("the files of its nodes fill the %llu MiB that they have together; %s has "
	                 "%llu MiB of it. Delete some (vnetlab exec %s -- du -a /var /run /tmp), "
	                 "or give more: vnetlab up --disk MIB",
	                 (unsigned long long)(u.size >> 20), n ? n->name : "no node",
	                 (unsigned long long)(bytes >> 20), n ? n->name : "NODE");
}

json_t *disk_json(const struct driver *d)
{
	struct use u = { 0 };

	(void)use_of(d, &u);
	return json_pack("{s:I,s:I,s:b}", "sizeBytes", (json_int_t)u.size, "usedBytes",
	                 (json_int_t)u.used, "full", u.percent >= FULL_PERCENT);
}

static void look_at_disk(struct timer *t)
{
	struct driver *d = container_of(t, struct watch_room, disk_timer)->d;
	struct use u;

	loop_timer(d->loop, t, LOOK_MS);
	if (!use_of(d, &u))
		return;
	if (d->watch->disk_told) {
		d->watch->disk_told = u.percent >= EMPTIER_PERCENT;
		return;
	}
	_cleanup_free_ char *why = disk_full(d);

	if (!why)
		return;
	d->watch->disk_told = true;
	event_add(d->events, "disk", d->lab.name, "%s", why);
}

void disk_watch(struct driver *d)
{
	d->watch->disk_timer.fn = look_at_disk;
	loop_timer(d->loop, &d->watch->disk_timer, LOOK_MS);
}
