/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_FREEZER_H
#define _LINUX_FREEZER_H

#include <linux/sched.h>

#endif
