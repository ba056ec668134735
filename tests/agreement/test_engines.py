"""The two engines share no search and no memory model: on random programs they say the same."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, given, settings

from modelcheck.frontend.c import ScenarioEntry, parse_program
from tests.agreement.engines import EVERYTHING, alike, ends, parse, verdicts, wanting
from tests.agreement.programs import RandomProgram, careless, programs

MODELS = ("sc", "tso")


@settings(max_examples=320)
@given(programs)
def test_verdicts_agree(random: RandomProgram) -> None:
    with TemporaryDirectory() as folder:
        program = parse(random, Path(folder))
    for model in MODELS:
        for properties in (EVERYTHING, EVERYTHING - {"deadlock", "assertion"}):
            explored, solved = verdicts(program, model, properties)
            event(f"{model}: {explored} {solved}")
            if "UNKNOWN" not in (explored, solved):
                assert (model, explored) == (model, solved)


@pytest.mark.parametrize(
    "properties",
    [
        EVERYTHING,
        *(EVERYTHING - {which} for which in ("lock-misuse", "use-after-free", "double-free")),
        EVERYTHING - {"lock-misuse", "use-after-free", "double-free"},
    ],
)
def test_they_go_on_alike_behind_a_mistake_that_was_not_asked_for(properties: frozenset[str], tmp_path: Path) -> None:
    for seed in range(40):
        program = parse(careless(seed), tmp_path)
        for model in MODELS:
            explored, solved = verdicts(program, model, properties)
            assert (seed, model, explored) == (seed, model, solved)


@pytest.mark.parametrize(
    ("thread", "expected"),
    [
        ("spin_unlock(&l); {}", "FAIL"),
        ("q = kzalloc(4, GFP_KERNEL | __GFP_NOFAIL); kfree(q); *q = 1; {}", "FAIL"),
        ("q = kzalloc(4, GFP_KERNEL | __GFP_NOFAIL); kfree(q); kfree(q); {}", "FAIL"),
        ("q = kzalloc(4, GFP_KERNEL | __GFP_NOFAIL); kfree(q); *q = 1; r = *q; {}", "FAIL"),
        ("q = kzalloc(4, GFP_KERNEL | __GFP_NOFAIL); kfree(q); r = *q; {}", "UNKNOWN"),
        ("q = kzalloc(4, GFP_KERNEL | __GFP_NOFAIL); kfree(q); *q = 1; kfree(q); r = *q; {}", "UNKNOWN"),
        ("*(int *)0 = 1; {}", "UNKNOWN"),
    ],
)
def test_a_thread_stops_only_where_nothing_is_left_to_go_on_with(thread: str, expected: str, tmp_path: Path) -> None:
    program = parse(RandomProgram(((thread.format('__mc_assert(0, "assertion", "here");'),), ("r = 1;",))), tmp_path)
    for model in MODELS:
        assert verdicts(program, model, frozenset({"assertion"})) == (expected, expected)


@pytest.mark.parametrize("freed_by", ["init", "thread"])
def test_what_a_freed_object_led_to_is_lost(freed_by: str, tmp_path: Path) -> None:
    path = tmp_path / "lost.c"
    path.write_text(
        "#include <linux/slab.h>\n"
        "static struct node { struct node *next; } *head;\n"
        "static struct node *made(void) { return kzalloc(sizeof(*head), GFP_KERNEL | __GFP_NOFAIL); }\n"
        "void init(void) { head = made(); head->next = made(); " + "kfree(head);" * (freed_by == "init") + " }\n"
        "void thread(void) { " + "kfree(head);" * (freed_by == "thread") + " }\n"
    )
    program = parse_program([path], scenario=ScenarioEntry("init", (("thread", "thread"),), None))
    for model in MODELS:
        assert verdicts(program, model, frozenset({"leak"})) == ("FAIL", "FAIL")


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=100)
@given(programs)
def test_final_states_agree(model: str, random: RandomProgram) -> None:
    with TemporaryDirectory() as folder:
        program = parse(random, Path(folder))
    found = ends(program, model)
    wanted = frozenset({"counters"})
    for values in sorted(found)[:3]:
        assert alike(wanting(program, values), model, wanted, "FAIL")
    others = {(a, b, *sorted(found)[0][2:]) for a in (0, 1, 2) for b in (0, 1)} - found if found else set()
    for values in sorted(others)[:2]:
        assert alike(wanting(program, values), model, wanted, "PASS")
