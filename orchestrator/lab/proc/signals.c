/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/signals.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

enum { BY_SIGNAL = 128 }; /* exit status: this and the signal's number */

static const int SIGNALS[] = { SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGQUIT };

static void on_deadly(int sig, siginfo_t *si, void *context)
{
	(void)context;
	/* A fault that the kernel found happens again, without a handler, and kills, with a core.
	 */
	if (si->si_code <= 0)
		_exit(BY_SIGNAL + sig);
}

void signals_deadly(void)
{
	struct sigaction sa = { .sa_sigaction = on_deadly, .sa_flags = SA_SIGINFO | SA_RESETHAND };
	struct sigaction have;

	for (size_t i = 0; i < ARRAY_LEN(SIGNALS); i++)
		/* A sanitizer's own handler says more. */
		if (sigaction(SIGNALS[i], NULL, &have) == 0 && have.sa_handler == SIG_DFL)
			sigaction(SIGNALS[i], &sa, NULL);
}

void signals_deadly_undo(void)
{
	struct sigaction have;

	for (size_t i = 0; i < ARRAY_LEN(SIGNALS); i++)
		if (sigaction(SIGNALS[i], NULL, &have) == 0 && have.sa_sigaction == on_deadly)
			signal(SIGNALS[i], SIG_DFL);
}

int signals_wait_status(int wstatus)
{
	int status = WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 0;

	return status > BY_SIGNAL ? status - BY_SIGNAL : wstatus;
}
