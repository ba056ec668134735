"""An interrupt that comes while libclang calls back is never lost with the rest of the program."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.translation import TranslationUnit


class StruckError(Exception):
    """What a signal handler raises."""


@pytest.fixture
def unit(tmp_path: Path) -> TranslationUnit:
    (tmp_path / "some.h").write_text("struct pair { int first, second; };\n")
    text = '#include "some.h"\nint f(int x) { return x + 1; }\nint g(struct pair *p) { return p->first; }\n'
    (tmp_path / "some.c").write_text(text)
    return TranslationUnit(str(tmp_path / "some.c"), ("-x", "c"))


def struck_on_call(kind: Any, at: int) -> Callable[[Any], Any]:
    """A callback type whose functions are struck before their first line, the time number ``at`` that one is called."""
    count = 0

    def wrapped(visit: Callable[..., Any]) -> Any:
        def strike(*arguments: Any) -> Any:
            nonlocal count
            count += 1
            if count == at:
                raise StruckError
            return visit(*arguments)

        return kind(strike)

    return wrapped


@pytest.mark.parametrize("at", range(1, 8))
def test_a_walk_that_is_struck_gives_no_part_of_the_tree(
    at: int, unit: TranslationUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sum(1 for _ in cl.tree(unit.cursor).walk())
    assert whole > 12
    monkeypatch.setattr(cl, "_Visitor", struck_on_call(cl._Visitor, at))
    with pytest.raises(StruckError):
        cl.tree(unit.cursor)


def test_children_fields_and_files_are_all_there_or_none(
    unit: TranslationUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = next(child for child in cl.children(unit.cursor) if child.kind == 2)
    type_ = cl.lib.clang_getCursorType(record)
    assert len(cl.fields(type_)) == 2
    assert len(unit.files()) == 2
    for name, call in (
        ("_Visitor", lambda: cl.children(unit.cursor)),
        ("_FieldVisitor", lambda: cl.fields(type_)),
        ("InclusionVisitor", unit.files),
    ):
        for at in (1, 2):
            monkeypatch.setattr(cl, name, struck_on_call(getattr(cl, name), at))
            with pytest.raises(StruckError):
                call()
            monkeypatch.undo()


def test_a_walk_broken_off_without_a_word_is_an_interrupt(
    unit: TranslationUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cl, "_Visitor", lambda visit: ctypes.CFUNCTYPE(*_signature())(lambda *_: 0))
    with pytest.raises(KeyboardInterrupt):
        cl.tree(unit.cursor)


def _signature() -> tuple[Any, ...]:
    return ctypes.c_int, cl.Cursor, cl.Cursor, ctypes.c_void_p
