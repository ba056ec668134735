/* SPDX-License-Identifier: MIT */
/*
 * Slab, vmalloc and per-CPU allocators: every allocation is an object of its own, freed once by what belongs to it. Node and
 * flags change nothing but __GFP_ZERO and __GFP_NOFAIL; with -DMC_FAIL_KMALLOC=1 any other may fail. Bulk allocation is not
 * there.
 */
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <linux/percpu.h>
#include <linux/version.h>
#include <mc/cache.h>

#ifndef MC_FAIL_KMALLOC
#define MC_FAIL_KMALLOC 0
#endif

/* Since v6.10 the functions behind these macros are called so. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define MC_ALLOCATING(name) name##_noprof
#else
#define MC_ALLOCATING(name) name
#endif

/* Trees without these have fewer parameters. */
#ifndef DECL_KMALLOC_PARAMS
#define DECL_KMALLOC_PARAMS(size, bucket, token) DECL_BUCKET_PARAMS(size, bucket)
#endif
#ifndef DECL_TOKEN_PARAMS
#define DECL_TOKEN_PARAMS(size, token) size_t size
#endif

#define __mc_may_fail(flags) (MC_FAIL_KMALLOC && !((flags) & __GFP_NOFAIL) && __mc_choose(2))
#if MC_FAIL_KMALLOC
#define __mc_success() ((void)0)
#else
#define __mc_success() __mc_assumes("allocation-succeeds")
#endif

#define __mc_new(size, flags, most, family)					\
	__mc_success();								\
	if (__mc_may_fail(flags))						\
		return NULL;							\
	if ((flags) & __GFP_ZERO)						\
		return __mc_alloc((size), 1, 0, most, family);			\
	return __mc_alloc((size), 0, 0, most, family)

#define MC_KMALLOC_MOST (1UL << 22)

void *MC_ALLOCATING(__kmalloc)(DECL_TOKEN_PARAMS(size, token), gfp_t flags)
{
	__mc_new(size, flags, MC_KMALLOC_MOST, "kmalloc");
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
void *__kmalloc_node_noprof(DECL_KMALLOC_PARAMS(size, bucket, token), gfp_t flags, int node)
{
	__mc_new(size, flags, MC_KMALLOC_MOST, "kmalloc");
}

void *__kmalloc_node_track_caller_noprof(DECL_KMALLOC_PARAMS(size, bucket, token), gfp_t flags, int node,
					 unsigned long caller)
{
	__mc_new(size, flags, MC_KMALLOC_MOST, "kmalloc");
}

#if MC_TREE_ALIGNS_KVMALLOC
void *__kvmalloc_node_noprof(DECL_KMALLOC_PARAMS(size, bucket, token), unsigned long align, gfp_t flags, int node)
#else
void *__kvmalloc_node_noprof(DECL_KMALLOC_PARAMS(size, bucket, token), gfp_t flags, int node)
#endif
{
	__mc_new(size, flags, INT_MAX, "kvmalloc");
}

void *__kmalloc_cache_noprof(struct kmem_cache *cache, gfp_t flags, size_t size)
{
	__mc_new(size, flags, MC_KMALLOC_MOST, "kmalloc");
}
#else
void *__kmalloc_node(size_t size, gfp_t flags, int node)
{
	__mc_new(size, flags, MC_KMALLOC_MOST, "kmalloc");
}

void *__kmalloc_node_track_caller(size_t size, gfp_t flags, int node, unsigned long caller)
{
	__mc_new(size, flags, MC_KMALLOC_MOST, "kmalloc");
}

void *__kmalloc_track_caller(size_t size, gfp_t flags, unsigned long caller)
{
	__mc_new(size, flags, MC_KMALLOC_MOST, "kmalloc");
}

void *kvmalloc_node(size_t size, gfp_t flags, int node)
{
	__mc_new(size, flags, INT_MAX, "kvmalloc");
}

void *kmalloc_trace(struct kmem_cache *cache, gfp_t flags, size_t size)
{
	__mc_new(size, flags, MC_KMALLOC_MOST, "kmalloc");
}
#endif

/* Pages hold what is large; it is freed as the rest is. */
void *MC_ALLOCATING(kmalloc_large)(size_t size, gfp_t flags)
{
	__mc_new(size, flags, MC_KMALLOC_MOST, "kmalloc");
}

void kfree(const void *object)
{
	__mc_kernel_free(ZERO_OR_NULL_PTR(object) ? NULL : object, "kmalloc,kmem_cache_alloc");
}

void kfree_sensitive(const void *object)
{
	kfree(object);
}

void kfree_const(const void *object)
{
	kfree(object);
}

void kvfree(const void *object)
{
	__mc_kernel_free(ZERO_OR_NULL_PTR(object) ? NULL : object, "kmalloc,kmem_cache_alloc,vmalloc,kvmalloc");
}

void kvfree_sensitive(const void *object, size_t size)
{
	kvfree(object);
}

void *MC_ALLOCATING(vmalloc)(unsigned long size)
{
	__mc_new(size, 0U, ~0UL >> 1, "vmalloc");
}

void *MC_ALLOCATING(vzalloc)(unsigned long size)
{
	__mc_new(size, __GFP_ZERO, ~0UL >> 1, "vmalloc");
}

void *MC_ALLOCATING(vmalloc_node)(unsigned long size, int node)
{
	__mc_new(size, 0U, ~0UL >> 1, "vmalloc");
}

void *MC_ALLOCATING(vzalloc_node)(unsigned long size, int node)
{
	__mc_new(size, __GFP_ZERO, ~0UL >> 1, "vmalloc");
}

void *MC_ALLOCATING(__vmalloc)(unsigned long size, gfp_t flags)
{
	__mc_new(size, flags, ~0UL >> 1, "vmalloc");
}

void vfree(const void *object)
{
	__mc_free(object, "vmalloc");
}

/* What is of another size is another object; of size 0 there is none to be freed. */
static void *__mc_resized(const void *object, size_t size, gfp_t flags, bool pages)
{
	void *made = ZERO_SIZE_PTR;

	__mc_assumes("resizing-moves");
	if (size)
		made = pages ? kvmalloc(size, flags) : kmalloc(size, flags);
	if (size && made && !ZERO_OR_NULL_PTR(object))
		memcpy(made, object, min(size, __mc_size(object)));
	if (made && pages)
		kvfree(object);
	else if (made)
		kfree(object);
	return made;
}

#if MC_TREE_RESIZES_BY_NODE
void *krealloc_node_align_noprof(const void *object, DECL_TOKEN_PARAMS(size, token), unsigned long align, gfp_t flags,
				 int node)
{
	return __mc_resized(object, size, flags, false);
}

void *kvrealloc_node_align_noprof(const void *object, DECL_TOKEN_PARAMS(size, token), unsigned long align, gfp_t flags,
				  int node)
{
	return __mc_resized(object, size, flags, true);
}
#else
void *MC_ALLOCATING(krealloc)(const void *object, size_t size, gfp_t flags)
{
	return __mc_resized(object, size, flags, false);
}
#endif

#if MC_TREE_RESIZES_BY_NODE
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
void *kvrealloc_noprof(const void *object, size_t size, gfp_t flags)
{
	return __mc_resized(object, size, flags, true);
}
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 15, 0)
void *MC_ALLOCATING(kvrealloc)(const void *object, size_t before, size_t size, gfp_t flags)
{
	return __mc_resized(object, size, flags, true);
}
#endif

