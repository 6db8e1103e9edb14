/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usage COMMAND...: runs it, and prints "MS KB" on a line of its own behind what it printed: its
 * processor time and the most memory that it had.  A program that is started by a large one begins
 * with the memory of that one in its books, so this small one starts it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double ms_of(struct timeval t)
{
	return (double)t.tv_sec * 1000 + (double)t.tv_usec / 1000;
}

int main(int argc, char **argv)
{
	struct rusage used;
	int status;
	pid_t pid = argc > 1 ? fork() : -1;

	if (pid == 0) {
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		return 1;
	printf("\n%.3f %ld\n", ms_of(used.ru_utime) + ms_of(used.ru_stime), used.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
