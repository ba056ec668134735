"""Seconds, events and refinements for each cell of a spec, and where the time goes.

    python benchmarks/scenarios.py [SPEC] [--engine z3|interleave] [--profile]

Every cell runs in this process, parsing included in the first model of each scenario and variant.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePath

from modelcheck.cli.cells import Cell, Choice, choose
from modelcheck.cli.job import Job, answer
from modelcheck.frontend.spec import Spec, read_spec


def measure(spec: Spec, cells: Sequence[Cell], engine: str) -> None:
    """Print one line for each cell and the sum."""
    total = 0.0
    print(
        f"{'scenario':<20} {'variant':<20} {'model':<6} {'verdict':<20}",
        f"{'events':>7} {'refinements':>12} {'seconds':>8}",
    )
    for cell in cells:
        start = time.perf_counter()
        result = answer(Job(spec, cell, engine)).result
        seconds = time.perf_counter() - start
        total += seconds
        verdict = f"{result.verdict}:{result.property}" if result.property else result.verdict
        names = f"{cell.scenario.name:<20} {cell.variant.name:<20} {cell.model:<6} {verdict:<20}"
        print(f"{names} {result.events:>7} {result.refinements:>12} {seconds:>8.2f}", flush=True)
    print(f"{len(cells)} cells, {total:.2f} s")


def by_room(profile: cProfile.Profile) -> None:
    """Print the seconds spent in each room's own code, and in the libraries it calls."""
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
    for place, seconds in spent.most_common(20):
        print(f"{seconds:>8.2f}  {place}")


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
        measure(spec, cells, arguments.engine)
    if arguments.profile:
        by_room(profile)


if __name__ == "__main__":
    main()