char *kstrdup(const char *text, gfp_t flags)
{
	size_t size = text ? strlen(text) + 1 : 0;
	char *copy = text ? kmalloc(size, flags) : NULL;

	if (copy)
		memcpy(copy, text, size);
	return copy;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
void *kmemdup_noprof(const void *from, size_t size, gfp_t flags)
#else
void *kmemdup(const void *from, size_t size, gfp_t flags)
#endif
{
	void *copy = kmalloc(size, flags);

	if (copy)
		memcpy(copy, from, size);
	return copy;
}

/* What struct kmem_cache is to whoever only has a pointer to it is in <mc/cache.h>. */
#define __mc_cache(cache) ((struct __mc_cache *)(cache))

#if !MC_TREE_HAS_FLAGS_OF_SLABS
#define slab_flags_t unsigned long
#endif

static struct kmem_cache *__mc_cache_create(unsigned int size, slab_flags_t flags, void (*ctor)(void *object))
{
	struct __mc_cache *cache = __mc_alloc(sizeof(struct __mc_cache), 0, 0, INT_MAX, "kmem_cache_create");

	return (struct kmem_cache *)__mc_cache_made(cache, size, (flags & SLAB_TYPESAFE_BY_RCU) != 0, ctor);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
struct kmem_cache *__kmem_cache_create_args(const char *name, unsigned int size, struct kmem_cache_args *args,
					    slab_flags_t flags)
{
	return __mc_cache_create(size, flags, args->ctor);
}
#else
#if MC_TREE_MAKES_CACHES_BY_LONG
#define __mc_cache_size size_t
#else
#define __mc_cache_size unsigned int
#endif

struct kmem_cache *kmem_cache_create(const char *name, __mc_cache_size size, __mc_cache_size align, slab_flags_t flags,
				     void (*ctor)(void *))
{
	return __mc_cache_create(size, flags, ctor);
}

struct kmem_cache *kmem_cache_create_usercopy(const char *name, unsigned int size, unsigned int align, slab_flags_t flags,
					      unsigned int offset, unsigned int length, void (*ctor)(void *))
{
	return __mc_cache_create(size, flags, ctor);
}
#endif

void *MC_ALLOCATING(kmem_cache_alloc)(struct kmem_cache *cache, gfp_t flags)
{
	__mc_success();
	return __mc_may_fail(flags) ? NULL : __mc_cache_gives(__mc_cache(cache), (flags & __GFP_ZERO) != 0);
}

void *MC_ALLOCATING(kmem_cache_alloc_node)(struct kmem_cache *cache, gfp_t flags, int node)
{
	return MC_ALLOCATING(kmem_cache_alloc)(cache, flags);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	(void)__mc_load(&__mc_cache(cache)->size, 4, "ONCE");
	if (object)
		__mc_cache_takes(__mc_cache(cache), object);
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	__mc_cache_ends(__mc_cache(cache));
	__mc_free(cache, "kmem_cache_create");
}

/* One object with a part for each CPU, __MC_PERCPU_PITCH apart; an access to what lies between them is out of bounds. */
static void *__mc_percpu(size_t size, gfp_t flags)
{
	__mc_new((CONFIG_NR_CPUS - 1) * __MC_PERCPU_PITCH + size, flags | __GFP_ZERO, ~0UL >> 1, "percpu");
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
void *pcpu_alloc_noprof(size_t size, size_t align, bool reserved, gfp_t flags)
{
	return __mc_percpu(size, flags);
}
#else
void *__alloc_percpu_gfp(size_t size, size_t align, gfp_t flags)
{
	return __mc_percpu(size, flags);
}

void *__alloc_percpu(size_t size, size_t align)
{
	return __mc_percpu(size, 0U);
}
#endif

void free_percpu(void *object)
{
	__mc_free(object, "percpu");
}
