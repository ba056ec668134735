/* SPDX-License-Identifier: MIT */
/* What kfree() and its kin do: an object of a cache is counted where it matters to who destroys the cache (mc/cache.h). */
#ifndef MC_KFREE_H
#define MC_KFREE_H

#include <mc/intrinsics.h>

#define __mc_caches_count() (__mc_calls("kmem_cache_destroy"))

/* Frees the object if it is one of a cache that counts; false where it is to be freed as any other. */
_Bool __mc_cache_kfrees(const void *object);

/* families: as __mc_free() takes them. */
#define __mc_kernel_free(object, families) ({				\
	const volatile void *__mc_freed = (object);			\
	if (!__mc_caches_count() || !__mc_cache_kfrees((const void *)__mc_freed)) \
		__mc_free(__mc_freed, families);			\
	(void)0;							\
})

#endif
