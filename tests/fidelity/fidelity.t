#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every published observation of real Azure against a lab of the same design: a result per case.
exec "$(dirname "$0")/run" --tap
