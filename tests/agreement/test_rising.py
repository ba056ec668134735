"""Cells that count up, and loops that retry: what the solver is told beforehand, against the explorer, which is not."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from modelcheck.cat import load_model
from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.interleave.explore import explore
from modelcheck.program.ir import Program
from modelcheck.solve import check as solve
from modelcheck.solve import groundwork, rising
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding
from tests.agreement.engines import EVERYTHING, STATES, ends, model, parse, wanting
from tests.agreement.programs import RandomProgram

RETRY = (
    "{{ int o = READ_ONCE({0}); for (;;) {{ int p = cmpxchg(&{0}, o, o + {1}); if (p == o) break; o = p; }} r = o; }}",
    "{{ int o; do o = READ_ONCE({0}); while (cmpxchg_relaxed(&{0}, o, o + {1}) != o); r += o; }}",
    "{{ int o = 0; while (cmpxchg(&{0}, o, {1} + o) != o) o = READ_ONCE({0}); }}",
)
ONCE = (
    "r = READ_ONCE({0});",
    "if (cmpxchg(&{0}, r, r + {1}) == r) WRITE_ONCE(c, {1});",
    "atomic_add({1}, (atomic_t *)&{0});",
    "r = atomic_add_return({1}, (atomic_t *)&{0});",
    "r = atomic_fetch_add_relaxed({1}, (atomic_t *)&{0});",
    "if (r == {1}) atomic_inc((atomic_t *)&{0});",
    "if (r == {1}) return;",
    '__mc_assert(READ_ONCE({0}) != {1} + 1, "assertion", "cell");',
    "(*(r == {1} ? &a : &b)) += 0;",
)
SPOILT = (
    "WRITE_ONCE({0}, {1});",
    "r = xchg(&{0}, {1});",
    "atomic_sub({1}, (atomic_t *)&{0});",
    "atomic_add({1}, (atomic_t *)READ_ONCE(p));",
)
statement = st.tuples(
    st.sampled_from((*RETRY * 3, *ONCE * 2, *SPOILT)), st.sampled_from(("a", "a", "a", "b")), st.integers(1, 2)
).map(lambda t: t[0].format(t[1], t[2]))
counting = st.sampled_from((RETRY[0], RETRY[1], ONCE[2], ONCE[3])).map(lambda text: text.format("a", 1))


def _thread(more: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.tuples(counting, st.lists(statement, max_size=more)).map(lambda t: (t[0], *t[1]))


counters = st.one_of(st.tuples(_thread(2), _thread(2)), st.tuples(_thread(1), _thread(1), _thread(0))).map(
    RandomProgram
)


def solved(program: Program, name: str, properties: frozenset[str]) -> str:
    return solve.check(program, model(name), properties, unroll=4).verdict


@pytest.mark.parametrize("name", ["sc", "tso"])
@settings(max_examples=25)
@given(counters)
def test_engines_agree_on_counters(name: str, random: RandomProgram) -> None:
    cells = []

    def spy(encoding: Encoding, coherence: Coherence) -> int:
        cells.append(original(encoding, coherence))
        return cells[-1]

    original = rising.add_rising
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(groundwork, "add_rising", spy)
        program = parse(random, Path(folder))
        said = explore(program, name, EVERYTHING, STATES).verdict, solved(program, name, EVERYTHING)
        event(f"{'counts up' if any(cells) else 'does not'}: {said}")
        assert "UNKNOWN" in said or said[0] == said[1]
        found = ends(program, name)
        wanted = frozenset({"counters"})
        for values in sorted(found)[:4]:
            assert solved(wanting(program, values), name, wanted) in ("FAIL", "UNKNOWN")
        others = {(a, *sorted(found)[-1][1:]) for a in range(8)} - found if found else set()
        for values in sorted(others)[:4]:
            assert solved(wanting(program, values), name, wanted) in ("PASS", "UNKNOWN")


@settings(max_examples=25)
@given(counters)
def test_nothing_is_lost_under_the_kernel_s_model(random: RandomProgram) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        program = parse(random, Path(folder))
        told = solve.check(program, load_model("lkmm"), EVERYTHING, unroll=4)
        patch.setattr(groundwork, "add_rising", lambda encoding, coherence: 0)
        patch.setattr("modelcheck.solve.coherence.rounds", lambda encoding, writes, place: [(w,) for w in writes])
        found = solve.check(program, load_model("lkmm"), EVERYTHING, unroll=4)
    assert told.verdict == found.verdict


@pytest.mark.parametrize("count", [4, 7])
@pytest.mark.parametrize("name", ["sc", "lkmm"])
def test_of_many_retried_increments_none_is_lost(count: int, name: str, tmp_path: Path) -> None:
    path = tmp_path / "increments.c"
    body = RETRY[0].format("a", 1)
    threads = "".join(f"void t{n}(void) {{ int r = 0; {body} (void)r; }}\n" for n in range(count))
    final = 'void final(void) { __mc_assert(a != last, "assertion", "last"); }'
    head = "#include <linux/atomic.h>\n#include <mc/intrinsics.h>\n"
    names = tuple((f"t{n}", f"t{n}") for n in range(count))
    for last, verdict in ((count, "FAIL"), (count - 1, "PASS")):
        path.write_text(f"{head}static int a, last = {last};\n{threads}{final}\n")
        program = parse_program([path], scenario=ScenarioEntry(init=None, threads=names, final="final"))
        assert solve.check(program, load_model(name), frozenset({"assertion"}), unroll=count).verdict == verdict
