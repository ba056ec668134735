/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SWAPOPS_H
#define _LINUX_SWAPOPS_H

#include <linux/swap.h>

#endif
