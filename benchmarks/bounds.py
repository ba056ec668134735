"""What each bound of a spec, raised by one, changes and costs.

    python -m benchmarks.bounds [SPEC] [--scenario GLOB] [--variant GLOB] [--model sc lkmm] [--bound unroll MC_NR_PAGES]

A bound is ``unroll``, ``recursion``, or a macro of the spec or the scenario whose value is a number. Every cell is
answered with the spec's bounds, and with each bound that it has one higher. A verdict that differs is shown, and so
is one that was not there in time. Seconds are the processor's, parsing included.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
from attrs import frozen

from modelcheck.frontend.spec import Scenario, Spec, read_spec
from modelcheck.run import Done, Lost, run_pool
from modelcheck.verdicts.cells import Cell, Choice, choose
from modelcheck.verdicts.job import Job, answer

AS_IT_IS: Final = "as it is"


@frozen
class Question:
    """A cell with one bound raised from ``before`` to ``after``, or with none (`AS_IT_IS`)."""

    job: Job
    bound: str
    before: int = 0
    after: int = 0


@frozen
class Found:
    """The verdict, why it is UNKNOWN, and what it took."""

    verdict: str
    reason: str
    seconds: float


def found(job: Job) -> Found:
    """Answer one cell; the work of a process."""
    start = time.process_time()
    result = answer(job).result
    return Found(result.verdict, result.reason, time.process_time() - start)


def raised(spec: Spec, scenario: Scenario, bound: str) -> tuple[int, Scenario] | None:
    """The bound as it is, and the scenario with one more; None where it has no such bound."""
    if bound == "unroll":
        return scenario.unroll, attrs.evolve(scenario, unroll=scenario.unroll + 1)
    if bound == "recursion":
        return scenario.recursion, attrs.evolve(scenario, recursion=scenario.recursion + 1)
    written = scenario.defines.get(bound, spec.defines.get(bound))
    if written is None or not written.isdigit():
        return None
    return int(written), attrs.evolve(scenario, defines={**scenario.defines, bound: str(int(written) + 1)})


def questions(spec: Spec, cells: list[Cell], bounds: list[str]) -> Iterator[Question]:
    """Each cell as it is, then each with one of ``bounds`` raised: the models of one program come in a row."""
    unlimited = [attrs.evolve(cell, scenario=attrs.evolve(cell.scenario, timeout=None)) for cell in cells]
    for cell in unlimited:
        yield Question(Job(spec, cell, "z3"), AS_IT_IS)
    for bound in bounds:
        for cell in unlimited:
            more = raised(spec, cell.scenario, bound)
            if more is not None:
                before, scenario = more
                yield Question(Job(spec, attrs.evolve(cell, scenario=scenario), "z3"), bound, before, before + 1)


def ask(asked: list[Question], timeout: float, processes: int) -> list[Found]:
    """The answers, in order."""
    answers: dict[int, Found] = {}
    groups = [(q.job.cell.scenario, q.job.cell.variant.name) for q in asked]
    for event in run_pool(found, [q.job for q in asked], processes, [timeout] * len(asked), (), list(map(str, groups))):
        if isinstance(event, Done):
            answers[event.number] = event.value
        elif isinstance(event, Lost):
            answers[event.number] = Found("late", event.reason, timeout)
    return [answers[number] for number in range(len(asked))]


def main() -> None:
    """Read the arguments, ask, and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("spec", type=Path, nargs="?", default=Path("specs/balloon"))
    parser.add_argument("--scenario", action="append", default=[])
    parser.add_argument("--variant", action="append", default=[])
    parser.add_argument("--model", nargs="+", default=[])
    parser.add_argument("--bound", nargs="+", default=["unroll", "recursion", "MC_NR_PAGES"])
    parser.add_argument("--timeout", type=float, default=600, help="seconds by the clock for each cell")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    spec = read_spec(arguments.spec)
    choice = Choice(tuple(arguments.scenario), tuple(arguments.variant), tuple(arguments.model))
    asked = list(questions(spec, choose(spec, choice), arguments.bound))
    answers = ask(asked, arguments.timeout, arguments.processes)
    report(asked, answers)


def report(asked: list[Question], answers: list[Found]) -> None:
    """A table of bounds, and below it what differs and what came late."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0, 0.0, 0.0])
    differs: dict[tuple[str, str], list[str]] = defaultdict(list)
    as_it_is: dict[tuple[str, str, str], Found] = {}
    for question, answered in zip(asked, answers, strict=True):
        cell = question.job.cell
        first = as_it_is.setdefault((cell.scenario.name, cell.variant.name, cell.model), answered)
        if question.bound == AS_IT_IS:
            continue
        row = sums[question.bound]
        row[0] += 1
        row[1] += answered.verdict == first.verdict
        row[3] += answered.verdict == "late"
        row[4] += first.seconds
        row[5] += answered.seconds
        if answered.verdict not in (first.verdict, "late"):
            row[2] += 1
        if answered.verdict != first.verdict:
            change = f"{question.before} to {question.after}: {first.verdict} becomes {answered.verdict}"
            key = (cell.scenario.name, f"{question.bound} {change}")
            differs[key].append(f"{cell.variant.name} ({cell.model})")
    print("| bound, one more | cells | same verdict | another verdict | late | seconds before | seconds after |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for bound, (cells, same, other, late, before, after) in sums.items():
        print(f"| `{bound}` | {cells} | {same} | {other} | {late} | {before:.0f} | {after:.0f} |")
    for (scenario, change), where in sorted(differs.items()):
        print(f"\n- `{scenario}`, {change}: {', '.join(where)}")


if __name__ == "__main__":
    main()
