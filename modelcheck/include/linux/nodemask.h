/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_NODEMASK_H
#define _LINUX_NODEMASK_H

#include <linux/kernel.h>

#endif
