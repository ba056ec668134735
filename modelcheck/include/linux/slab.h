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
#include <mc/intrinsics.h>

#ifndef MC_FAIL_KMALLOC
#define MC_FAIL_KMALLOC 0
#endif

#if MC_FAIL_KMALLOC
#define __mc_kmalloc(size, flags, zeroed) \
	((flags) & __GFP_NOFAIL ? __mc_alloc((size), zeroed, 0) : __mc_alloc((size), zeroed, 1))
#define __mc_kmalloc_of(cache, size, flags, zeroed) \
	((flags) & __GFP_NOFAIL ? __mc_alloc_of((size), zeroed, 0, cache) : __mc_alloc_of((size), zeroed, 1, cache))
#else
#define __mc_kmalloc(size, flags, zeroed) __mc_alloc((size), zeroed, 0)
#define __mc_kmalloc_of(cache, size, flags, zeroed) __mc_alloc_of((size), zeroed, 0, cache)
#endif

#define ZERO_SIZE_PTR ((void *)16)

#define kmalloc(size, flags) __mc_kmalloc(size, flags, 0)
#define kzalloc(size, flags) __mc_kmalloc(size, flags, 1)
#define kmalloc_node(size, flags, node) __mc_kmalloc(size, flags, 0)
#define kzalloc_node(size, flags, node) __mc_kmalloc(size, flags, 1)
#define kmalloc_array(n, size, flags) __mc_kmalloc(size_mul(n, size), flags, 0)
#define kcalloc(n, size, flags) __mc_kmalloc(size_mul(n, size), flags, 1)
#define kvmalloc(size, flags) kmalloc(size, flags)
#define kvzalloc(size, flags) kzalloc(size, flags)
#define kvmalloc_array(n, size, flags) kmalloc_array(n, size, flags)
#define kvcalloc(n, size, flags) kcalloc(n, size, flags)
#define vmalloc(size) __mc_kmalloc(size, GFP_KERNEL, 0)
#define vzalloc(size) __mc_kmalloc(size, GFP_KERNEL, 1)
#define kmalloc_obj(object, ...) ((__typeof__(object) *)__mc_kmalloc(sizeof(object), 0U, 0))
#define kzalloc_obj(object, ...) ((__typeof__(object) *)__mc_kmalloc(sizeof(object), 0U, 1))

/* As functions too, for callers that pass them on. */
static inline void (kfree)(const void *object)
{
	__mc_free(object);
}

#define kfree(object) __mc_free(object)
#define kzfree(object) __mc_free(object)
#define kfree_sensitive(object) __mc_free(object)
#define kvfree(object) __mc_free(object)
#define vfree(object) __mc_free(object)
#define kfree_const(object) __mc_free(object)

struct kmem_cache {
	unsigned int size;
	void (*ctor)(void *object);
	unsigned int __in_use; /* objects allocated and not freed into it */
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

/* Memory that stays an object of its type until a grace period has passed: not modelled, so creating such a cache is refused. */
#define SLAB_TYPESAFE_BY_RCU 0x00080000U
#define SLAB_DESTROY_BY_RCU SLAB_TYPESAFE_BY_RCU
void slab_typesafe_by_rcu_is_not_modelled(void);

static inline struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
						   slab_flags_t flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache = __mc_kmalloc(sizeof(*cache), 0U, 0);

	(void)name;
	(void)align;
	if (flags & SLAB_TYPESAFE_BY_RCU)
		slab_typesafe_by_rcu_is_not_modelled();
	if (cache) {
		cache->size = size;
		cache->ctor = ctor;
		cache->__in_use = 0;
	}
	return cache;
}

#define __mc_cache_count(cache, object) \
	((void)((object) && __mc_rmw(&(cache)->__in_use, 4, "add", 1, "ONCE", "ONCE")))

static inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags)
{
	void *object = __mc_kmalloc_of(cache, cache->size, flags, 0);

	(void)flags;
	__mc_cache_count(cache, object);
	if (object && cache->ctor)
		cache->ctor(object);
	return object;
}

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t flags)
{
	void *object = __mc_kmalloc_of(cache, cache->size, flags, 1);

	(void)flags;
	__mc_cache_count(cache, object);
	return object;
}

static inline void kmem_cache_free(struct kmem_cache *cache, const void *object)
{
	(void)__mc_load(&cache->size, 4, "ONCE");
	if (!object)
		return;
	__mc_free_into(object, cache);
	__mc_rmw(&cache->__in_use, 4, "sub", 1, "ONCE", "RELEASE");
}

/* kfree() may free what is of a cache, too: then its own count says too much. */
#define __mc_freed_otherwise() (__mc_calls("__mc_free") || __mc_calls("kfree") || __mc_calls("__mc_kfree_rcu"))
void objects_of_a_cache_may_have_been_freed_with_kfree(void);

/* With objects in use the kernel warns; what uses the cache afterwards comes too late. */
static inline void kmem_cache_destroy(struct kmem_cache *cache)
{
	unsigned int in_use;

	if (!cache)
		return;
	in_use = __mc_load(&cache->__in_use, 4, "ACQUIRE");
	if (in_use && __mc_freed_otherwise())
		objects_of_a_cache_may_have_been_freed_with_kfree();
	__mc_assert(!in_use, "warning", "a cache is destroyed with objects in use");
	__mc_free(cache);
}

#define KMEM_CACHE(type, flags) kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), flags, NULL)
#define kmem_cache_alloc_node(cache, flags, node) kmem_cache_alloc(cache, flags)
#define kmem_cache_shrink(cache) ((void)(cache), 0)

/* Declared, so that a call is refused. */
void *krealloc(const void *object, size_t size, gfp_t flags);
size_t ksize(const void *object);

#endif
