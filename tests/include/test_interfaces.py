"""Interfaces of the kernel, used right and with the classic mistake: caches, work taken back, memory of users."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.c import parse_program
from modelcheck.interleave.explore import explore
from modelcheck.program.ir import PROPERTIES
from modelcheck.solve.check import check

ASKED = frozenset(PROPERTIES) - {"race"}
START = """
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>
#include <pthread.h>
struct e { int v; struct rcu_head rcu; };
struct d { struct mutex lock; struct work_struct work; int x; };
static struct kmem_cache *cache; static struct e *gp; static struct d *dev;
struct pair { int a, b; }; static struct pair user;
static void gone(struct rcu_head *head) { kmem_cache_free(cache, container_of(head, struct e, rcu)); }
static void worked(struct work_struct *w)
{
	struct d *d = container_of(w, struct d, work);
	mutex_lock(&d->lock); d->x++; mutex_unlock(&d->lock);
}
"""
MADE = "cache = KMEM_CACHE(e, 0); gp = kmem_cache_alloc(cache, GFP_KERNEL); gp->v = 1;"
OTHER = "struct kmem_cache *other = KMEM_CACHE(e, 0); struct e *p = kmem_cache_alloc(other, GFP_KERNEL); int x = 0;"
DEVICE = "dev = kzalloc(sizeof(*dev), GFP_KERNEL); mutex_init(&dev->lock); INIT_WORK(&dev->work, worked);"
PROGRAMS = [
    ("PASS", MADE + "kmem_cache_free(cache, gp); kmem_cache_destroy(cache);"),
    ("PASS", MADE + "kmem_cache_free(cache, NULL); kmem_cache_free(cache, gp); kmem_cache_destroy(cache); gp = NULL;"
             "kmem_cache_destroy(NULL);"),
    ("warning", MADE + "kmem_cache_destroy(cache);"),
    ("use-after-free", MADE + "kmem_cache_destroy(cache); kmem_cache_free(cache, gp);"),
    ("null-dereference", MADE + "kmem_cache_free(NULL, gp);"),
    ("double-free", MADE + "kmem_cache_free(cache, gp); kmem_cache_free(cache, gp);"),
    ("bad-free", MADE + "kmem_cache_free(KMEM_CACHE(e, 0), gp);"),
    ("bad-free", MADE + OTHER + "kmem_cache_free(other, gp);"),
    ("bad-free", MADE + OTHER + "x = 1; kmem_cache_free(x ? other : cache, gp);"),
    ("bad-free", MADE + "struct e *p = kmalloc(sizeof(*p), GFP_KERNEL); kmem_cache_free(cache, p); kfree(gp);"),
    ("PASS", MADE + OTHER + "kmem_cache_free(other, p); kmem_cache_free(cache, gp); kmem_cache_destroy(other);"),
    ("PASS", MADE + "kfree(gp);"),
    ("PASS", MADE + "call_rcu(&gp->rcu, gone); rcu_barrier(); kmem_cache_destroy(cache);"),
    ("use-after-free", MADE + "call_rcu(&gp->rcu, gone); kmem_cache_destroy(cache);"),
    ("PASS", DEVICE + "schedule_work(&dev->work); flush_work(&dev->work); kfree(dev);"),
    ("PASS", DEVICE + "schedule_work(&dev->work); cancel_work_sync(&dev->work); kfree(dev);"),
    ("use-after-free", DEVICE + "schedule_work(&dev->work); cancel_work(&dev->work); kfree(dev);"),
    ("deadlock", DEVICE + "schedule_work(&dev->work); mutex_lock(&dev->lock); cancel_work_sync(&dev->work);"
                 "mutex_unlock(&dev->lock); kfree(dev);"),
    ("assertion", DEVICE + "schedule_work(&dev->work); BUG_ON(!cancel_work_sync(&dev->work)); kfree(dev);"),
    ("PASS", DEVICE + "schedule_work(&dev->work); BUG_ON(cancel_work_sync(&dev->work) && dev->x); kfree(dev);"),
    ("PASS", DEVICE + "BUG_ON(cancel_work_sync(&dev->work)); schedule_work(&dev->work); flush_work(&dev->work);"
             "BUG_ON(dev->x != 1); kfree(dev);"),
    ("PASS", "struct pair p; user.a = 1; user.b = 2; BUG_ON(copy_from_user(&p, &user, sizeof(p)));"
             "BUG_ON(p.a != 1 || p.b != 2); p.a = 3; BUG_ON(copy_to_user(&user, &p, sizeof(p))); BUG_ON(user.a != 3);"),
    ("PASS", "int v; user.a = 7; BUG_ON(get_user(v, &user.a) || v != 7); BUG_ON(put_user(8, &user.b) || user.b != 8);"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_it_does_what_the_kernel_s_does(tmp_path: Path, number: int) -> None:
    expected, body = PROGRAMS[number]
    (tmp_path / "p.c").write_text(f"{START}int main(void) {{\n{body}\nreturn 0; }}\n")
    program = parse_program([tmp_path / "p.c"])
    first = explore(program, "sc", ASKED)
    assert (first.finding.property if first.finding else first.verdict) == expected, first.finding
    second = check(program, load_model("lkmm"), ASKED)
    assert (second.property or second.verdict) == expected, (second.reason, second.message)


@pytest.mark.parametrize(("into", "expected"), [("own", "PASS"), ("cache", "bad-free")])
def test_a_thread_frees_into_the_cache_that_an_object_is_of(tmp_path: Path, into: str, expected: str) -> None:
    """Both caches have objects in use, in a field of theirs which of them they are of."""
    text = """
