"""Spellings that the kernel's model files have had over the years, each in a small model of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.cat.definitions import read_definitions
from modelcheck.cat.macros import header
from modelcheck.errors import InputError
from modelcheck.frontend.litmus import Macros, parse_litmus
from modelcheck.solve.litmus import Observation, observe

OLD_BELL = """"Tags in small letters; SRCU events that are no accesses, paired as brackets"
enum Kinds = 'once || 'release || 'acquire || 'noreturn
instructions R[{'once,'acquire,'noreturn}]
instructions W[{'once,'release}]
enum Fences = 'mb || 'rmb || 'wmb
instructions F[Fences]
enum SRCU = 'srcu-lock || 'srcu-unlock || 'sync-srcu
instructions SRCU[SRCU]
let sections = let rec
    opened = Srcu-lock \\ domain(paired)
    and closed = Srcu-unlock \\ range(paired)
    and left = opened | closed
    and near = ([left] ; po ; [left]) & loc
    and paired = paired | (([opened] ; po ; [closed]) & loc) \\ (near ; near)
  in paired
flag ~empty Srcu-lock \\ domain(sections) as left-open
flag ~empty different-values(sections) as crossed
"""

OLD_DEF = """
READ_ONCE(X) __load{once}(X)
WRITE_ONCE(X,V) { __store{'once}(X,V); }
smp_store_release(X,V) { __store {release}(*X,V); }
smp_load_acquire(X) __load{acquire} (*X)
smp_mb() { __fence{mb} ; }
smp_rmb() { __fence{rmb}; }
smp_wmb() { __fence{wmb}; }
xchg(X,V) __xchg{mb}(X,V)
cmpxchg_release(X,V,W) __cmpxchg{release}(X,V,W)
atomic_inc(X) { __atomic_op(X,+,1); }
atomic_fetch_add_relaxed(V,X) __fetch_op{once}(X,+,V)
spin_lock(X) { __lock(X) ; }
spin_unlock(X) { __unlock(X) ; }
srcu_read_lock(X) __srcu{srcu-lock}(X)
srcu_read_unlock(X,C) { __srcu{srcu-unlock}(X,C); }
synchronize_srcu(X) { __srcu{sync-srcu}(X); }
"""

OLD_CAT = """"What the tags order"
acyclic po-loc | com as coherence
empty rmw & (fre ; coe) as atomicity
let reads = R \\ Noreturn
let ordered = ([M] ; fencerel(Mb) ; [M]) | ([reads] ; fencerel(Rmb) ; [reads]) | ([W] ; fencerel(Wmb) ; [W])
  | ([Acquire] ; po ; [M]) | ([M] ; po ; [Release])
acyclic ordered | rmw | rfe | coe | fre as order
"""

NEW_BELL = """"Tags in capitals; SRCU events that are accesses, paired by what the cookie depends on"
enum Kinds = 'ONCE || 'RELEASE || 'ACQUIRE || 'NORETURN || 'MB
instructions R[Kinds]
instructions W[Kinds]
instructions RMW[Kinds]
enum Fences = 'MB || 'rmb || 'wmb
instructions F[Fences]
enum SRCU = 'srcu-lock || 'srcu-unlock || 'sync-srcu
instructions SRCU[SRCU]
let Failed = RMW \\ (domain(rmw) | range(rmw))
let Acquire = ACQUIRE \\ W \\ Failed
let Release = RELEASE \\ R \\ Failed
let Mb = MB \\ Failed
let Noreturn = NORETURN \\ W
let sections = ([Srcu-lock] ; data ; [Srcu-unlock]) & loc
flag ~empty Srcu-lock \\ domain(sections) as left-open
flag ~empty different-values(sections) as crossed
"""

NEW_DEF = """
READ_ONCE(X) __load{ONCE}(X)
WRITE_ONCE(X,V) { __store{ONCE}(X,V); }
smp_store_release(X,V) { __store{RELEASE}(*X,V); }
smp_load_acquire(X) __load{ACQUIRE}(*X)
smp_mb() { __fence{MB}; }
smp_rmb() { __fence{rmb}; }
smp_wmb() { __fence{wmb}; }
xchg(X,V) __xchg{MB}(X,V)
cmpxchg_release(X,V,W) __cmpxchg{RELEASE}(X,V,W)
atomic_inc(X) { __atomic_op{NORETURN}(X,+,1); }
atomic_fetch_add_relaxed(V,X) __atomic_fetch_op{ONCE}(X,+,V)
spin_lock(X) { __lock(X); }
spin_unlock(X) { __unlock(X); }
srcu_read_lock(X) __load{srcu-lock}(*X)
srcu_read_unlock(X,C) { __store{srcu-unlock}(*X,C); }
synchronize_srcu(X) { __srcu{sync-srcu}(X); }
"""

NEW_CAT = OLD_CAT.replace(
    "([M] ; fencerel(Mb) ; [M])", "([M] ; fencerel(Mb & F) ; [M]) | ([M] ; po ; [Mb & R]) | ([Mb & W] ; po ; [M])"
)

FILES = {"old": (OLD_BELL, OLD_DEF, OLD_CAT), "new": (NEW_BELL, NEW_DEF, NEW_CAT)}


def judged(style: str, folder: Path, threads: list[str], condition: str) -> Observation:
    """What the model files of ``style`` say of a test with these threads over x, y and s."""
    for kind, text in zip(("bell", "def", "cat"), FILES[style], strict=True):
        (folder / f"m.{kind}").write_text(text)
    primitives = read_definitions(folder / "m.def")
    model = load_model(str(folder / "m.cat"), bell=str(folder / "m.bell"))
    bodies = "\n".join(f"P{n}(int *x, int *y, int *s) {{ {body} }}" for n, body in enumerate(threads))
    text = f"C test\n{{}}\n{bodies}\nexists ({condition})\n"
    return observe(parse_litmus(text, "test.litmus", Macros(frozenset(primitives), header(primitives))), model)


@pytest.mark.parametrize("style", FILES)
@pytest.mark.parametrize(
    ("threads", "condition", "verdict"),
    [
        (
            ["WRITE_ONCE(*x, 1); int r0 = xchg(s, 1); int r1 = READ_ONCE(*y);", "xchg(y, 1); int r0 = READ_ONCE(*x);"],
            "0:r1=0 /\\ 1:r0=0",
            "Never",
        ),
        (
            ["WRITE_ONCE(*x, 1); atomic_inc(s); int r1 = READ_ONCE(*y);", "xchg(y, 1); int r0 = READ_ONCE(*x);"],
            "0:r1=0 /\\ 1:r0=0",
            "Sometimes",
        ),
        (
            ["WRITE_ONCE(*x, 1); smp_store_release(y, 1);", "int r0 = smp_load_acquire(y); int r1 = READ_ONCE(*x);"],
            "1:r0=1 /\\ 1:r1=0",
            "Never",
        ),
        (
            [
                "WRITE_ONCE(*x, 1); cmpxchg_release(y, 0, 1);",
                "int r0 = READ_ONCE(*y); smp_rmb(); int r1 = READ_ONCE(*x);",
            ],
            "1:r0=1 /\\ 1:r1=0",
            "Never",
        ),
        (
            ["WRITE_ONCE(*x, 1); cmpxchg_release(y, 0, 1);", "atomic_inc(y); smp_rmb(); int r1 = READ_ONCE(*x);"],
            "y=2 /\\ 1:r1=0",
            "Sometimes",
        ),
        (
            ["int r0 = atomic_fetch_add_relaxed(2, x);", "int r0 = atomic_add_unless(x, 5, 2);"],
            "0:r0=0 /\\ 1:r0=1 /\\ x=2",
            "Never",
        ),
        (
            ["int r0 = atomic_fetch_add_relaxed(2, x);", "int r0 = atomic_add_unless(x, 5, 2);"],
            "0:r0=5 /\\ 1:r0=1 /\\ x=7",
            "Sometimes",
        ),
    ],
)
def test_the_same_primitives_mean_the_same(
    style: str, threads: list[str], condition: str, verdict: str, tmp_path: Path
) -> None:
    assert judged(style, tmp_path, threads, condition).verdict == verdict


def test_a_tag_that_the_model_declares_is_one(tmp_path: Path) -> None:
    (tmp_path / "m.bell").write_text("\"own fence\"\nenum Fences = 'half || 'mb\ninstructions F[Fences]\n")
    (tmp_path / "m.def").write_text(
        "half() { __fence{half}; }\nset(X,V) { __store{once}(*X,V); }\nget(X) __load{once}(*X)"
    )
    (tmp_path / "m.cat").write_text('"m"\nacyclic (po ; [Half] ; po) | rfe | coe | fre as order\n')
    model = load_model(str(tmp_path / "m.cat"), bell=str(tmp_path / "m.bell"))
    primitives = read_definitions(tmp_path / "m.def", model.declared)
    macros = Macros(frozenset(primitives), header(primitives))
    for fence, verdict in (("half();", "Never"), ("", "Sometimes")):
        text = f"C t\n{{}}\nP0(int *x, int *y) {{ set(x, 1); {fence} int r0 = get(y); }}\n"
        text += f"P1(int *x, int *y) {{ set(y, 1); {fence} int r0 = get(x); }}\nexists (0:r0=0 /\\ 1:r0=0)\n"
        assert observe(parse_litmus(text, "t.litmus", macros), model).verdict == verdict
    with pytest.raises(InputError, match="there is no tag half"):
        read_definitions(tmp_path / "m.def")


SECTIONS = {
    "one inside the other": "int r1 = srcu_read_lock(s); int r2 = srcu_read_lock(s); "
    "srcu_read_unlock(s, r2); srcu_read_unlock(s, r1);",
    "crossing": "int r1 = srcu_read_lock(s); int r2 = srcu_read_lock(s); "
    "srcu_read_unlock(s, r1); srcu_read_unlock(s, r2);",
    "open": "int r1 = srcu_read_lock(s); int r2 = srcu_read_lock(s); srcu_read_unlock(s, r2);",
    "with another cookie": "int r1 = srcu_read_lock(s); srcu_read_unlock(s, r1 + 1);",
}


@pytest.mark.parametrize(
    ("style", "name", "flags"),
    [
        ("old", "one inside the other", set()),
        ("old", "crossing", {"crossed"}),
        ("old", "open", {"left-open"}),
        ("old", "with another cookie", {"crossed"}),
        ("new", "one inside the other", set()),
        ("new", "crossing", set()),
        ("new", "open", {"left-open"}),
        ("new", "with another cookie", {"crossed"}),
    ],
)
def test_sections_of_srcu_are_paired_as_the_files_have_it(
    style: str, name: str, flags: set[str], tmp_path: Path
) -> None:
    assert set(judged(style, tmp_path, [SECTIONS[name]], "x=0").flags) == flags


def test_events_of_srcu_are_accesses_only_where_the_files_say_so(tmp_path: Path) -> None:
    threads = [SECTIONS["one inside the other"], SECTIONS["one inside the other"]]
    # As accesses, writes to one word by two threads: six orders, and reads that see them.
    assert [judged(style, tmp_path, threads, "x=0").positive == 1 for style in ("old", "new")] == [True, False]


@pytest.mark.parametrize(
    ("axiom", "says"),
    [
        ("empty [FW] ; po as last", "last rests on final writes"),
        ("empty different-values(rf) as same", "same rests on different-values"),
        ("flag ~empty [FW] ; po as data-race", "data-race rests on final writes"),
    ],
)
def test_an_axiom_that_explanations_do_not_know_is_refused_at_its_place(axiom: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "m.cat"
    path.write_text(f'"m"\nacyclic po | com as sc\n{axiom}\n')
    test = parse_litmus("C t\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nexists (x=1)\n", "t.litmus")
    with pytest.raises(InputError, match=says) as caught:
        observe(test, load_model(str(path)))
    assert (caught.value.file, caught.value.line, caught.value.column) == (str(path), 3, 1)


FINAL = """"Final writes"
acyclic po | com as sc
flag ~empty FW as asked
flag ~empty ([W] ; po ; [FW]) as overwritten
"""


@pytest.mark.parametrize(
    ("condition", "flags"),
    [
        ("0:r0=0", set()),
        ("x=2", {"asked", "overwritten"}),
        ("y=0", {"asked"}),
        ("0:r0=0 /\\ y=0", {"asked"}),
    ],
)
def test_final_writes_are_those_that_the_condition_asks_for(condition: str, flags: set[str], tmp_path: Path) -> None:
    (tmp_path / "m.cat").write_text(FINAL)
    text = "C t\n{}\nP0(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*x, 2); int r0 = READ_ONCE(*y); }\n"
    found = observe(parse_litmus(f"{text}exists ({condition})\n", "t.litmus"), load_model(str(tmp_path / "m.cat")))
    assert set(found.flags) == flags
