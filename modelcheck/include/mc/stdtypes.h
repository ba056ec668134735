/* SPDX-License-Identifier: MIT */
/* Types that <stddef.h>, <stdint.h> and <linux/types.h> share, so that all three may be included. */
#ifndef MC_STDTYPES_H
#define MC_STDTYPES_H

typedef __SIZE_TYPE__ size_t;
typedef long ssize_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;

#undef NULL
#define NULL ((void *)0)
#undef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)

#ifndef true
#define true 1
#define false 0
#endif

/* Lets typed arguments of a macro be evaluated and dropped without a warning: up to 16 of them. */
#define __mc_use_0()
#define __mc_use_1(a) (void)(a),
#define __mc_use_2(a, ...) (void)(a), __mc_use_1(__VA_ARGS__)
#define __mc_use_3(a, ...) (void)(a), __mc_use_2(__VA_ARGS__)
#define __mc_use_4(a, ...) (void)(a), __mc_use_3(__VA_ARGS__)
#define __mc_use_5(a, ...) (void)(a), __mc_use_4(__VA_ARGS__)
#define __mc_use_6(a, ...) (void)(a), __mc_use_5(__VA_ARGS__)
#define __mc_use_7(a, ...) (void)(a), __mc_use_6(__VA_ARGS__)
#define __mc_use_8(a, ...) (void)(a), __mc_use_7(__VA_ARGS__)
#define __mc_use_9(a, ...) (void)(a), __mc_use_8(__VA_ARGS__)
#define __mc_use_10(a, ...) (void)(a), __mc_use_9(__VA_ARGS__)
#define __mc_use_11(a, ...) (void)(a), __mc_use_10(__VA_ARGS__)
#define __mc_use_12(a, ...) (void)(a), __mc_use_11(__VA_ARGS__)
#define __mc_use_13(a, ...) (void)(a), __mc_use_12(__VA_ARGS__)
#define __mc_use_14(a, ...) (void)(a), __mc_use_13(__VA_ARGS__)
#define __mc_use_15(a, ...) (void)(a), __mc_use_14(__VA_ARGS__)
#define __mc_use_16(a, ...) (void)(a), __mc_use_15(__VA_ARGS__)
#define __mc_count(...) __mc_count_(x, ##__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define __mc_count_(x, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, count, ...) count
#define __mc_paste(a, b) __mc_paste_(a, b)
#define __mc_paste_(a, b) a##b
/* Evaluates its arguments in order; its value is 0, as an int. */
void __mc_assumes(const char *id);
#define __mc_use(...) (__mc_assumes("messages-say-nothing"), __mc_paste(__mc_use_, __mc_count(__VA_ARGS__))(__VA_ARGS__) 0)

#endif
