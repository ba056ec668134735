"""The cache: what is found in it is what was asked, whole, or nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from attrs import evolve

from modelcheck.program.ir import Source
from modelcheck.regression.cache import Cache, Question
from modelcheck.solve.result import Result
from modelcheck.verdicts.job import Answer

QUESTION = Question("b", "l", "sc", frozenset({"leak"}))
PASS = Answer(Result("PASS", events=5, refinements=2, seconds=0.25))
PLACE = Source("a.c", 3, 2, 3, 9, "f")
FAIL = Answer(Result("FAIL", "leak", "it leaks", PLACE, (PLACE,), 5, 7, 0.5), b'{"ends": "\xc3\xbc"}')


@pytest.mark.parametrize("answer", [PASS, FAIL])
def test_what_was_kept_is_found(tmp_path: Path, answer: Answer) -> None:
    Cache(tmp_path).keep(QUESTION, answer)
    assert Cache(tmp_path).find(QUESTION) == answer


@pytest.mark.parametrize(
    "other",
    [
        evolve(QUESTION, behaviour="c"),
        evolve(QUESTION, model="tso"),
        evolve(QUESTION, properties=frozenset({"leak", "race"})),
    ],
)
def test_another_question_has_no_answer(tmp_path: Path, other: Question) -> None:
    Cache(tmp_path).keep(QUESTION, PASS)
    assert Cache(tmp_path).find(other) is None


def test_a_pass_counts_at_other_lines_and_a_failure_does_not(tmp_path: Path) -> None:
    elsewhere = evolve(QUESTION, layout="m")
    Cache(tmp_path / "pass").keep(QUESTION, PASS)
    assert Cache(tmp_path / "pass").find(elsewhere) == PASS
    Cache(tmp_path / "fail").keep(QUESTION, FAIL)
    assert Cache(tmp_path / "fail").find(elsewhere) is None
    assert Cache(tmp_path / "fail").find(QUESTION) == FAIL


def test_what_is_unknown_is_not_kept(tmp_path: Path) -> None:
    Cache(tmp_path).keep(QUESTION, Answer(Result("UNKNOWN", reason="the time limit was reached")))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied"])
def test_a_damaged_entry_is_dropped(tmp_path: Path, damage: str) -> None:
    cache = Cache(tmp_path)
    cache.keep(QUESTION, FAIL)
    (entry,) = tmp_path.glob("??/*")
    content = entry.read_bytes()
    flipped = content.replace(b"FAIL", b"PASS")
    entry.write_bytes({"cut": content[:-20], "flipped": flipped, "emptied": b""}[damage])
    assert cache.find(QUESTION) is None
    assert not entry.exists()


def test_a_folder_that_cannot_be_written_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    cache = Cache(tmp_path / "file")
    cache.keep(QUESTION, PASS)
    assert cache.find(QUESTION) is None


def test_what_nobody_asks_for_is_removed_in_the_end(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep(QUESTION, PASS)
    other = evolve(QUESTION, behaviour="c")
    cache.keep(other, PASS)
    old = time.time() - 100 * 86400
    for path in tmp_path.glob("??/*"):
        os.utime(path, (old, old))
    assert cache.find(other) == PASS
    cache.prune()
    assert cache.find(QUESTION) is None
    assert cache.find(other) == PASS
