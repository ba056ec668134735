/* SPDX-License-Identifier: MIT */
#ifndef MC_USE_H
#define MC_USE_H

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
