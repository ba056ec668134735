/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KSM_H
#define _LINUX_KSM_H

#include <linux/mm.h>

#endif
