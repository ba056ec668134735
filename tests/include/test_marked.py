"""A store of a list is plain or marked as it is in the kernel: the property `race` tells.

Of the kernel's sources: INIT_LIST_HEAD() marks its store to prev since v5.19; llist_add_batch() writes the next of
what it adds plainly, so that of those who call llist_del_first() there may be only one at a time.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.c import parse_program
from modelcheck.solve.check import check

LISTS = """
static LIST_HEAD(h); static struct list_head e;
static void *f(void *a) { list_del_init(&e); return a; }
int main(void) { pthread_t t; list_add(&e, &h); pthread_create(&t, 0, f, 0); (void)list_empty_careful(&e);
pthread_join(t, 0); return 0; }
"""
LLISTS = """
static LLIST_HEAD(h); static struct llist_node a, b;
static void *f(void *x) { llist_del_first(&h); llist_add(&b, &h); return x; }
static void *g(void *x) { %s(&h); return x; }
int main(void) { pthread_t t, u; llist_add(&a, &h); llist_add(&b, &h); pthread_create(&t, 0, f, 0);
pthread_create(&u, 0, g, 0); pthread_join(t, 0); pthread_join(u, 0); return 0; }
"""


@pytest.mark.parametrize(
    ("version", "text", "verdict"),
    [
        ("0x060100", LISTS, "PASS"),
        ("0x051300", LISTS, "PASS"),
        ("0x051200", LISTS, "FAIL"),
        ("0x060100", LLISTS % "llist_del_first", "FAIL"),
        ("0x060100", LLISTS % "llist_del_all", "PASS"),
    ],
)
def test_a_store_races_where_the_kernel_s_does(tmp_path: Path, version: str, text: str, verdict: str) -> None:
    (tmp_path / "p.c").write_text(f"#include <linux/list.h>\n#include <linux/llist.h>\n#include <pthread.h>\n{text}")
    program = parse_program([tmp_path / "p.c"], defines={"MC_KERNEL_VERSION": version})
    assert check(program, load_model("lkmm"), frozenset({"race"})).verdict == verdict
