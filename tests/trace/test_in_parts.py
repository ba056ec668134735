"""Traces of executions in which memory is accessed whole and in parts, under a model that knows cells alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.trace.replay import IMPOSSIBLE, REPRODUCES
from tests.trace.test_late import kept, on

LOCK = """
static union { unsigned int whole; unsigned char parts[4]; } word;
static int inside;
static void section(void)
{
	if (cmpxchg_acquire(&word.whole, 0, 1) == 0) {
		BUG_ON(READ_ONCE(inside));
		WRITE_ONCE(inside, 1);
		WRITE_ONCE(inside, 0);
		RELEASE(&word.parts[0], 0);
	}
}
void t0(void) { section(); }
void t1(void) { section(); }
"""
"""A lock whose word is taken as a whole and given back by its lowest byte."""

HANDED_OVER = """
static union { unsigned int whole; unsigned char parts[4]; } word;
static int data;
void t0(void) { if (smp_load_acquire(&word.whole) == 1) BUG_ON(!READ_ONCE(data)); }
void t1(void) { WRITE_ONCE(data, 1); RELEASE(&word.parts[0], 1); }
"""
"""A byte of a word tells that something is there: whoever reads the word has the other bytes from the start."""


@pytest.mark.parametrize("text", [LOCK, HANDED_OVER])
def test_a_part_that_is_given_back_unordered_replays_and_not_with_a_release(text: str, tmp_path: Path) -> None:
    relaxed = text.replace("RELEASE(&word.parts[0], 0)", "WRITE_ONCE(word.parts[0], 0)")
    relaxed = relaxed.replace("RELEASE(&word.parts[0], 1)", "WRITE_ONCE(word.parts[0], 1)")
    trace = kept(relaxed, "assertion", tmp_path)
    assert on(relaxed, trace, tmp_path).outcome == REPRODUCES
    found = on(text.replace("RELEASE", "smp_store_release"), trace, tmp_path)
    assert (found.outcome, bool(found.axiom)) == (IMPOSSIBLE, True)