struct o { struct kmem_cache *own; struct e *e; };
static void *put(void *a)
{
	struct o *o = a; struct kmem_cache *own = READ_ONCE(o->own);
	kmem_cache_free(INTO, o->e);
	return a;
}
static struct o first, second;
static void *make(void *a)
{
	second.e = kmem_cache_alloc(second.own, GFP_KERNEL); put(&second);
	return a;
}
int main(void)
{
	pthread_t x, y;
	cache = first.own = KMEM_CACHE(e, 0); second.own = KMEM_CACHE(e, 0);
	first.e = kmem_cache_alloc(cache, GFP_KERNEL);
	pthread_create(&x, 0, put, &first); pthread_create(&y, 0, make, 0); pthread_join(x, 0); pthread_join(y, 0);
	kmem_cache_destroy(first.own); kmem_cache_destroy(second.own);
	return 0;
}
"""
    (tmp_path / "p.c").write_text(START + text.replace("INTO", into))
    program = parse_program([tmp_path / "p.c"])
    first = explore(program, "sc", ASKED)
    assert (first.finding.property if first.finding else first.verdict) == expected
    for model in ("sc", "lkmm"):
        second = check(program, load_model(model), ASKED)
        assert (second.property or second.verdict) == expected, second.reason


def test_memory_of_a_user_may_change_between_two_copies(tmp_path: Path) -> None:
    text = (
        START
        + """
static void *ioctl(void *a)
{
	struct pair p, q;
	if (copy_from_user(&p, &user, sizeof(p)) || copy_from_user(&q, &user, sizeof(q))) return a;
	BUG_ON(p.a != q.a);
	return a;
}
static void *other(void *a) { WRITE_ONCE(user.a, 5); return a; }
int main(void)
{
	pthread_t x, y;
	pthread_create(&x, 0, ioctl, 0); pthread_create(&y, 0, other, 0); pthread_join(x, 0); pthread_join(y, 0);
	return 0;
}
"""
    )
    (tmp_path / "p.c").write_text(text)
    found = explore(parse_program([tmp_path / "p.c"]), "sc", ASKED)
    assert found.finding is not None
    assert found.finding.property == "assertion"


def test_it_may_not_be_there_where_the_program_is_told(tmp_path: Path) -> None:
    text = START + "int main(void) { struct pair p; BUG_ON(copy_from_user(&p, &user, sizeof(p))); return 0; }"
    (tmp_path / "p.c").write_text(text)
    for fails, expected in (("0", "PASS"), ("1", "FAIL")):
        program = parse_program([tmp_path / "p.c"], defines={"MC_FAIL_COPY_FROM_USER": fails})
        assert check(program, load_model("sc"), ASKED).verdict == expected
