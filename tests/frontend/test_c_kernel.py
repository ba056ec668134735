# ruff: noqa: E501 (C programs and tables)
"""Code as kernels of around 2012 are written, against the model headers, run by a single thread."""

from __future__ import annotations

from pathlib import Path

from modelcheck.program.ir import Alloc, Program, Spawn, Unsupported
from tests.frontend.c_running import instructions, program, values

CACHE = """
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/mutex.h>
#include <linux/err.h>
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/wait.h>
#include <linux/completion.h>
#include <linux/rcupdate.h>

#define MAX_KEYS	4
#define ITEM_DIRTY	3

struct cache;

struct cache_ops {
	int (*fill)(struct cache *cache, int key);
	void (*release)(struct cache *cache);
	int (*shrink)(struct cache *, unsigned long nr);
};

struct item {
	struct list_head lru;
	unsigned long flags;
	atomic_t refs;
	int key;
	union {
		void *private;
		unsigned long tagged;
	};
};

struct cache {
	spinlock_t lock;
	struct mutex mutex;
	struct list_head items;
	unsigned int nr;
	const struct cache_ops *ops;
	wait_queue_head_t wait;
	struct completion done;
	struct item __rcu *latest;
};

static struct item *item_alloc(int key)
{
	struct item *item;

	if (key < 0)
		return ERR_PTR(-EINVAL);
	item = kzalloc(sizeof(*item), GFP_KERNEL);
	if (unlikely(!item))
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&item->lru);
	atomic_set(&item->refs, 1);
	item->key = key;
	item->tagged = (unsigned long)item | 1;
	return item;
}

static void item_put(struct item *item)
{
	if (atomic_dec_and_test(&item->refs)) {
		BUG_ON(!list_empty(&item->lru));
		kfree(item);
	}
}

static int cache_fill(struct cache *cache, int key)
{
	struct item *item, *old;
	int err = 0;

	item = item_alloc(key);
	if (IS_ERR(item))
		return PTR_ERR(item);

	spin_lock(&cache->lock);
	if (cache->nr >= MAX_KEYS) {
		err = -ENOSPC;
		goto out_unlock;
	}
	list_for_each_entry(old, &cache->items, lru) {
		if (old->key == key) {
			err = -EEXIST;
			goto out_unlock;
		}
	}
	list_add_tail(&item->lru, &cache->items);
	set_bit(ITEM_DIRTY, &item->flags);
	cache->nr++;
	rcu_assign_pointer(cache->latest, item);
	spin_unlock(&cache->lock);
	wake_up(&cache->wait);
	return 0;

out_unlock:
	spin_unlock(&cache->lock);
	item_put(item);
	return err;
}

static int cache_shrink(struct cache *cache, unsigned long nr)
{
	struct item *item, *next;
	LIST_HEAD(dispose);
	int freed = 0;

	spin_lock(&cache->lock);
	list_for_each_entry_safe(item, next, &cache->items, lru) {
		if (!nr--)
			break;
		if (!test_and_clear_bit(ITEM_DIRTY, &item->flags))
			continue;
		list_move(&item->lru, &dispose);
		cache->nr--;
	}
	spin_unlock(&cache->lock);

	while (!list_empty(&dispose)) {
		item = list_first_entry(&dispose, struct item, lru);
		list_del_init(&item->lru);
		freed += item->key;
		item_put(item);
	}
	return freed;
}

static void cache_release(struct cache *cache)
{
	mutex_lock(&cache->mutex);
	cache->ops->shrink(cache, ~0UL);
	mutex_unlock(&cache->mutex);
	complete(&cache->done);
}

static const struct cache_ops default_ops = {
	.fill		= cache_fill,
	.release	= cache_release,
	.shrink		= cache_shrink,
};

static struct cache the_cache = {
	.items	= LIST_HEAD_INIT(the_cache.items),
	.lock	= __SPIN_LOCK_UNLOCKED(the_cache.lock),
	.ops	= &default_ops,
};

static int latest_key(struct cache *cache)
{
	struct item *item;
	int key = -1;

	rcu_read_lock();
	item = rcu_dereference(cache->latest);
	if (item)
		key = item->key;
	rcu_read_unlock();
	return key;
}

static int __init cache_init(void)
{
	mutex_init(&the_cache.mutex);
	init_waitqueue_head(&the_cache.wait);
	init_completion(&the_cache.done);
	return 0;
}
module_init(cache_init);

static int by_order(struct cache *cache)
{
	struct item *item;
	int digits = 0;

	list_for_each_entry_reverse(item, &cache->items, lru)
		digits = digits * 10 + item->key;
	return digits;
}
"""

