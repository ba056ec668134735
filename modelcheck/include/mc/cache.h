/* SPDX-License-Identifier: MIT */
/*
 * Caches of objects, as <linux/slab.h> has them. What comes from a cache is freed into it, or by kfree(); with objects in use
 * a cache is not to be destroyed. An object of SLAB_TYPESAFE_BY_RCU that is freed stays what it is: it may be handed out
 * again, as it was left, until a grace period of RCU is over and its memory goes. Such objects, and all where kfree() may free
 * what a cache that is destroyed counts, are listed: MC_NR_CACHED of them.
 */
#ifndef MC_CACHE_H
#define MC_CACHE_H

#include <mc/intrinsics.h>
#include <mc/kfree.h>

#ifndef MC_NR_CACHED
#define MC_NR_CACHED 4
#endif

struct __mc_cache {
	unsigned int size;
	unsigned int in_use;	/* objects allocated and not freed */
	unsigned int typesafe;
	void (*ctor)(void *object);
};

/* How often the object was handed out and freed: odd while it is free; or its memory is gone. */
#define __MC_GONE_FROM_CACHE 0xffffffffU
struct __mc_cached {
	void *object;
	struct __mc_cache *cache;
	unsigned int turns;
};

__attribute__((weak)) struct __mc_cached __mc_cached[MC_NR_CACHED] MC_UNITS;
__attribute__((weak)) unsigned int __mc_nr_cached;

void more_objects_of_caches_than_MC_NR_CACHED(void);
void a_cache_of_SLAB_TYPESAFE_BY_RCU_that_no_source_names(void);

/* Whether there is any such cache: without, nothing here waits for a grace period. */
#define __mc_caches_typesafe() (__mc_mentions("SLAB_TYPESAFE_BY_RCU") || __mc_mentions("SLAB_DESTROY_BY_RCU"))

static inline struct __mc_cache *__mc_cache_made(struct __mc_cache *cache, unsigned int size, _Bool typesafe,
						 void (*ctor)(void *object))
{
	if (typesafe && !__mc_caches_typesafe())
		a_cache_of_SLAB_TYPESAFE_BY_RCU_that_no_source_names();
	if (cache) {
		cache->size = size;
		cache->in_use = 0;
		cache->typesafe = typesafe;
		cache->ctor = ctor;
	}
	return cache;
}

static inline void __mc_cache_lists(struct __mc_cache *cache, void *object)
{
	unsigned long number = __mc_rmw(&__mc_nr_cached, 4, "add", 1, "ONCE", "ONCE");

	if (number >= MC_NR_CACHED)
		more_objects_of_caches_than_MC_NR_CACHED();
	__mc_cached[number].cache = cache;
	__mc_store(&__mc_cached[number].object, 8, (unsigned long)object, "RELEASE");
}

static inline struct __mc_cached *__mc_cache_entry(const void *object)
{
	for (unsigned long i = 0; i < MC_NR_CACHED; i++)
		if (__mc_load(&__mc_cached[i].object, 8, "ACQUIRE") == (unsigned long)object)
			return &__mc_cached[i];
	return 0;
}

/* One that was freed, and is still there; whether it is taken, and which, is anything. */
static inline void *__mc_cache_again(struct __mc_cache *cache)
{
	for (unsigned long i = 0; i < MC_NR_CACHED; i++) {
		unsigned long object = __mc_load(&__mc_cached[i].object, 8, "ACQUIRE");
		unsigned long turns;

		if (!object || __mc_cached[i].cache != cache)
			continue;
		turns = __mc_load(&__mc_cached[i].turns, 4, "ONCE");
		if ((turns & 1) && turns != __MC_GONE_FROM_CACHE && __mc_choose(2) &&
		    __mc_rmw_if(&__mc_cached[i].turns, 4, "add", 1, "eq", turns, "ACQUIRE", "ONCE", "ONCE") == turns)
			return (void *)object;
	}
	return 0;
}

/* A new object, or one that was freed before. */
static inline void *__mc_cache_gives(struct __mc_cache *cache, _Bool zeroed)
{
	void *object = __mc_caches_typesafe() && cache->typesafe ? __mc_cache_again(cache) : 0;

	if (!object) {
		object = zeroed ? __mc_alloc_of(cache->size, 1, 0, cache) : __mc_alloc_of(cache->size, 0, 0, cache);
		if ((__mc_caches_typesafe() && cache->typesafe) || __mc_caches_count())
			__mc_cache_lists(cache, object);
		if (cache->ctor)
			cache->ctor(object);
	} else if (zeroed) {
		__builtin_memset((unsigned char *)object, 0, cache->size);
	}
	__mc_rmw(&cache->in_use, 4, "add", 1, "ONCE", "ONCE");
	return object;
}

/* The memory of a free object goes, unless the object was handed out again meanwhile. */
static inline void *__mc_cache_lapses(void *argument)
{
	struct __mc_cached *entry = &__mc_cached[(unsigned long)argument >> 32];
	unsigned long turns = (unsigned int)(unsigned long)argument;

	__mc_fence("Sync-rcu");
	if (__mc_rmw_if(&entry->turns, 4, "xchg", __MC_GONE_FROM_CACHE, "eq", turns, "ACQUIRE", "RELEASE", "ONCE") == turns)
		__mc_free_into(entry->object, entry->cache);
	return 0;
}

static inline void __mc_cache_frees_late(struct __mc_cached *entry)
{
	unsigned long turns = __mc_rmw_if(&entry->turns, 4, "add", 1, "clear", 1, "ONCE", "RELEASE", "ONCE");

	__mc_assert(!(turns & 1), "double-free", "an object of a cache is freed that is free already");
	if (!(turns & 1))
		__mc_spawn(__mc_cache_lapses, (void *)((unsigned long)(entry - __mc_cached) << 32 | (turns + 1)));
}

static inline void __mc_cache_takes(struct __mc_cache *cache, void *object)
{
	struct __mc_cached *late = 0;

	/* As one expression, of which nothing is left where there is no such cache. */
	(void)((__mc_caches_typesafe() && cache->typesafe && (late = __mc_cache_entry(object)) != 0 && late->cache == cache &&
		(__mc_cache_frees_late(late), 1)) ||
	       (__mc_free_into(object, cache), 1));
	__mc_rmw(&cache->in_use, 4, "sub", 1, "ONCE", "RELEASE");
}

__attribute__((weak)) _Bool __mc_cache_kfrees(const void *object)
{
	struct __mc_cached *entry = object ? __mc_cache_entry(object) : 0;

	if (!entry)
		return 0;
	__mc_cache_takes(entry->cache, (void *)object);
	return 1;
}

/* With objects in use the kernel warns. Memory that goes after a grace period is waited for. */
static inline void __mc_cache_ends(struct __mc_cache *cache)
{
	__mc_assert(__mc_load(&cache->in_use, 4, "ACQUIRE") == 0, "warning", "a cache is destroyed with objects in use");
	if (__mc_caches_typesafe() && cache->typesafe)
		for (unsigned long i = 0; i < MC_NR_CACHED; i++)
			if (__mc_load(&__mc_cached[i].object, 8, "ACQUIRE") && __mc_cached[i].cache == cache &&
			    (__mc_load(&__mc_cached[i].turns, 4, "ONCE") & 1))
				__mc_await(&__mc_cached[i].turns, 4, "eq", __MC_GONE_FROM_CACHE, "ACQUIRE");
}

#endif
