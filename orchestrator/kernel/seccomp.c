/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/seccomp.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/mem.h"

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000 /* the same machine's other numbers */
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

/* Refused with EPERM.  What is newer than the oldest headers that we build with is there by its
 * number, which new calls have in common on all machines. */
static const int REFUSED[] = {
	/* mounts, and the way out through them */
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_fsopen,
	SYS_fsconfig,
	SYS_fsmount,
	SYS_fspick,
	SYS_move_mount,
	SYS_open_tree,
	SYS_mount_setattr,
	467 /* open_tree_attr */,
	SYS_open_by_handle_at,
	/* other namespaces */
	SYS_unshare,
	SYS_setns,
	/* other processes */
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_process_madvise,
	SYS_pidfd_getfd,
	SYS_kcmp,
	SYS_move_pages,
	SYS_migrate_pages,
	/* the kernel itself */
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
	SYS_bpf,
	SYS_perf_event_open,
	SYS_userfaultfd,
	SYS_io_uring_setup,
	SYS_io_uring_enter,
	SYS_io_uring_register,
	SYS_add_key,
	SYS_request_key,
	SYS_keyctl,
	SYS_fanotify_init,
	SYS_lookup_dcookie,
	/* the machine */
	SYS_reboot,
	SYS_swapon,
	SYS_swapoff,
	SYS_acct,
	SYS_syslog,
	SYS_quotactl,
	SYS_quotactl_fd,
	SYS_sethostname,
	SYS_setdomainname,
	SYS_vhangup,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_clock_adjtime,
	SYS_adjtimex,
	SYS_nfsservctl,
#ifdef SYS_kexec_file_load
	SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
	SYS_iopl,
	SYS_ioperm,
#endif
#ifdef SYS_uselib
	SYS_uselib,
	SYS_ustat,
	SYS_sysfs,
	SYS__sysctl,
#endif
#ifdef SYS_modify_ldt
	SYS_modify_ldt,
#endif
};

/* The address families that daemons speak; of the rest, some reach past network namespaces
 * (AF_VSOCK), the others are code that nobody needs here. */
static const int FAMILIES[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET };

/* Keys pressed for somebody else, on a terminal that we were lent. */
static const int IOCTLS[] = { TIOCSTI, TIOCLINUX };

enum {
	NEW_SPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
	             CLONE_NEWPID | CLONE_NEWNET,
	CODE_MAX = 256,
};

struct program {
	struct sock_filter code[CODE_MAX];
	unsigned short n;
};

#ifdef OUR_ARCH
static struct program seccomp_programs[2]; /* by ignore_setgroups */

static void put(struct program *p, unsigned short code, unsigned k, unsigned char yes,
                unsigned char no)
{
	p->code[p->n++] = (struct sock_filter){ code, yes, no, k };
}

static void load(struct program *p, size_t offset)
{
	put(p, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0);
}

static void answer(struct program *p, unsigned code)
{
	put(p, BPF_RET | BPF_K, code, 0, 0);
}

static void load_number(struct program *p)
{
	load(p, offsetof(struct seccomp_data, nr));
}

static void load_argument(struct program *p, unsigned i)
{
	/* The lower half: what the kernel takes of an int. Both machines have it first. */
	load(p, offsetof(struct seccomp_data, args) + i * sizeof(uint64_t));
}

/* The call has that number: the next instruction; else the one after. */
static void if_call(struct program *p, int number)
{
	put(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1);
}

static void refuse(struct program *p, int number, unsigned how)
{
	if_call(p, number);
	answer(p, how);
}

/* number's i-th argument is one of list: EPERM. */
static void refuse_values(struct program *p, int number, unsigned i, const int *list, size_t n)
{
	unsigned char skip = (unsigned char)(2 * n + 2);

	put(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, skip);
	load_argument(p, i);
	for (size_t k = 0; k < n; k++)
		refuse(p, list[k], SECCOMP_RET_ERRNO | EPERM);
	answer(p, SECCOMP_RET_ALLOW);
}

/* ... is none of list: EAFNOSUPPORT. */
static void only_families(struct program *p, int number)
{
	size_t n = ARRAY_LEN(FAMILIES);

	put(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, (unsigned char)(2 * n + 2));
	load_argument(p, 0);
	for (size_t k = 0; k < n; k++) {
		if_call(p, FAMILIES[k]);
		answer(p, SECCOMP_RET_ALLOW);
	}
	answer(p, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
}

static void no_new_spaces(struct program *p, unsigned flags_at)
{
	put(p, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4);
	load_argument(p, flags_at);
	put(p, BPF_JMP | BPF_JSET | BPF_K, NEW_SPACES, 0, 1);
	answer(p, SECCOMP_RET_ERRNO | EPERM);
	answer(p, SECCOMP_RET_ALLOW);
	/* Its flags are in memory, which a filter does not see: programs take clone() instead. */
	refuse(p, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
}

static void make_program(struct program *p, bool ignore_setgroups)
{
	load(p, offsetof(struct seccomp_data, arch));
	put(p, BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
	answer(p, SECCOMP_RET_ERRNO | ENOSYS);
	load_number(p);
#ifdef X32_BIT
	put(p, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	answer(p, SECCOMP_RET_ERRNO | ENOSYS);
#endif
	for (size_t i = 0; i < ARRAY_LEN(REFUSED); i++)
		refuse(p, REFUSED[i], SECCOMP_RET_ERRNO | EPERM);
	if (ignore_setgroups)
		refuse(p, SYS_setgroups, SECCOMP_RET_ERRNO);
	only_families(p, SYS_socket);
	only_families(p, SYS_socketpair);
	refuse_values(p, SYS_ioctl, 1, IOCTLS, ARRAY_LEN(IOCTLS));
	no_new_spaces(p, 0);
	answer(p, SECCOMP_RET_ALLOW);
}
#endif

void seccomp_prepare(void)
{
#ifdef OUR_ARCH
	for (int i = 0; i < 2; i++)
		if (!seccomp_programs[i].n)
			make_program(&seccomp_programs[i], i);
#endif
}

int seccomp_confine(bool ignore_setgroups)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
#ifdef OUR_ARCH
	struct program *p = &seccomp_programs[ignore_setgroups];
	struct sock_fprog prog = { p->n, p->code };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
#else
	(void)ignore_setgroups;
	return 0;
#endif
}
