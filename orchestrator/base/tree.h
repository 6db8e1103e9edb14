/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder that we made, with all that is below it. */
#pragma once

/* Removes it: no links are followed, not even those that somebody puts there meanwhile,
 * nothing on other file systems is touched.  What cannot be removed stays, and is not
 * reported. */
void tree_remove(const char *folder);
/* Removes the socket `path` below folder, if it is one; no link on the way there is followed. */
void tree_remove_socket(const char *folder, const char *path);
