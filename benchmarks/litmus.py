"""The litmus tests with known answers, beside herd7: seconds for each test, medians and sums; see litmus.md.

``python -m benchmarks.litmus [FOLDER]``: a folder with tests and ``expected.csv``, which has herd7's seconds; default:
``../shared/litmus``.
"""

from __future__ import annotations

import csv
import gc
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from attrs import frozen

from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.litmus import read_litmus
from modelcheck.solve.litmus import observe

GIVE_UP = 10.0
"""Seconds after which a test is left, as herd7 was."""

BATCH = 32


@frozen
class Timed:
    """One test: seconds of the processor with and without counting (reading it is in both), and herd7's seconds.

    ``counted`` is infinite where the time limit was reached; ``herd7`` where herd7 gave no answer.
    """

    path: str
    decided: float
    counted: float
    herd7: float
    states: int
    as_expected: bool


def measure(folder: Path) -> list[Timed]:
    """All tests of ``expected.csv``, in one process."""
    rows = list(csv.DictReader((folder / "expected.csv").open(encoding="utf-8")))
    model = load_model("lkmm")
    found: list[Timed] = []
    gc.freeze()  # as the command does
    for start in range(0, len(rows), BATCH):
        several = rows[start : start + BATCH]
        began = time.process_time()
        tests = list(read_litmus([folder / row["path"] for row in several], BATCH))
        reading = (time.process_time() - began) / len(several)
        for row, (_, test) in zip(several, tests, strict=True):
            if isinstance(test, InputError):
                raise test
            began = time.process_time()
            decided = observe(test, model, count=False, timeout=GIVE_UP)
            between = time.process_time()
            counted = observe(test, model, timeout=GIVE_UP)
            end = time.process_time()
            seconds = end - between + reading if counted.positive is not None else float("inf")
            herd7 = float("inf") if row["herd7_seconds"].startswith(">") else float(row["herd7_seconds"])
            right = (decided.verdict, set(decided.flags)) == (row["verdict"], set(row["flags"].split()))
            states = len(counted.states)
            found.append(Timed(row["path"], between - began + reading, seconds, herd7, states, right))
    return found


def report(found: Sequence[Timed]) -> None:
    """A line for each test, slowest first, then medians and sums."""
    print(f"{'test':<70} {'verdict':>9} {'counting':>9} {'herd7':>9} {'states':>7}")
    for one in sorted(found, key=lambda t: -max(t.decided, t.counted)):
        wrong = "" if one.as_expected else "  not as expected"
        print(f"{one.path:<70} {one.decided:9.4f} {one.counted:9.4f} {one.herd7:9.3f} {one.states:7}{wrong}")
    answered = [t for t in found if t.herd7 < GIVE_UP]
    left = [t for t in found if t.herd7 >= GIVE_UP]
    both = [t for t in answered if t.counted < GIVE_UP]
    slow = [t for t in both if t.herd7 > 0.2]
    print()
    print(f"{len(found)} tests, {sum(not t.as_expected for t in found)} not as expected")
    _compare("verdict only", [t.decided for t in answered], [t.herd7 for t in answered])
    _compare("counting", [t.counted for t in both], [t.herd7 for t in both])
    print(f"counting: {sum(t.counted >= GIVE_UP for t in answered)} tests that herd7 answers take more than 10 s")
    if slow:
        worst = max(slow, key=lambda t: t.counted / t.herd7)
        print(f"counting, herd7 over 0.2 s: {len(slow)}; worst ratio {worst.counted / worst.herd7:.2f}, {worst.path}")
    if left:
        slowest = max(t.decided for t in left)
        print(f"{len(left)} tests that herd7 leaves after 10 s: verdicts in at most {slowest:.3f} s each")
    many = [t for t in found if t.states >= 1000 and t.counted < float("inf")]
    for one in many:
        print(f"{one.path}: {one.states} states, {1000 * one.counted / one.states:.2f} ms a state")


def _compare(what: str, ours: Sequence[float], theirs: Sequence[float]) -> None:
    print(
        f"{what}: {len(ours)} tests that herd7 answers: sum {sum(ours):.2f} s, herd7 {sum(theirs):.2f} s "
        f"(1/{sum(theirs) / sum(ours):.0f}); median {median(ours) * 1000:.1f} ms, herd7 {median(theirs) * 1000:.1f} ms"
    )


if __name__ == "__main__":
    report(measure(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/litmus")))
