/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PAGEVEC_H
#define _LINUX_PAGEVEC_H

#include <linux/mm.h>

#endif
