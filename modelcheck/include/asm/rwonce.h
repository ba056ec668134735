/* SPDX-License-Identifier: MIT */
#ifndef _ASM_RWONCE_H
#define _ASM_RWONCE_H

#include <linux/compiler.h>

#endif
