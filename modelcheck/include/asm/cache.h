/* SPDX-License-Identifier: MIT */
#ifndef _ASM_CACHE_H
#define _ASM_CACHE_H

#include <linux/compiler.h>

#endif
