"""What models share of one program: each gets the answer, to the last step, that it gets alone."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from attrs import evolve

from modelcheck.program.unroll import Bounds
from modelcheck.solve.check import check
from modelcheck.solve.groundwork import Assumptions, Groundworks
from modelcheck.solve.result import Result
from modelcheck.solve.sat import begin_anew
from modelcheck.solve.session import Session
from tests.solve.checking import model, parse

PROGRAMS = {
    "message passing": """
int x, y;
void t0(void) { WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); }
void t1(void) { int r = READ_ONCE(y); int s = READ_ONCE(x); assert(!(r && !s)); }
""",
    "store buffering": """
int x, y, r, s;
void t0(void) { WRITE_ONCE(x, 1); r = READ_ONCE(y); }
void t1(void) { WRITE_ONCE(y, 1); s = READ_ONCE(x); }
void final(void) { assert(r || s); }
""",
    "a late read of freed memory": """
int *p, flag;
void init(void) { p = kmalloc(sizeof(*p), GFP_KERNEL); *p = 0; }
void t0(void) { int r = READ_ONCE(*p); WRITE_ONCE(flag, 1); }
void t1(void) { if (READ_ONCE(flag)) kfree(p); }
void final(void) { if (!READ_ONCE(flag)) kfree(p); }
""",
    "sections and a wait": """
static DEFINE_SPINLOCK(l);
static DECLARE_COMPLETION(done);
int x, y;
void t0(void) { spin_lock(&l); x++; spin_unlock(&l); complete(&done); }
void t1(void) { spin_lock(&l); x++; y = x; spin_unlock(&l); }
void t2(void) { wait_for_completion(&done); spin_lock(&l); assert(x > 0); spin_unlock(&l); }
""",
    "a race": """
int x, y;
void t0(void) { x = 1; smp_store_release(&y, 1); }
void t1(void) { if (READ_ONCE(y)) x = 2; }
""",
}
NAMES = ("sc", "tso", "lkmm")


def properties(name: str) -> frozenset[str]:
    return frozenset({"assertion", "use-after-free", "deadlock", "leak", *(("race",) if name == "lkmm" else ())})


def asked(program: Any, name: str, groundworks: Groundworks | None) -> Result:
    begin_anew()
    return evolve(check(program, model(name), properties(name), groundworks=groundworks), seconds=0.0)


@pytest.mark.parametrize("title", PROGRAMS)
def test_each_model_gets_the_same_answer_alone_and_after_any_others(title: str) -> None:
    program = parse(PROGRAMS[title])
    alone = {name: asked(program, name, None) for name in NAMES}
    for order in permutations(NAMES):
        groundworks = Groundworks(program)
        assert {name: asked(program, name, groundworks) for name in order} == alone


def test_the_programs_tell_models_apart() -> None:
    found = {title: tuple(asked(parse(text), name, None).verdict for name in NAMES) for title, text in PROGRAMS.items()}
    assert found == {
        "message passing": ("PASS", "PASS", "FAIL"),
        "store buffering": ("PASS", "FAIL", "FAIL"),
        "a late read of freed memory": ("PASS", "PASS", "FAIL"),
        "sections and a wait": ("PASS", "PASS", "PASS"),
        "a race": ("PASS", "PASS", "FAIL"),
    }


def told(held: object) -> object:
    """All that ``held`` holds, as far as questions may change it."""
    if isinstance(held, dict):
        return [(told(key), told(value)) for key, value in held.items()]
    if isinstance(held, list | tuple):
        return [told(one) for one in held]
    return held if isinstance(held, int | str | frozenset | set) else repr(held)


@pytest.mark.parametrize("title", PROGRAMS)
def test_questions_leave_no_trace(title: str) -> None:
    groundworks = Groundworks(parse(PROGRAMS[title]))
    assumed = Assumptions.of(model("lkmm"), symmetry=True)

    def state() -> object:
        ground = groundworks.of(0, Bounds(), assumed)
        return [told(vars(t)) for t in (ground.encoding.circuit, ground.encoding.valuation, ground.encoding)], [
            told({name: held for name, held in vars(ground.coherence).items() if name != "encoding"}),
        ]

    new = state()
    for name in NAMES:
        ground = groundworks.of(0, Bounds(), assumed)
        session = Session(ground.graph, model(name), groundwork=ground)
        session.decide(properties(name))
        session.reaches_bound()
        grown = len(ground.encoding.circuit.clauses)
        assert state() == new
        assert grown > len(ground.encoding.circuit.clauses) or title != "sections and a wait"
