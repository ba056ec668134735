/* SPDX-License-Identifier: MIT */
/* Memory of user space is memory that the scenario gives to it. */
#ifndef MC_ARCH_ASM_UACCESS_H
#define MC_ARCH_ASM_UACCESS_H

#include <linux/types.h>
#include <mc/intrinsics.h>

/* As CONFIG-like knobs of a spec's defines: 1: memory of user space may not be there. */
#ifndef MC_FAIL_USER
#define MC_FAIL_USER 0
#endif

#define access_ok(...) 1
#define __access_ok(...) 1
#define user_addr_max() (~0UL)
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#define VERIFY_READ 0
#define VERIFY_WRITE 1
#define MAKE_MM_SEG(limit) ((mm_segment_t) { (limit) })
#define KERNEL_DS MAKE_MM_SEG(~0UL)
#define USER_DS MAKE_MM_SEG(1UL << 47)
#define get_ds() KERNEL_DS
#define get_fs() USER_DS
#define set_fs(limit) ((void)(limit))
#define segment_eq(a, b) ((a).seg == (b).seg)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 9, 0)
typedef struct {
	unsigned long seg;
} mm_segment_t;
#else
#include <asm/thread_info.h>
#endif
#else
#define uaccess_kernel() 0
#endif

static inline unsigned long raw_copy_from_user(void *to, const void *from, unsigned long n)
{
	if (MC_FAIL_USER && __mc_choose(2))
		return n;
	__builtin_memcpy(to, from, n);
	return 0;
}

static inline unsigned long raw_copy_to_user(void *to, const void *from, unsigned long n)
{
	if (MC_FAIL_USER && __mc_choose(2))
		return n;
	__builtin_memcpy(to, from, n);
	return 0;
}

#define INLINE_COPY_FROM_USER
#define INLINE_COPY_TO_USER

#define __mc_user_fails() (MC_FAIL_USER && __mc_choose(2))
#define __get_user(x, p) ({						\
	int __mc_gone = __mc_user_fails();				\
	if (!__mc_gone)							\
		(x) = (__typeof__(x))*(const volatile __typeof__(*(p)) *)(p); \
	__mc_gone ? -14 : 0;						\
})
#define __put_user(x, p) ({						\
	int __mc_gone = __mc_user_fails();				\
	if (!__mc_gone)							\
		*(volatile __typeof__(*(p)) *)(p) = (x);		\
	__mc_gone ? -14 : 0;						\
})
#define get_user(x, p) __get_user(x, p)
#define put_user(x, p) __put_user(x, p)
#define __get_kernel_nofault(to, from, type, label) ((void)(*(type *)(to) = *(const type *)(from)))
#define __put_kernel_nofault(to, from, type, label) ((void)(*(type *)(to) = *(const type *)(from)))
#define HAVE_GET_KERNEL_NOFAULT

#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 12, 0)
#define __copy_from_user(to, from, n) raw_copy_from_user(to, from, n)
#define __copy_to_user(to, from, n) raw_copy_to_user(to, from, n)
#define __copy_from_user_inatomic(to, from, n) raw_copy_from_user(to, from, n)
#define __copy_to_user_inatomic(to, from, n) raw_copy_to_user(to, from, n)
#define copy_from_user(to, from, n) raw_copy_from_user(to, from, n)
#define copy_to_user(to, from, n) raw_copy_to_user(to, from, n)
#define copy_in_user(to, from, n) raw_copy_to_user(to, from, n)
struct exception_table_entry {
	unsigned long insn, fixup;
};
#define strlen_user(text) strnlen_user(text, 0x7fffffffL)
#endif

unsigned long clear_user(void __attribute__((noderef)) *to, unsigned long n);
unsigned long __clear_user(void *to, unsigned long n);
long strncpy_from_user(char *to, const char *from, long count);
long strnlen_user(const char *text, long count);

#endif