USE = """
long out[14];
int main(void)
{
	struct cache *c = &the_cache;
	int n = 0;

	cache_init();
	out[n++] = latest_key(c);
	out[n++] = c->ops->fill(c, 1);
	out[n++] = c->ops->fill(c, 2);
	out[n++] = c->ops->fill(c, 2);
	out[n++] = c->ops->fill(c, -1);
	out[n++] = c->ops->fill(c, 3);
	out[n++] = c->ops->fill(c, 4);
	out[n++] = c->ops->fill(c, 5);
	out[n++] = latest_key(c);
	out[n++] = by_order(c);
	out[n++] = (list_first_entry(&c->items, struct item, lru)->tagged & ~1UL) == (unsigned long)c->items.next;
	out[n++] = c->ops->shrink(c, 2);
	wait_event(c->wait, c->nr == 2);
	c->ops->release(c);
	wait_for_completion(&c->done);
	out[n++] = c->nr;
	out[n++] = list_empty(&c->items);
	return 0;
}
"""


def made(folder: Path) -> Program:
    return program(folder, CACHE + USE)


def test_a_cache_with_lists_tables_locks_and_error_exits_computes_what_it_should(tmp_path: Path) -> None:
    eexist, einval, enospc = -17, -22, -28
    assert values(tmp_path, CACHE + USE) == [-1, 0, 0, eexist, einval, 0, 0, enospc, 4, 4321, 1, 3, 0, 1]


def test_nothing_of_it_is_unsupported_and_its_objects_are_typed(tmp_path: Path) -> None:
    steps = [step for function in made(tmp_path).functions.values() for step in instructions(function)]
    refused = {step.reason for step in steps if isinstance(step, Unsupported)}
    assert refused == {
        "__mc_depth is thread-local, and used by more than 64 threads",
        "no body for more_threads_than_MC_NR_THREADS()",
    }
    assert {step.layout.type for step in steps if isinstance(step, Alloc) and step.layout} == {"struct item"}


def test_places_in_headers_are_shown_by_their_include_names(tmp_path: Path) -> None:
    found = made(tmp_path)
    files = {step.source.file for function in found.functions.values() for step in instructions(function)}
    assert "<linux/list.h>" in files
    assert files <= set(found.files)
    assert "list_head" in found.files["<linux/list.h>"]


def test_a_thread_function_of_pthreads_is_started_by_name(tmp_path: Path) -> None:
    code = """
    #include <pthread.h>
    #include <stdatomic.h>
    #include <assert.h>
    static atomic_int x; static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER; static int data;
    static void *run(void *arg) { pthread_mutex_lock(&m); data += (long)arg; pthread_mutex_unlock(&m); atomic_fetch_add(&x, 1); return arg; }
    int main(void)
    {
        pthread_t threads[2]; void *result;
        for (long i = 0; i < 2; i++) pthread_create(&threads[i], NULL, run, (void *)i);
        for (int i = 0; i < 2; i++) pthread_join(threads[i], &result);
        assert(data == 1 && atomic_load(&x) == 2);
        return 0;
    }
    """
    found = program(tmp_path, code)
    steps = instructions(found.functions["main"])
    assert [(step.callee, step.name) for step in steps if isinstance(step, Spawn)] == [("run", "run")]
    assert [step for step in steps if isinstance(step, Unsupported)] == []
