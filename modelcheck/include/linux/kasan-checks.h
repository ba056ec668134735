/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KASAN_CHECKS_H
#define _LINUX_KASAN_CHECKS_H

#include <linux/compiler.h>

#endif
