/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PREFETCH_H
#define _LINUX_PREFETCH_H

#include <asm/processor.h>

#endif
