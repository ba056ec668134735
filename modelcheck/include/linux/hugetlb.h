/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_HUGETLB_H
#define _LINUX_HUGETLB_H

#include <linux/mm.h>

#endif
