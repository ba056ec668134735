/* SPDX-License-Identifier: MIT */
#ifndef _STDDEF_H
#define _STDDEF_H

#include <mc/stdtypes.h>

typedef __WCHAR_TYPE__ wchar_t;
typedef struct {
	long long __mc_first;
	long double __mc_second;
} max_align_t;

#endif
