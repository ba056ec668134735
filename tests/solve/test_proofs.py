"""What was refuted is refuted with more clauses too, and with nothing less."""

from __future__ import annotations

from modelcheck.solve.proofs import MOST, SMALL, Proofs

MANY = [(number, number + 1) for number in range(1, SMALL + 1)]


def test_the_same_clauses_and_more_are_refuted() -> None:
    proofs = Proofs()
    proofs.note(MANY, (5,))
    assert proofs.refute([*MANY, (9, 9)], (5,))
    assert proofs.refute(list(reversed(MANY)), (7, 5))


def test_a_clause_less_or_another_question_is_not() -> None:
    proofs = Proofs()
    proofs.note(MANY, (5,))
    assert not proofs.refute([*MANY[:-1], (1, 9)], (5,))
    assert not proofs.refute(MANY, (6,))


def test_clauses_that_are_added_later_were_no_part_of_it() -> None:
    proofs = Proofs()
    growing = list(MANY)
    proofs.note(growing, (5,))
    growing.append((3, 3))
    assert proofs.refute(MANY, (5,))


def test_only_the_latest_are_kept() -> None:
    proofs = Proofs()
    for number in range(MOST + 1):
        proofs.note([*MANY, (number, 1 << 20)], (5,))
    assert not proofs.refute([*MANY, (0, 1 << 20)], (5,))
    assert proofs.refute([*MANY, (MOST, 1 << 20)], (5,))
