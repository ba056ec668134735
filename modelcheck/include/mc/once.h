/* SPDX-License-Identifier: MIT */
/* What every header of primitives rests on: the marked accesses, and types without their qualifiers. */
#ifndef MC_ONCE_H
#define MC_ONCE_H

#include <mc/intrinsics.h>
#include <mc/version.h>

/* The type of x as a value: without const, volatile, _Atomic. A volatile local would be a shared access. */
#define __mc_typeof(x) __typeof__((void)0, (x))

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define ACCESS_ONCE(x) (*(volatile __typeof__(x) *)&(x))
/* A store that is marked since that version of the kernel, and was plain before. */
#define __mc_once_since(version, x, v) (MC_KERNEL_VERSION < (version) ? ((x) = (v)) : WRITE_ONCE(x, v))

#define __mc_load_typed(p, tags) ((__typeof__(*(p)))__mc_load((p), sizeof(*(p)), tags))
#define __mc_store_typed(p, v, tags) \
	__mc_store((p), sizeof(*(p)), (unsigned long)(__typeof__(*(p)))(v), tags)

#endif
