"""No mutant of any kind of input is answered with a traceback, or not at all: a small part of `mutants`."""

from __future__ import annotations

import random

import pytest

from tests.differential import mutants


@pytest.mark.parametrize("kind", mutants.KINDS)
def test_mutants_are_answered_with_a_line(kind: str) -> None:
    assert [wrong.what for wrong in mutants.run([kind], 5, seed=1)] == []


def test_mutants_differ_from_what_they_are_made_of_and_are_the_same_each_time() -> None:
    text = b"one two\nthree four\nfive six\n" * 5
    made = [mutants.mutate(text, b"other", random.Random(seed)) for seed in range(50)]
    assert made == [mutants.mutate(text, b"other", random.Random(seed)) for seed in range(50)]
    assert sum(one != text for one in made) > 40


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("raise KeyError(1)", "KeyError: 1"),
        ("sys.exit(7)", "exit code 7"),
        ("os.kill(os.getpid(), 11)", "exit code -11"),
        ("time.sleep(3000)", "no end in 1 s"),
        ("sys.exit(2)", "an error without a word"),
        ("sys.exit(0)", ""),
    ],
)
def test_a_wrong_answer_is_noticed(does: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import sys
    import time

    def wrong() -> None:
        exec(does, {"os": os, "sys": sys, "time": time})

    monkeypatch.setattr("modelcheck.cli.app.main", wrong)
    found = mutants.answer(mutants.Mutant({}, ("check",)), longest=1 if "sleep" in does else 600)
    assert told in found
    assert bool(told) == bool(found)
