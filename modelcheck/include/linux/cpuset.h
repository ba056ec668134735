/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_CPUSET_H
#define _LINUX_CPUSET_H

#include <linux/kernel.h>

#endif
