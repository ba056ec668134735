/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MINMAX_H
#define _LINUX_MINMAX_H

#define min(x, y) ({ __auto_type __mc_x = (x); __auto_type __mc_y = (y); __mc_x < __mc_y ? __mc_x : __mc_y; })
#define max(x, y) ({ __auto_type __mc_x = (x); __auto_type __mc_y = (y); __mc_x > __mc_y ? __mc_x : __mc_y; })
#define min_t(type, x, y) ({ type __mc_xt = (x); type __mc_yt = (y); __mc_xt < __mc_yt ? __mc_xt : __mc_yt; })
#define max_t(type, x, y) ({ type __mc_xt = (x); type __mc_yt = (y); __mc_xt > __mc_yt ? __mc_xt : __mc_yt; })
#define min3(x, y, z) min(min(x, y), z)
#define max3(x, y, z) max(max(x, y), z)
#define min_not_zero(x, y) ({						\
	__auto_type __mc_xn = (x);					\
	__auto_type __mc_yn = (y);					\
	__mc_xn == 0 ? __mc_yn : __mc_yn == 0 ? __mc_xn : min(__mc_xn, __mc_yn); \
})
#define clamp(value, low, high) min(max(value, low), high)
#define clamp_t(type, value, low, high) min_t(type, max_t(type, value, low), high)
#define clamp_val(value, low, high) clamp_t(__typeof__(value), value, low, high)
#define umin(x, y) min((x) + 0u + 0ul + 0ull, (y) + 0u + 0ul + 0ull)
#define umax(x, y) max((x) + 0u + 0ul + 0ull, (y) + 0u + 0ul + 0ull)
#define in_range(value, start, len) ((unsigned long)(value) - (unsigned long)(start) < (unsigned long)(len))
#define swap(a, b) do { __auto_type __mc_swap = (a); (a) = (b); (b) = __mc_swap; } while (0)

#endif
