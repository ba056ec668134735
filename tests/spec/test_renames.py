"""Row 18 of specs/balloon: the agreed names change nothing, beyond what verdicts can show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modelcheck.frontend.spec import Spec, load_program, read_spec
from modelcheck.program.machine import Initial, initialise
from modelcheck.program.unroll import Bounds, unroll

FOLDER = Path(__file__).parents[2] / "specs" / "balloon"
OLD = re.compile(
    r"\b_*(is_movable|movable|isolate|putback|migrate)_balloon_page\b|\b(alloc|free|assign|clear)_balloon_mapping\b"
    r"|\bassoc_mapping\b|\bcount_balloon_event\b|\b__page_balloon_device\b"
)


@pytest.fixture(scope="module")
def spec() -> Spec:
    return read_spec(FOLDER)


def shape(spec: Spec, scenario: str, variant: str) -> list[tuple[object, ...]]:
    """Every event without names and addresses: thread, kind, tags, size, whom it depends on, and its line."""
    chosen = spec.scenarios[scenario]
    program = load_program(spec, chosen, spec.variants[variant])
    return [
        (
            e.thread,
            e.kind,
            sorted(e.tags),
            e.size,
            sorted(map(str, e.addr)),
            sorted(map(str, e.data)),
            sorted(map(str, e.ctrl)),
            e.rmw,
            e.source.file,
            e.source.line,
        )
        for start in initialise(program)
        if isinstance(start, Initial)
        for e in unroll(program, start, Bounds(chosen.unroll, chosen.recursion)).events
    ]


@pytest.mark.parametrize("scenario", ["clear", "migrate", "publish", "page-changes-device", "remove-putback"])
def test_the_same_events_come_of_the_same_lines(spec: Spec, scenario: str) -> None:
    assert len(shape(spec, scenario, "posted")) > 50
    assert shape(spec, scenario, "posted") == shape(spec, scenario, "renames")


def test_no_old_name_is_left(spec: Spec) -> None:
    renamed = spec.variants["renames"].files
    texts = {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.[ch]")}
    left = {name: found[0] for name, text in texts.items() if (found := OLD.search(renamed.get(name) or text))}
    assert left == {}
