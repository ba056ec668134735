/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BOTTOM_HALF_H
#define _LINUX_BOTTOM_HALF_H

#include <linux/kernel.h>

#endif
