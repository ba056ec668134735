#include <linux/slab.h>
#include <linux/rcupdate.h>

struct record {
	int n;
	struct rcu_head rcu;
};

static int there;

static void uses(void)
{
	struct kmem_cache *cache = kmem_cache_create("records", sizeof(struct record), 0, 0, NULL);
	struct record *record = kmem_cache_alloc(cache, GFP_KERNEL);

	WRITE_ONCE(there, record != NULL);
#if defined(INTO)
	kmem_cache_free(cache, record);
#elif defined(KFREE)
	kfree(record);
#elif defined(LATER)
	kfree_rcu(record, rcu);
	rcu_barrier();
#endif
	kmem_cache_destroy(cache);
}
