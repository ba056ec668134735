"""Threads that differ only in where their locals lie are identical, unless somebody can tell the locals apart."""

from __future__ import annotations

import pytest

from modelcheck.program.machine import Initial, initialise
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.solve.session import Session
from tests.solve.checking import MODELS, model, parse, verdict

DECLARATIONS = """
#include <linux/list.h>
#include <linux/spinlock.h>
struct node { struct list_head link; int v; };
static struct node *top;
static LIST_HEAD(all);
static unsigned long kept;
static int x, y;
static DEFINE_SPINLOCK(l);
"""


def twins(body: str, final: str = "") -> str:
    """Two threads that do ``body``, each with a local ``own``."""
    threads = "".join(f"void t{n}(void) {{ struct node own = {{ .v = 0 }}; {body} }}\n" for n in (0, 1))
    return f"{DECLARATIONS}{threads}void final(void) {{ {final} }}\n"


def identical(text: str) -> list[list[int]]:
    (initial,) = initialise(program := parse(text))
    assert isinstance(initial, Initial)
    return Session(unroll(program, initial, Bounds(3, 4, False, True)), model("sc"), symmetry=True).identical


@pytest.mark.parametrize(
    "body",
    [
        "WRITE_ONCE(top, &own);",
        "WRITE_ONCE(top, &own); WRITE_ONCE(READ_ONCE(top)->v, 1);",
        "spin_lock(&l); list_add(&own.link, &all); list_del(all.next); spin_unlock(&l);",
        "WRITE_ONCE(top, &own); if (READ_ONCE(top) != &own) WRITE_ONCE(x, 1);",
        # a number made of the pointer, kept, and recognised
        "WRITE_ONCE(top, &own); kept = (unsigned long)READ_ONCE(top) / 8; if (kept == (unsigned long)top / 8) x = 1;",
    ],
)
def test_threads_that_differ_in_where_their_locals_lie_are_identical(body: str) -> None:
    assert identical(twins(body)) == [[1, 2]]


@pytest.mark.parametrize(
    "body",
    [
        "WRITE_ONCE(top, &own); if (READ_ONCE(top) < &own) WRITE_ONCE(x, 1);",
        "WRITE_ONCE(top, &own); if ((unsigned long)READ_ONCE(top) & 128) WRITE_ONCE(x, 1);",
        "WRITE_ONCE(kept, (unsigned long)&own & 128); WRITE_ONCE(x, READ_ONCE(kept) == 128);",
        "WRITE_ONCE(x, (int)((unsigned long)&own >> 7) & 1);",
        "WRITE_ONCE(top, &own); WRITE_ONCE(x, (int)((unsigned long)READ_ONCE(top) >> 7) & 1);",
        "WRITE_ONCE(kept, (unsigned long)&own); WRITE_ONCE(x, READ_ONCE(kept) % 3);",
        "WRITE_ONCE(top, &own); WRITE_ONCE(((struct node *)((unsigned long)READ_ONCE(top) & ~128UL))->v, 1);",
    ],
)
def test_threads_that_can_tell_their_locals_apart_are_not(body: str) -> None:
    assert identical(twins(body)) == []


@pytest.mark.parametrize("name", MODELS)
def test_what_only_one_of_two_threads_can_see_by_its_address_is_found(name: str) -> None:
    body = "WRITE_ONCE(top, &own); if (READ_ONCE(top) {} &own) {{ WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); }}"
    final = "assert(!(x && y));"
    assert verdict(twins(body.format("<"), final), name) == "assertion"
    assert verdict(twins(body.format(">"), final), name) == "assertion"
    assert verdict(twins(body.format("!="), final), name) == "assertion"
    assert verdict(twins(body.format("!=") + " else y = 0;", "assert(!x || y);"), name) == "assertion"
