"""Seconds, events and refinements for each cell of a spec, and where the time goes.

    python benchmarks/scenarios.py [SPEC] [--engine z3|interleave] [--profile]

Every cell runs in this process, parsing included in the first model of each scenario and variant. Seconds are the
processor's: they do not depend much on what else the machine does.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePath

from attrs import frozen

from modelcheck.frontend.spec import Spec, read_spec
from modelcheck.verdicts.cells import Cell, Choice, choose
from modelcheck.verdicts.job import Job, answer


@frozen
class Measured:
    """One cell: ``effort`` is what the engine counts, refinements or executions."""

    scenario: str
    events: int
    effort: int
    seconds: float


def measure(spec: Spec, cells: Sequence[Cell], engine: str) -> list[Measured]:
    """Print one line for each cell, and give the figures."""
    effort = "refinements" if engine == "z3" else "executions"
    print(f"{'scenario':<22} {'variant':<38} {'model':<6} {'verdict':<20} {'events':>7} {effort:>12} {'seconds':>8}")
    measured = []
    for cell in cells:
        start = time.process_time()
        result = answer(Job(spec, cell, engine)).result
        seconds = time.process_time() - start
        measured.append(Measured(cell.scenario.name, result.events, result.refinements, seconds))
        verdict = f"{result.verdict}:{result.property}" if result.property else result.verdict
        names = f"{cell.scenario.name:<22} {cell.variant.name:<38} {cell.model:<6} {verdict:<20}"
        print(f"{names} {result.events:>7} {result.refinements:>12} {seconds:>8.2f}", flush=True)
    return measured


def by_scenario(measured: Sequence[Measured], engine: str) -> None:
    """Print a Markdown table: for each scenario its cells, the most events, and effort and seconds of all cells."""
    counted = ("events", "refinements") if engine == "z3" else ("states", "executions")
    print(f"\n| scenario | cells | most {counted[0]} | {counted[1]} | seconds | slowest cell |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name in dict.fromkeys(one.scenario for one in measured):
        own = [one for one in measured if one.scenario == name]
        print(_row(f"`{name}`", own))
    print(_row("all", measured))


def _row(name: str, own: Sequence[Measured]) -> str:
    seconds = [one.seconds for one in own]
    figures = (len(own), max(one.events for one in own), sum(one.effort for one in own))
    return f"| {name} | {' | '.join(map(str, figures))} | {sum(seconds):.1f} | {max(seconds):.2f} |"


def by_room(profile: cProfile.Profile) -> None:
    """Print the share of each room's own code, and of the libraries it calls, in the time."""
    spent: Counter[str] = Counter()
    stats = pstats.Stats(profile)
    for (file, _, _), (_, _, own, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        parts = PurePath(file).parts
        if "modelcheck" in parts:
            inside = parts[len(parts) - parts[::-1].index("modelcheck") :]
            spent["/".join(("modelcheck", *inside[:2]))] += own
        elif "site-packages" in parts:
            spent[parts[parts.index("site-packages") + 1]] += own
        else:
            spent["Python and its library"] += own
    total = sum(spent.values())
    for place, seconds in spent.most_common(24):
        print(f"{seconds:>8.2f} s {100 * seconds / total:>5.1f} %  {place}")


def main() -> None:
    """Read the arguments, measure, and profile where that is wished."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("spec", type=Path, nargs="?", default=Path("specs/balloon"))
    parser.add_argument("--scenario", action="append", default=[])
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--engine", choices=["z3", "interleave"], default="z3")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    spec = read_spec(arguments.spec)
    cells = choose(spec, Choice(scenarios=tuple(arguments.scenario), models=tuple(arguments.model)))
    with cProfile.Profile() as profile:
        if not arguments.profile:
            profile.disable()
        measured = measure(spec, cells, arguments.engine)
    by_scenario(measured, arguments.engine)
    if arguments.profile:
        print()
        by_room(profile)


if __name__ == "__main__":
    main()
