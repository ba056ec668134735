"""Two frees of one object that nothing orders: whoever comes second frees it again, who began whom does not matter."""

from __future__ import annotations

import pytest

from tests.agreement.asking import said

HEAD = """
#include <linux/kref.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include <linux/kthread.h>
#include <linux/gfp.h>
struct thing { int value; struct rcu_head rcu; };
static struct thing *thing;
static struct page *page;
static struct kmem_cache *cache;
static struct work_struct item;
static pthread_t child, grandchild;
static struct completion done;
static struct thing *made(void) { return kzalloc(sizeof(struct thing), GFP_KERNEL | __GFP_NOFAIL); }
static struct thing *taken(void) { return xchg(&thing, NULL); }
"""

# name: what the child does, what it begins with, what the parent does beside it, and what the child's end waits for
WAYS = {
    "kfree": ("kfree(thing);", "thing = made();", "kfree(thing);", ""),
    "kfree_rcu": ("kfree_rcu(thing, rcu);", "thing = made();", "kfree(thing);", "rcu_barrier();"),
    "both by RCU": ("kfree_rcu(thing, rcu);", "thing = made();", "kfree_rcu(thing, rcu);", "rcu_barrier();"),
    "page": ("__free_page(page);", "page = alloc_page(GFP_KERNEL); if (!page) return 0;", "__free_page(page);", ""),
    "cache": (
        "kmem_cache_free(cache, thing);",
        'cache = kmem_cache_create("things", sizeof(*thing), 8, 0, NULL);'
        " thing = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_NOFAIL);",
        "kmem_cache_free(cache, thing);",
        "",
    ),
}


def program(child: str, before: str, beside: str, after: str, join_first: bool = False) -> str:
    steps = "pthread_join(child, NULL);", beside
    return HEAD + (
        f"static void *run(void *unused) {{ {child} return NULL; }}\n"
        f"int main(void) {{ {before} pthread_create(&child, NULL, run, NULL);"
        f" {' '.join(steps if join_first else steps[::-1])} {after} return 0; }}\n"
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_parent_frees_what_its_child_frees(way: str) -> None:
    child, before, beside, after = WAYS[way]
    assert said(program(child, before, beside, after)) == {"double-free"}
    assert said(program(child, before, "", after)) == {"PASS"}
    assert said(program("", before, beside, after)) == {"PASS"}


def test_who_takes_it_first_frees_it() -> None:
    free = "struct thing *mine = taken(); if (mine) kfree(mine);"
    assert said(program(free, "thing = made();", free, "")) == {"PASS"}
    loose = "struct thing *mine = thing; thing = NULL; if (mine) kfree(mine);"
    assert said(program(loose, "thing = made();", loose, "")) == {"double-free"}
    assert said(program(loose, "thing = made();", loose, "", join_first=True)) == {"PASS"}


def test_a_child_and_its_child_free_the_same() -> None:
    text = (
        HEAD
        + """
    static void *last(void *unused) { kfree(thing); return NULL; }
    static void *run(void *unused)
    {
        pthread_create(&grandchild, NULL, last, NULL);
        kfree(thing);
        pthread_join(grandchild, NULL);
        return NULL;
    }
    int main(void)
    {
        thing = made();
        pthread_create(&child, NULL, run, NULL);
        pthread_join(child, NULL);
        return 0;
    }
    """
    )
    assert said(text) == {"double-free"}
    assert said(text.replace("kfree(thing);\n        pthread", "pthread")) == {"PASS"}


def test_an_item_of_work_frees_what_its_owner_frees() -> None:
    text = (
        HEAD
        + """
    static void work(struct work_struct *unused) { kfree(thing); }
    int main(void)
    {
        thing = made();
        INIT_WORK(&item, work);
        schedule_work(&item);
        %s
        flush_work(&item);
        return 0;
    }
    """
    )
    assert said(text % "kfree(thing);") == {"double-free"}
    assert said(text % "") == {"PASS"}
    assert said(text % "if (cancel_work_sync(&item)) kfree(thing);") == {"PASS"}
    assert said(text % "cancel_work_sync(&item); kfree(thing);") == {"double-free"}
