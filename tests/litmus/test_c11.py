"""C11 tests, under RC11 and under a model in the form of herd's own: verdicts as C11 has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.litmus import parse_litmus
from modelcheck.solve.litmus import Observation, observe

MESSAGE = """C message
{{ [x] = 0; [y] = 0; }}
P0 (int* x, atomic_int* y) {{
  *x = 1;
  atomic_store_explicit(y, 1, memory_order_{release});
}}
P1 (int* x, atomic_int* y) {{
  int r0 = atomic_load_explicit(y, memory_order_{acquire});
  int r1 = -1;
  if (r0 == 1) {{ r1 = *x; }}
}}
exists (1:r1=0)
"""

BUFFERING = """C buffering
{{ atomic_int x = 0; atomic_int y = 0; }}
P0 (atomic_int* x, atomic_int* y) {{
  {store_x} {fence}
  int r0 = {load_y};
}}
P1 (atomic_int* x, atomic_int* y) {{
  {store_y} {fence}
  int r0 = {load_x};
}}
exists (0:r0=0 /\\ 1:r0=0)
"""

HERDS = """C "release and acquire, in herd's way"
include "c11_order.cat"
let sw = ext & ([REL | ACQ_REL | SC] ; [A & W] ; rf ; [R & A] ; [ACQ | ACQ_REL | SC])
let hb = (po | sw | (asw \\ (asw ; po)))+
acyclic hb as Hb
irreflexive ((rf^-1)? ; mo ; rf? ; hb) as Coh
irreflexive (rf ; hb) as Rf
let vis = (hb & loc & (W * R)) \\ ((hb & loc) ; [W] ; (hb & loc))
empty ((rf ; [NA]) \\ vis) as NaRf
irreflexive (rf | (mo ; mo ; rf^-1) | (mo ; rf)) as Rmw
irreflexive (lo ; hb) as Lo1
undefined_unless empty (ext & ((W * _) | (_ * W)) & loc) \\ hb \\ (hb^-1) \\ (A * A) as Dr
show mo, hb
"""

ORDER = """let makeCos(s) = linearisations(s, co0)
with co from cross (map makeCos (partition (W)))
let mo = co
let makeLos(s) = linearisations(s, 0)
with lo from cross (map makeLos (partition (LK | LS | UL)))
"""


def judged(text: str, model: str | Path = "rc11") -> Observation:
    return observe(parse_litmus(text, "c11.litmus"), load_model(str(model)))


@pytest.fixture
def herds(tmp_path: Path) -> Path:
    (tmp_path / "c11_order.cat").write_text(ORDER)
    (tmp_path / "herds.cat").write_text(HERDS)
    return tmp_path / "herds.cat"


@pytest.mark.parametrize(
    ("release", "acquire", "verdict", "races"),
    [
        ("release", "acquire", "Never", False),
        ("seq_cst", "seq_cst", "Never", False),
        ("relaxed", "acquire", "Sometimes", True),
        ("release", "relaxed", "Sometimes", True),
    ],
)
def test_a_message_by_release_and_acquire(release: str, acquire: str, verdict: str, races: bool, herds: Path) -> None:
    text = MESSAGE.format(release=release, acquire=acquire)
    found = judged(text)
    assert (found.verdict, "data-race" in found.flags) == (verdict, races)
    there = judged(text, herds)
    assert "Dr" in there.flags if races else (there.verdict, there.flags) == ("Never", ())


@pytest.mark.parametrize(
    ("order", "fence", "verdict"),
    [
        ("seq_cst", "", "Never"),
        ("acq_rel", "", "Sometimes"),
        ("relaxed", "", "Sometimes"),
        ("relaxed", "atomic_thread_fence(memory_order_seq_cst);", "Never"),
        ("relaxed", "atomic_thread_fence(memory_order_acq_rel);", "Sometimes"),
        ("relaxed", "atomic_signal_fence(memory_order_seq_cst);", "Sometimes"),
    ],
)
def test_store_buffering(order: str, fence: str, verdict: str) -> None:
    orders = {"acq_rel": ("release", "acquire")}.get(order, (order, order))
    stores = {f"store_{x}": f"atomic_store_explicit({x}, 1, memory_order_{orders[0]});" for x in "xy"}
    loads = {f"load_{x}": f"atomic_load_explicit({x}, memory_order_{orders[1]})" for x in "xy"}
    assert judged(BUFFERING.format(fence=fence, **stores, **loads)).verdict == verdict


def test_without_an_order_it_is_sequentially_consistent() -> None:
    stores = {f"store_{x}": f"atomic_store({x}, 1);" for x in "xy"}
    loads = {f"load_{x}": f"atomic_load({x})" for x in "xy"}
    assert judged(BUFFERING.format(fence="", **stores, **loads)).verdict == "Never"


def one(body: str, asked: str, initial: str = "", other: str = "") -> Observation:
    second = f"P1(atomic_int* x) {{ {other} }}\n" if other else ""
    return judged(f"C one\n{{ {initial} }}\nP0(atomic_int* x, int* e) {{ {body} }}\n{second}exists ({asked})\n")


@pytest.mark.parametrize(
    ("operation", "result", "left"),
    [
        ("atomic_fetch_add(x, 3)", 5, 8),
        ("atomic_fetch_sub_explicit(x, 3, memory_order_relaxed)", 5, 2),
        ("atomic_fetch_or_explicit(x, 2, memory_order_acq_rel)", 5, 7),
        ("atomic_fetch_and(x, 4)", 5, 4),
        ("atomic_fetch_xor(x, 1)", 5, 4),
        ("atomic_exchange_explicit(x, 9, memory_order_release)", 5, 9),
    ],
)
def test_read_modify_writes_take_the_object_first(operation: str, result: int, left: int) -> None:
    assert one(f"int r0 = {operation};", f"0:r0={result} /\\ x={left}", "atomic_int x = 5;").verdict == "Always"


def test_a_strong_exchange_fails_only_where_it_finds_another_value() -> None:
    call = "atomic_compare_exchange_strong_explicit(x, &r1, 9, memory_order_acq_rel, memory_order_relaxed)"
    assert one(f"int r1 = 5; int r0 = {call};", "0:r0=1 /\\ 0:r1=5 /\\ x=9", "x = 5;").verdict == "Always"
    assert one(f"int r1 = 4; int r0 = {call};", "0:r0=0 /\\ 0:r1=5 /\\ x=5", "x = 5;").verdict == "Always"


def test_a_weak_exchange_may_fail_whatever_it_finds() -> None:
    call = "atomic_compare_exchange_weak(x, &r1, 9)"
    found = one(f"int r1 = 5; int r0 = {call};", "0:r0=1 /\\ x=9", "x = 5;")
    assert (found.verdict, found.positive, found.negative) == ("Sometimes", 1, 1)
    assert one(f"int r1 = 4; int r0 = {call};", "0:r0=0 /\\ x=5", "x = 5;").positive == 1


def test_what_is_expected_may_lie_in_memory() -> None:
    call = "atomic_compare_exchange_strong(x, e, 9)"
    assert one(f"int r0 = {call};", "0:r0=0 /\\ e=5 /\\ x=5", "x = 5; e = 4;").verdict == "Always"


def test_two_exchanges_do_not_both_succeed() -> None:
    call = "int r1 = 0; int r0 = atomic_compare_exchange_strong(x, &r1, 1);"
    assert one(call, "0:r0=1 /\\ 1:r0=1", other=call).verdict == "Never"


def test_a_kernel_test_keeps_the_order_of_its_arguments() -> None:
    text = "C k\n{ x = 5; }\nP0(atomic_t *x) { int r0; r0 = atomic_fetch_add(3, x); }\nexists (0:r0=5 /\\ x=8)\n"
    assert judged(text, "lkmm").verdict == "Always"


def test_an_order_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="memory order"):
        one("int r0 = atomic_load_explicit(x, r0);", "0:r0=0")


def test_an_architecture_may_stand_before_the_name_of_a_model(tmp_path: Path) -> None:
    model = tmp_path / "strong.cat"
    model.write_text('X86 "one order"\ninclude "cos.cat"\nacyclic po | rf | co | fr as sc\n')
    stores = {f"store_{x}": f"atomic_store_explicit({x}, 1, memory_order_relaxed);" for x in "xy"}
    loads = {f"load_{x}": f"atomic_load_explicit({x}, memory_order_relaxed)" for x in "xy"}
    assert judged(BUFFERING.format(fence="", **stores, **loads), model).verdict == "Never"
