/* SPDX-License-Identifier: MIT */
/*
 * realloc() and its kin, and what copies memory to a new object. Whatever is resized becomes another object: a pointer to
 * the old one is as good as after a free.
 */
#ifndef MC_RESIZE_H
#define MC_RESIZE_H

#include <mc/intrinsics.h>

/* What is copied cell by cell is of the type that the pointer says; behind a void pointer, bytes. */
#define __mc_cells(p) \
	_Generic((p), void *: (unsigned char *)(p), const void *: (const unsigned char *)(p), default: (p))

/* The type of a pointer, or of what an array is as a value. */
#define __mc_pointer(p) __typeof__(1 ? (p) : (p))

/*
 * of_none: what it gives after freeing, where bytes is 0 (NULL: of NULL, it allocates). allocation: of __mc_bytes.
 * freeing: of __mc_old.
 */
#define __mc_resize(object, bytes, of_none, freeing, allocation) ({		\
	__mc_pointer(object) __mc_old = (object);					\
	unsigned long __mc_bytes = (bytes);					\
	__mc_pointer(object) __mc_new;						\
	__mc_assumes("resizing-moves");						\
	if (!__mc_bytes && (__mc_old || (of_none))) {						\
		freeing;						\
		__mc_new = (__mc_pointer(object))(of_none);			\
	} else {								\
		__mc_new = (allocation);					\
		if (__mc_old && __mc_new) {					\
			unsigned long __mc_kept = __mc_size(__mc_old);		\
										\
			__builtin_memcpy((void *)__mc_cells(__mc_new), __mc_cells(__mc_old), \
					 __mc_kept < __mc_bytes ? __mc_kept : __mc_bytes); \
			freeing;					\
		}								\
	}									\
	(void *)__mc_new;							\
})

/* The product, or more than there is. */
#define __mc_product(n, size) ({						\
	unsigned long __mc_each = (size), __mc_n = (n);				\
	__mc_each && __mc_n > ~0UL / __mc_each ? ~0UL : __mc_n * __mc_each;	\
})

#define __mc_duplicate(from, size, allocation) ({				\
	__mc_pointer(from) __mc_from = (from);					\
	unsigned long __mc_bytes = (size);					\
	__mc_pointer(from) __mc_copy = (allocation);				\
	if (__mc_copy)								\
		__builtin_memcpy((void *)__mc_cells(__mc_copy), __mc_cells(__mc_from), __mc_bytes); \
	(void *)__mc_copy;							\
})

#endif
