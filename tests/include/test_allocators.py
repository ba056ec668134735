"""Memory is freed by what belongs to what gave it; both engines say so, before the first thread starts and in threads.

Which belong together is what the kernel's documents say of each function: kfree() takes objects of caches too, kvfree()
and kfree_rcu() take all three kinds, vfree() its own alone, kvmalloc() may have called either, and C's allocator is
another's.
"""

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
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/rcupdate.h>
#include <linux/gfp.h>
#include <linux/workqueue.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
struct o { int x; struct rcu_head head; };
static struct kmem_cache *cache, *other;
"""
SIZE = "sizeof(struct o)"

GIVES = {
    "kmalloc": f"kmalloc({SIZE}, GFP_KERNEL)",
    "kcalloc": f"kcalloc(2, {SIZE}, GFP_KERNEL)",
    "krealloc": f"krealloc((struct o *)NULL, {SIZE}, GFP_KERNEL)",
    "vmalloc": f"vmalloc({SIZE})",
    "vzalloc": f"vzalloc({SIZE})",
    "kvmalloc": f"kvmalloc({SIZE}, GFP_KERNEL)",
    "kvcalloc": f"kvcalloc(2, {SIZE}, GFP_KERNEL)",
    "kmem_cache_alloc": "kmem_cache_alloc(cache, GFP_KERNEL)",
    "malloc": f"malloc({SIZE})",
    "calloc": f"calloc(1, {SIZE})",
    "strdup": '(struct o *)strdup("a text that is as long as the structure")',
}
FREES = {
    "kfree": ("kfree(p)", "kmalloc kcalloc krealloc kmem_cache_alloc"),
    "kfree as a function": ("(kfree)(p)", "kmalloc kcalloc krealloc kmem_cache_alloc"),
    "kfree_sensitive": ("kfree_sensitive(p)", "kmalloc kcalloc krealloc kmem_cache_alloc"),
    "vfree": ("vfree(p)", "vmalloc vzalloc"),
    "kvfree": ("kvfree(p)", "kmalloc kcalloc krealloc kmem_cache_alloc vmalloc vzalloc kvmalloc kvcalloc"),
    "kfree_rcu": ("kfree_rcu(p, head)", "kmalloc kcalloc krealloc kmem_cache_alloc vmalloc vzalloc kvmalloc kvcalloc"),
    "kmem_cache_free": ("kmem_cache_free(cache, p)", "kmem_cache_alloc"),
    "kmem_cache_free into another": ("kmem_cache_free(other, p)", ""),
    "free": ("free(p)", "malloc calloc strdup"),
    "free as a function": ("(free)(p)", "malloc calloc strdup"),
    "krealloc": ("kfree(krealloc(p, 2 * sizeof(struct o), GFP_KERNEL))", "kmalloc kcalloc krealloc kmem_cache_alloc"),
    "krealloc to nothing": ("(void)krealloc(p, 0, GFP_KERNEL)", "kmalloc kcalloc krealloc kmem_cache_alloc"),
    "kvrealloc": (
        "kvfree(kvrealloc(p, 2 * sizeof(struct o), GFP_KERNEL))",
        "kmalloc kcalloc krealloc kmem_cache_alloc vmalloc vzalloc kvmalloc kvcalloc",
    ),
    "realloc": ("free(realloc(p, 2 * sizeof(struct o)))", "malloc calloc strdup"),
    "__free_page": ("__free_page((struct page *)p)", ""),
    "destroy_workqueue": ("destroy_workqueue((struct workqueue_struct *)p)", ""),
    "kmem_cache_destroy": ("kmem_cache_destroy((struct kmem_cache *)p)", ""),
}
COPIES = ("krealloc", "kvrealloc", "realloc")
CACHES = 'cache = kmem_cache_create("a", sizeof(struct o), 0, 0, NULL); other = kmem_cache_create("b", 8, 0, 0, NULL);'


def program(path: Path, gives: str, frees: str, where: str) -> Path:
    copied = any(name in frees for name in COPIES)
    body = f"struct o *p = {gives}; {'__builtin_memset(p, 0, sizeof(*p));' if copied else ''} {frees};"
    thread = f"static void *f(void *a) {{ {body if where == 'a thread' else ''} return a; }}\n"
    main = (
        f"int main(void) {{ pthread_t t; {CACHES} {body if where == 'main' else ''}"
        " pthread_create(&t, 0, f, 0); pthread_join(t, 0); return 0; }\n"
    )
    path.write_text(START + thread + main)
    return path


def found(path: Path, asked: frozenset[str]) -> set[tuple[str, str | None]]:
    parsed = parse_program([path])
    first, second = explore(parsed, "sc", asked), check(parsed, load_model("lkmm"), asked)
    return {(first.verdict, first.finding.property if first.finding else None), (second.verdict, second.property)}


@pytest.mark.parametrize("where", ["main", "a thread"])
@pytest.mark.parametrize("frees", FREES)
def test_what_frees_it_belongs_to_what_gave_it(tmp_path: Path, frees: str, where: str) -> None:
    call, right = FREES[frees]
    for gives, allocation in GIVES.items():
        if gives == "strdup" and any(name in call for name in COPIES):
            continue  # characters, which cannot be copied as something else
        asked = frozenset({"bad-free"})
        if right == "" and frees not in ("kmem_cache_free into another",):  # what such memory holds is wrong as well
            asked = ASKED - {"leak"}
        said = found(program(tmp_path / "p.c", allocation, call, where), asked)
        if gives in right.split():
            assert {verdict for verdict, _ in said} == {"PASS"}, gives
        else:
            assert {verdict for verdict, _ in said} == {"FAIL"}, gives


@pytest.mark.parametrize("call", ["kfree(NULL)", "vfree(NULL)", "kvfree(NULL)", "free(NULL)", "kfree(kmalloc(0, 0))"])
def test_nothing_may_be_freed(tmp_path: Path, call: str) -> None:
    path = program(tmp_path / "p.c", "krealloc((struct o *)NULL, 4, 0)", f"kfree(p); {call}", "a thread")
    path.write_text(path.read_text().replace(CACHES, ""))
    assert {verdict for verdict, _ in found(path, ASKED)} == {"PASS"}


def test_before_5_9_kfree_rcu_is_as_kfree(tmp_path: Path) -> None:
    for version, verdict in (("0x050800", "FAIL"), ("0x050900", "PASS")):
        path = program(tmp_path / "p.c", GIVES["vmalloc"], FREES["kfree_rcu"][0], "a thread")
        path.write_text(f"#define MC_KERNEL_VERSION {version}\n" + path.read_text())
        assert {one for one, _ in found(path, frozenset({"bad-free"}))} == {verdict}


@pytest.mark.parametrize(("order", "wanted"), [(0, ("PASS", None)), (1, ("FAIL", "bad-free"))])
def test_a_page_is_freed_as_one_of_its_order(tmp_path: Path, order: int, wanted: tuple[str, str | None]) -> None:
    path = program(tmp_path / "p.c", "NULL", f"__free_pages(alloc_pages(GFP_KERNEL, 0), {order})", "a thread")
    path.write_text(path.read_text().replace(CACHES, ""))
    assert found(path, ASKED) == {wanted}


@pytest.mark.parametrize("object_is", ["vmalloc", "kmalloc"])
def test_which_it_is_may_depend_on_what_is_read(tmp_path: Path, object_is: str) -> None:
    """A pointer that another thread may have changed meanwhile is freed: as what it may be."""
    (tmp_path / "p.c").write_text(
        START + "static void *shared, *both[2];\n"
        "static void *f(void *a) { WRITE_ONCE(shared, both[1]); return a; }\n"
        "int main(void) { pthread_t t; both[0] = kmalloc(4, GFP_KERNEL);"
        f" both[1] = {GIVES[object_is]}; shared = both[0]; pthread_create(&t, 0, f, 0);"
        " kfree(READ_ONCE(shared)); pthread_join(t, 0); return 0; }\n"
    )
    wanted = ("FAIL", "bad-free") if object_is == "vmalloc" else ("PASS", None)
    assert found(tmp_path / "p.c", frozenset({"bad-free"})) == {wanted}
