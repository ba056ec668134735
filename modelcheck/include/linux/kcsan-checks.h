/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KCSAN_CHECKS_H
#define _LINUX_KCSAN_CHECKS_H

#include <linux/compiler.h>

#endif
