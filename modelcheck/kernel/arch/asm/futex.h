/* SPDX-License-Identifier: MIT */
/* Words of user space are memory (uaccess.h), and an operation on one is one step. */
#ifndef MC_ARCH_ASM_FUTEX_H
#define MC_ARCH_ASM_FUTEX_H

#include <linux/futex.h>
#include <linux/uaccess.h>
#include <mc/cmpxchg.h>

static inline int arch_futex_atomic_op_inuser(int op, int by, int *was, u32 *word)
{
	if (__mc_user_fails())
		return -14;
	switch (op) {
	case FUTEX_OP_SET:
		*was = (int)xchg(word, (u32)by);
		break;
	case FUTEX_OP_ADD:
		*was = (int)__mc_rmw(word, 4, "add", (unsigned int)by, "MB", "MB");
		break;
	case FUTEX_OP_OR:
		*was = (int)__mc_rmw(word, 4, "or", (unsigned int)by, "MB", "MB");
		break;
	case FUTEX_OP_ANDN:
		*was = (int)__mc_rmw(word, 4, "andnot", (unsigned int)by, "MB", "MB");
		break;
	case FUTEX_OP_XOR:
		*was = (int)__mc_rmw(word, 4, "xor", (unsigned int)by, "MB", "MB");
		break;
	default:
		return -38;
	}
	return 0;
}

static inline int futex_atomic_cmpxchg_inatomic(u32 *seen, u32 *word, u32 was, u32 now)
{
	if (__mc_user_fails())
		return -14;
	*seen = cmpxchg(word, was, now);
	return 0;
}

#endif
