/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two matrices of one lab, the design's and the kernels': whether they agree.  Pure. */
#pragma once

#include "matrix/matrix.h"

enum { DISAGREEMENTS_MOST = 1000 };

/* Appends to the array an object for each flow of kernel that model says otherwise of.  Where the
 * model is not certain it is not asked, and of equal paths the kernel's has to be one.  between:
 * whose matrix model is. */
void matrix_disagreements(const struct matrix *model, const struct matrix *kernel,
                          const char *between, json_t *ret);
/* The same of a file's matrix and a lab's: senders that one of them alone has are rows, too, with
 * "absent" for the verdict of the other. */
void matrix_absences(const struct matrix *model, const struct matrix *kernel, const char *between,
                     json_t *ret);
/* One side of such a row; new reference. */
json_t *matrix_side_json(const struct matrix_outcome *o);
