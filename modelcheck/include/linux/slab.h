/* SPDX-License-Identifier: MIT */
/*
 * kmalloc() and its kin: every allocation is an object of its own, freed once. With -DMC_FAIL_KMALLOC=1 any may
 * fail, except with __GFP_NOFAIL. The flags are not evaluated otherwise.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <linux/gfp_types.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <limits.h>
#include <mc/cache.h>
#include <mc/intrinsics.h>
#include <mc/resize.h>

#ifndef MC_FAIL_KMALLOC
#define MC_FAIL_KMALLOC 0
#endif

/* Pages of the highest order that the kernel has by default. */
#define KMALLOC_MAX_SIZE (1UL << 22)

/* family: by what it may be freed. */
#if MC_FAIL_KMALLOC
#define __mc_kmalloc_to(most, size, flags, zeroed, family) \
	((flags) & __GFP_NOFAIL ? __mc_alloc((size), zeroed, 0, most, family) : __mc_alloc((size), zeroed, 1, most, family))
#else
#define __mc_kmalloc_to(most, size, flags, zeroed, family) __mc_alloc((size), zeroed, 0, most, family)
#endif
#define __mc_kmalloc(size, flags, zeroed) __mc_kmalloc_to(KMALLOC_MAX_SIZE, size, flags, zeroed, "kmalloc")
#define __mc_kvmalloc(size, flags, zeroed) __mc_kmalloc_to(INT_MAX, size, flags, zeroed, "kvmalloc")

#define ZERO_SIZE_PTR ((void *)16)

#define kmalloc(size, flags) __mc_kmalloc(size, flags, 0)
#define kzalloc(size, flags) __mc_kmalloc(size, flags, 1)
#define kmalloc_node(size, flags, node) __mc_kmalloc(size, flags, 0)
#define kzalloc_node(size, flags, node) __mc_kmalloc(size, flags, 1)
#define kmalloc_array(n, size, flags) __mc_kmalloc(size_mul(size, n), flags, 0)
#define kcalloc(n, size, flags) __mc_kmalloc(size_mul(size, n), flags, 1)
#define kvmalloc(size, flags) __mc_kvmalloc(size, flags, 0)
#define kvzalloc(size, flags) __mc_kvmalloc(size, flags, 1)
#define kvmalloc_array(n, size, flags) __mc_kvmalloc(size_mul(size, n), flags, 0)
#define kvcalloc(n, size, flags) __mc_kvmalloc(size_mul(size, n), flags, 1)
#define kmalloc_obj(object, ...) ((__typeof__(object) *)__mc_kmalloc(sizeof(object), 0U, 0))
#define kzalloc_obj(object, ...) ((__typeof__(object) *)__mc_kmalloc(sizeof(object), 0U, 1))

/* What krealloc() gives for size 0 is nothing to free. */
#define __mc_resizes() (__mc_calls("__mc_size"))

static inline const void *__mc_object_or_null(const volatile void *object)
{
	return (unsigned long)object <= (unsigned long)ZERO_SIZE_PTR ? NULL : (const void *)object;
}

/* kfree() frees what is of a cache, too; what kvmalloc() gave may be vmalloc()'s, whatever its size is here. */
#define __MC_KFREE "kmalloc,kmem_cache_alloc"
#define __MC_KVFREE "kmalloc,kmem_cache_alloc,vmalloc,kvmalloc"
#define __mc_kfree_of(object, families) \
	__mc_kernel_free(__mc_resizes() ? __mc_object_or_null(object) : (object), families)

#define kfree(object) __mc_kfree_of(object, __MC_KFREE)
#define kzfree(object) kfree(object)
#define kfree_sensitive(object) kfree(object)
#define kvfree(object) __mc_kfree_of(object, __MC_KVFREE)
#define kvfree_sensitive(object, size) ((void)(size), kvfree(object))
#define kfree_const(object) kfree(object)

/* As a function too, for callers that pass it on. */
static inline void (kfree)(const void *object)
{
	kfree(object);
}

struct kmem_cache {
	struct __mc_cache __cache;
};

