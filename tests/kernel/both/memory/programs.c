/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/kref.h>
#include <linux/refcount.h>
#include <mc/check.h>
struct thing { int a; int b; struct kref ref; };
static struct thing *shared;
static struct kmem_cache *cache, *other;
static DEFINE_SPINLOCK(lock);
static void make(void) { shared = kzalloc(sizeof(*shared), GFP_KERNEL); kref_init(&shared->ref); }
static void make_and_free(void) { struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL); t->a = 1; kfree(t); }
static void forget(void) { struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL); t->a = 1; }
static void free_twice(void) { struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL); kfree(t); kfree(t); }
static void use_freed(void) { struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL); kfree(t); t->a = 1; }
static void beyond(void) { int *t = kmalloc(8, GFP_KERNEL); t[2] = 1; kfree(t); }
static void unset(void) { struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL); if (t->a) t->b = 2; kfree(t); }
static void zeroed(void) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); MC_ASSERT("assertion", t->a == 0, "zero"); kfree(t); }
static void free_inside(void) { struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL); kfree(&t->b); }
static void free_static(void) { kfree(&lock); }
static void free_null(void) { kfree(NULL); kvfree(NULL); vfree(NULL); kmem_cache_destroy(NULL); }
static void vm(void) { char *p = vmalloc(100); p[99] = 1; vfree(p); p = vzalloc(10); MC_ASSERT("assertion", !p[3], "zero"); kvfree(p); }
static void vm_kfree(void) { char *p = vmalloc(100); kfree(p); }
static void km_vfree(void) { char *p = kmalloc(100, GFP_KERNEL); vfree(p); }
static void kvm_kfree(void) { char *p = kvmalloc(100, GFP_KERNEL); kfree(p); }
static void kvm(void) { char *p = kvmalloc(100, GFP_KERNEL); p[0] = 1; kvfree(p); p = kvzalloc(4, GFP_KERNEL); kvfree(p); }
static void unchecked(void) { struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL); t->a = 1; kfree(t); }
static void checked(void) { struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL); if (!t) return; t->a = 1; kfree(t); t = kzalloc(sizeof(*t), GFP_KERNEL | __GFP_NOFAIL); t->a = 2; kfree(t); }
static void dup(void) { char *p = kstrdup("ab", GFP_KERNEL), *q = kmemdup(p, 3, GFP_KERNEL); MC_ASSERT("assertion", q[1] == 'b' && !q[2], "copied"); kfree(p); kfree(q); }
static void arr(void) { int *p = kcalloc(3, sizeof(int), GFP_KERNEL); p[2] = 1; kfree(p); p = kmalloc_array(2, 4, GFP_KERNEL); p[1] = 0; kfree(p); }
static void re(void) { int *p = kcalloc(1, sizeof(int), GFP_KERNEL); p = krealloc(p, 8, GFP_KERNEL); MC_ASSERT("assertion", p[0] == 0, "kept"); p[1] = 1; kfree(p); }
static void re_old(void) { int *p = kcalloc(1, sizeof(int), GFP_KERNEL), *q = krealloc(p, 8, GFP_KERNEL); p[0] = 1; kfree(q); }
static void make_cache(void) { cache = kmem_cache_create("things", sizeof(struct thing), 0, 0, NULL); other = kmem_cache_create("others", sizeof(struct thing), 0, 0, NULL); }
static void end_cache(void) { kmem_cache_destroy(cache); kmem_cache_destroy(other); }
static void c_ok(void) { struct thing *t = kmem_cache_alloc(cache, GFP_KERNEL); t->a = 1; kmem_cache_free(cache, t); }
static void c_twice(void) { struct thing *t = kmem_cache_alloc(cache, GFP_KERNEL); kmem_cache_free(cache, t); kmem_cache_free(cache, t); }
static void c_use(void) { struct thing *t = kmem_cache_alloc(cache, GFP_KERNEL); kmem_cache_free(cache, t); t->a = 1; }
static void c_other(void) { struct thing *t = kmem_cache_alloc(cache, GFP_KERNEL); kmem_cache_free(other, t); }
static void c_km(void) { struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL); kmem_cache_free(cache, t); }
static void c_kfree(void) { struct thing *t = kmem_cache_alloc(cache, GFP_KERNEL); kfree(t); }
static void c_left(void) { shared = kmem_cache_alloc(cache, GFP_KERNEL); shared->a = 1; }
static void c_after(void) { struct thing *t; kmem_cache_destroy(cache); kmem_cache_destroy(other); t = kmem_cache_alloc(cache, GFP_KERNEL); kmem_cache_free(cache, t); }
static int made;
static void ctor(void *p) { ((struct thing *)p)->a = 7; }
static void make_ctor(void) { cache = kmem_cache_create("things", sizeof(struct thing), 0, 0, ctor); }
static void end_ctor(void) { kmem_cache_destroy(cache); }
static void c_ctor(void) { struct thing *t = kmem_cache_alloc(cache, GFP_KERNEL); MC_ASSERT("assertion", t->a == 7, "made"); kmem_cache_free(cache, t); }
static void frees_shared(void) { kfree(shared); }
static void uses_shared(void) { shared->a = 1; }
static void release(struct kref *ref) { kfree(container_of(ref, struct thing, ref)); }
static void make_two(void) { make(); kref_get(&shared->ref); }
static void puts_shared(void) { shared->a = 1; kref_put(&shared->ref, release); }

