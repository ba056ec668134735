/* SPDX-License-Identifier: MIT */
/* For kernels before 5.15, which take it from the compiler's own folder. */
#ifndef MC_ARCH_STDARG_H
#define MC_ARCH_STDARG_H

typedef __builtin_va_list va_list;
#define va_start(list, last) __builtin_va_start(list, last)
#define va_arg(list, type) __builtin_va_arg(list, type)
#define va_end(list) __builtin_va_end(list)
#define va_copy(to, from) __builtin_va_copy(to, from)

#endif
