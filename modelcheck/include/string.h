/* SPDX-License-Identifier: MIT */
#ifndef _STRING_H
#define _STRING_H

#include <linux/string.h>

#endif
