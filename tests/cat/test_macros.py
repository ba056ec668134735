"""Primitives of a macro file as C: each makes the events that its definition names."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.cat.definitions import parse_definitions, read_definitions
from modelcheck.cat.macros import as_c, header
from modelcheck.errors import InputError
from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.solve.check import check

OWN = Path(__file__).parent / "files" / "own.def"


@pytest.mark.parametrize(
    ("definition", "wanted"),
    [
        ("f(X) __load{once}(X)", 'f(X) (__mc_load(&(X), 8, "ONCE"))'),
        ("f(X) __load{acquire}(*X)", 'f(X) (__mc_load(&((*(long *)(X))), 8, "ACQUIRE"))'),
        ("f(X,V) { __store{release}(*X,V); }", 'f(X, V) ({ __mc_store(&((*(long *)(X))), 8, (V), "RELEASE"); })'),
        ("f() { __fence{mb}; }", 'f() ({ __mc_fence("Mb"); })'),
        ("f() { __fence{rcu_read_lock}; }", 'f() ({ __mc_fence("Rcu-lock"); })'),
        ("f(X,V) { __atomic_op(X,+,V); }", 'f(X, V) ({ ((void)__mc_rmw((X), 8, "add", (V), "NORETURN", "ONCE")); })'),
        ("f(V,X) __fetch_op{once}(X,&~,V)", 'f(V, X) (__mc_rmw((X), 8, "andnot", (V), "ONCE", "ONCE"))'),
        ("f(X) __load {once} (*X)", 'f(X) (__mc_load(&((*(long *)(X))), 8, "ONCE"))'),
        ("f(X,C) { __srcu{srcu-unlock}(X,C); }", 'f(X, C) ({ __mc_fence_at("Srcu-unlock", (X), (C)); })'),
        (
            "f(X) __srcu{srcu-lock}(X)",
            'f(X) (({ long __mc_new = __mc_cookie(); __mc_fence_at("Srcu-lock", (X), __mc_new); __mc_new; }))',
        ),
        ("f(X) { __srcu{sync-srcu}(X); }", 'f(X) ({ __mc_fence_at("Sync-srcu", (X)); })'),
        ("f(X,V) __xchg{acquire}(X,V)", 'f(X, V) (__mc_rmw((X), 8, "xchg", (V), "ACQUIRE", "ONCE"))'),
        (
            "f(X,V,W) __cmpxchg{release}(X,V,W)",
            'f(X, V, W) (__mc_rmw_if((X), 8, "xchg", (W), "eq", (V), "ONCE", "RELEASE", "ONCE"))',
        ),
        (
            "f(X,V) __atomic_op_return{mb}(X,-,V) == 0",
            'f(X, V) (({ long __mc_by = (V); __mc_rmw((X), 8, "sub", __mc_by, "MB", "MB") - __mc_by; }) == 0)',
        ),
    ],
)
def test_a_definition_becomes_a_macro(definition: str, wanted: str) -> None:
    text = header(parse_definitions(definition, "one.def"))
    assert text.splitlines()[-1] == f"#define {wanted}"


# name: (threads, what is never or sometimes seen, allowed by the kernel's model)
PROGRAMS: dict[str, tuple[list[str], str, bool]] = {
    "store buffering, full exchanges": (
        ["WRITE_ONCE(x, 1); xchg(&z, 1); a = READ_ONCE(y);", "WRITE_ONCE(y, 1); xchg(&w, 1); b = READ_ONCE(x);"],
        "!a && !b",
        False,
    ),
    "store buffering, fences": (
        ["smp_store_mb(x, 1); a = READ_ONCE(y);", "WRITE_ONCE(y, 1); smp_mb(); b = READ_ONCE(x);"],
        "!a && !b",
        False,
    ),
    "store buffering, void atomics": (
        ["WRITE_ONCE(x, 1); atomic_inc(&z); a = READ_ONCE(y);", "WRITE_ONCE(y, 1); atomic_inc(&w); b = READ_ONCE(x);"],
        "!a && !b",
        True,
    ),
    "message by release and acquire": (
        ["WRITE_ONCE(x, 1); smp_store_release(&y, 1);", "a = smp_load_acquire(&y); b = READ_ONCE(x);"],
        "a && !b",
        False,
    ),
    "message by read barrier alone": (
        ["WRITE_ONCE(x, 1); WRITE_ONCE(y, 1);", "a = READ_ONCE(y); smp_rmb(); b = READ_ONCE(x);"],
        "a && !b",
        True,
    ),
    "sections of a lock": (
        [
            "spin_lock(&z); long v = READ_ONCE(x); WRITE_ONCE(x, v + 1); spin_unlock(&z);",
            "spin_lock(&z); long v = READ_ONCE(x); WRITE_ONCE(x, v + 1); spin_unlock(&z);",
        ],
        "x != 2",
        False,
    ),
    "a lock that is tried": (["a = spin_trylock(&z);", "b = spin_trylock(&z);"], "a + b != 1", False),
    "values that operations give": (
        [
            "atomic_add(5, &x); a = atomic_sub_return_release(2, &x); b = atomic_fetch_andnot(1, &x);",
            "y = atomic_dec_and_test(&z); w = atomic_add_unless(&z, 1, -1);",
        ],
        "a != 3 || b != 3 || x != 2 || y != 0 || w != 0",
        False,
    ),
    "a lock that is looked at": (
        ["spin_lock(&z); x = 1; spin_unlock(&z);", "a = spin_is_locked(&z); b = spin_is_locked(&z);"],
        "a && !b",
        True,
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_in_terms_of_the_macros(name: str, tmp_path: Path) -> None:
    threads, outcome, allowed = PROGRAMS[name]
    bodies = "\n".join(f"void t{number}(void) {{ {body} }}" for number, body in enumerate(threads))
    path = tmp_path / "program.c"
    path.write_text(
        "#include <mc/intrinsics.h>\n#include <assert.h>\nlong x, y, z, w, a, b;\n"
        '#define __mc_unlock(...) (__mc_unlock)(__VA_ARGS__, "give spinlock")\n'
        f"{as_c(read_definitions(OWN))}{bodies}\nvoid final(void) {{ assert(!({outcome})); }}\n"
    )
    entry = ScenarioEntry(init=None, threads=(("one", "t0"), ("two", "t1")), final="final")
    result = check(parse_program([path], scenario=entry), load_model("lkmm"), frozenset({"assertion"}))
    assert result.verdict == ("FAIL" if allowed else "PASS")


def test_a_macro_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_definitions(tmp_path / "none.def")
