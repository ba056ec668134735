"""A program with switches is, for any of them on, the program that it stands for: by a check without switches, and by
the explorer."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from modelcheck.auditing.audit import places
from modelcheck.auditing.element import KINDS
from modelcheck.auditing.rewrite import settle
from modelcheck.auditing.session import Question, Switchboard
from modelcheck.auditing.switches import FENCES, switched
from modelcheck.cat import load_model
from modelcheck.frontend.spec import Scenario, Spec, Variant, load_program, program_spec, read_spec
from modelcheck.interleave.explore import Limits, explore
from modelcheck.solve.check import check
from tests.auditing.programs import written

ROOT = Path(__file__).parents[2]


def compared(spec: Spec, scenario: Scenario, variant: Variant, models: tuple[str, ...], sizes: tuple[int, ...]) -> int:
    """How many sets of changes were compared; those that either engine leaves open are not counted."""
    chance = random.Random(7)
    program = load_program(spec, scenario, variant)
    made = switched(program, places(spec, program, ()), KINDS, FENCES, stronger=True)
    weaker = [option.switch for element in made.elements for option in element.options]
    stronger = [insertion.switch for insertion in made.insertions]
    stronger += [switch for access in made.strengthenings for _, switch, _ in access.forms]
    count = 0
    for model in models:
        board = Switchboard(
            made.program, load_model(model), Question(scenario.properties, scenario.unroll, scenario.recursion)
        )
        for size in sizes:
            on = frozenset(chance.sample(weaker, min(size, len(weaker))))
            if size % 2:
                on |= frozenset(chance.sample(stronger, min(2, len(stronger))))
            plain = settle(made.program, on)
            asked = board.ask(on)
            found = check(plain, board.model, scenario.properties, unroll=scenario.unroll, recursion=scenario.recursion)
            assert asked.verdict == found.verdict, (model, sorted(on), asked, found)
            if model != "lkmm":
                explored = explore(plain, model, scenario.properties, Limits(states=20_000))
                if "UNKNOWN" not in (explored.verdict, asked.verdict):
                    assert explored.verdict == asked.verdict, (model, sorted(on), asked, explored)
            count += asked.verdict != "UNKNOWN"
    return count


def test_a_mailbox_with_any_changes(tmp_path: Path) -> None:
    spec = program_spec(written(tmp_path))
    sizes = (0, 1, 1, 1, 2, 2, 3, 5, 7, 9)
    assert compared(spec, spec.scenarios["main"], spec.variants["base"], ("sc", "tso", "lkmm"), sizes) >= 24


@pytest.mark.parametrize("name", ["assign", "clear", "isolate-beside-inflate"])
def test_scenarios_of_the_balloon_with_some_changes(name: str) -> None:
    spec = read_spec(ROOT / "specs" / "balloon")
    scenario = spec.scenarios[name]
    assert compared(spec, scenario, spec.variants["posted"], ("tso", "lkmm"), (1, 2, 4, 7)) >= 4


def test_with_every_switch_off_it_is_the_program(tmp_path: Path) -> None:
    spec = program_spec(written(tmp_path))
    scenario = spec.scenarios["main"]
    program = load_program(spec, scenario, spec.variants["base"])
    made = switched(program, lambda place: True, KINDS)
    for model in ("sc", "lkmm"):
        loaded = load_model(model)
        one = check(settle(made.program, frozenset()), loaded, scenario.properties)
        assert one.verdict == check(program, loaded, scenario.properties).verdict == "PASS"