static void puts_and_clears(void) { struct thing *t = shared; shared = NULL; kref_put(&t->ref, release); }
static void make_two2(void) { make_two(); }
static void gets_unless(void) { if (kref_get_unless_zero(&shared->ref)) kref_put(&shared->ref, release); }
static refcount_t rc;
static void rc_one(void) { refcount_set(&rc, 1); }
static void rc_dec(void) { (void)!refcount_dec_and_test(&rc); }
static void rc_up(void) { refcount_inc(&rc); }
static void rc_plain_dec(void) { refcount_dec(&rc); }
#include <linux/rcupdate.h>
static void make_ts(void) { cache = kmem_cache_create("things", sizeof(struct thing), 0, SLAB_TYPESAFE_BY_RCU, NULL); shared = kmem_cache_alloc(cache, GFP_KERNEL); shared->a = 1; shared->b = 0; }
static void end_ts(void) { kmem_cache_destroy(cache); }
static void ts_reads(void) { struct thing *t; rcu_read_lock(); t = READ_ONCE(shared); if (t) MC_ASSERT("assertion", READ_ONCE(t->a) == 1, "stays"); rcu_read_unlock(); }
static void ts_frees(void) { struct thing *t = shared; WRITE_ONCE(shared, NULL); kmem_cache_free(cache, t); }
static void ts_reads_late(void) { struct thing *t = READ_ONCE(shared); if (t) MC_ASSERT("assertion", READ_ONCE(t->a) == 1, "stays"); }
static void ts_replaces(void) { struct thing *t = shared; WRITE_ONCE(shared, NULL); kmem_cache_free(cache, t); t = kmem_cache_alloc(cache, GFP_KERNEL); WRITE_ONCE(t->a, 2); kmem_cache_free(cache, t); }
static void ts_twice(void) { kmem_cache_free(cache, shared); kmem_cache_free(cache, shared); }
static void ts_left(void) { }
static void ts_kfrees(void) { struct thing *t = shared; WRITE_ONCE(shared, NULL); kfree(t); }
static void ts_uses(void) { kmem_cache_free(cache, shared); WRITE_ONCE(shared->a, 1); }
static void ts_leak(void) { WRITE_ONCE(shared, NULL); }
struct late { int a; struct rcu_head rcu; };
static void make_late(void) { cache = kmem_cache_create("late", sizeof(struct late), 0, 0, NULL); }
static void c_kfree_rcu(void) { struct late *t = kmem_cache_alloc(cache, GFP_KERNEL); kfree_rcu(t, rcu); rcu_barrier(); }
static void c_kfree_twice(void) { struct late *t = kmem_cache_alloc(cache, GFP_KERNEL); kfree(t); kfree(t); }
