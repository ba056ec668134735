/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PAGE_REF_H
#define _LINUX_PAGE_REF_H

#include <linux/mm.h>

#endif
