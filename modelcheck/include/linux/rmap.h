/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RMAP_H
#define _LINUX_RMAP_H

#include <linux/mm.h>

#endif