#define SLAB_HWCACHE_ALIGN 0x00002000U
#define SLAB_CACHE_DMA 0x00004000U
#define SLAB_POISON 0x00000800U
#define SLAB_RED_ZONE 0x00000400U
#define SLAB_STORE_USER 0x00010000U
#define SLAB_RECLAIM_ACCOUNT 0x00020000U
#define SLAB_PANIC 0x00040000U
#define SLAB_MEM_SPREAD 0x00100000U
#define SLAB_ACCOUNT 0x04000000U

#define SLAB_TYPESAFE_BY_RCU 0x00080000U
#define SLAB_DESTROY_BY_RCU SLAB_TYPESAFE_BY_RCU

static inline struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
						   slab_flags_t flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache = __mc_kmalloc_to(KMALLOC_MAX_SIZE, sizeof(*cache), 0U, 0, "kmem_cache_create");

	(void)name;
	(void)align;
	__mc_cache_made(&cache->__cache, size, (flags & SLAB_TYPESAFE_BY_RCU) != 0, ctor);
	return cache;
}

static inline void *__mc_kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags, bool zeroed)
{
	if (MC_FAIL_KMALLOC && !(flags & __GFP_NOFAIL) && __mc_choose(2))
		return NULL;
	return __mc_cache_gives(&cache->__cache, zeroed);
}

static inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags)
{
	return __mc_kmem_cache_alloc(cache, flags, 0);
}

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t flags)
{
	return __mc_kmem_cache_alloc(cache, flags, 1);
}

static inline void kmem_cache_free(struct kmem_cache *cache, const void *object)
{
	(void)__mc_load(&cache->__cache.size, 4, "ONCE");
	if (object)
		__mc_cache_takes(&cache->__cache, (void *)object);
}

/* What uses the cache afterwards comes too late. */
static inline void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	__mc_cache_ends(&cache->__cache);
	__mc_free(cache, "kmem_cache_create");
}

#define KMEM_CACHE(type, flags) kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), flags, NULL)
#define kmem_cache_alloc_node(cache, flags, node) kmem_cache_alloc(cache, flags)
#define kmem_cache_shrink(cache) ((void)(cache), 0)

#define krealloc(object, size, flags) \
	__mc_resize((__mc_pointer(object))__mc_object_or_null(object), size, ZERO_SIZE_PTR, kfree(__mc_old), \
		    (flags) & __GFP_ZERO ? __mc_kmalloc(__mc_bytes, flags, 1) : __mc_kmalloc(__mc_bytes, flags, 0))
#define krealloc_array(object, n, size, flags) krealloc(object, size_mul(size, n), flags)
#define kvrealloc(object, size, flags) \
	__mc_resize((__mc_pointer(object))__mc_object_or_null(object), size, ZERO_SIZE_PTR, kvfree(__mc_old), \
		    __mc_kvmalloc(__mc_bytes, flags, 0))

#define kmemdup(from, size, flags) __mc_duplicate(from, size, __mc_kmalloc(__mc_bytes, flags, 0))
#define kvmemdup(from, size, flags) __mc_duplicate(from, size, __mc_kvmalloc(__mc_bytes, flags, 0))
#define kmemdup_array(from, n, size, flags) kmemdup(from, size_mul(size, n), flags)

/* A copy of at most that many characters, and a zero behind it. */
static inline char *kmemdup_nul(const char *from, size_t size, gfp_t flags)
{
	char *copy = from ? __mc_kmalloc(size + 1, flags, 0) : NULL;

	if (copy) {
		__builtin_memcpy(copy, from, size);
		copy[size] = 0;
	}
	return copy;
}

static inline char *kstrndup(const char *text, size_t most, gfp_t flags)
{
	return text ? kmemdup_nul(text, strnlen(text, most), flags) : NULL;
}

static inline char *kstrdup(const char *text, gfp_t flags)
{
	return text ? kmemdup_nul(text, strlen(text), flags) : NULL;
}

/* As much as was asked for: what lies behind it in the allocator's own unit is nobody's. */
#define ksize(object) ((size_t)__mc_size(object))

#include <linux/vmalloc.h>

#endif
