/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_CGROUP_H
#define _LINUX_CGROUP_H

#include <linux/kernel.h>

#endif
