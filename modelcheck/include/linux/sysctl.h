/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SYSCTL_H
#define _LINUX_SYSCTL_H

#include <linux/kernel.h>

#endif
