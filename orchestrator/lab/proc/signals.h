/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deadly signals of a lab's pid 1: the kernel keeps signals from pid 1 of a namespace unless it
 * handles them, its own abort() among them, which would end in a fault that says nothing. */
#pragma once

/* After this the driver ends by them, with an exit status that says by which. */
void signals_deadly(void);
void signals_deadly_undo(void); /* in a child of it, which is no pid 1 */
/* The driver's wait status as if the signal itself had killed it. */
int signals_wait_status(int wstatus);
