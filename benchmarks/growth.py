"""How events, refinements and seconds grow with compacting threads and pages, on the balloon.

    python -m benchmarks.growth [--threads 1 2 3] [--pages 1 2 3] [--model sc lkmm] [--put-back] [--steps] [--profile]

The balloon holds all pages; each compacting thread isolates what it finds of them (with ``--put-back``: and puts it
back), and the device's thread takes one page away, once. The scenario is made here and is no part of the spec: its C
is given as a source of the unpatched variant. Seconds are the processor's, parsing included.
"""

from __future__ import annotations

import argparse
import cProfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs
from attrs import frozen

from benchmarks.scenarios import by_room
from modelcheck.frontend.spec import DEFAULT_PROPERTIES, Expectation, Scenario, Spec, Variant, read_spec
from modelcheck.solve import check, groundwork
from modelcheck.solve.result import Result
from modelcheck.verdicts.cells import Cell
from modelcheck.verdicts.job import Job, answer

SOURCE: Final = "scenarios/growth.c"
TEXT: Final = r"""
#include <linux/compaction.h>
#include <linux/migrate.h>

#include "world.h"

void growth_init(void)
{
	world_init(MC_NR_PAGES);
}

void growth_compact(void)
{
	struct compact_control own = { .nr_migratepages = 0 };
#ifdef PUT_BACK
	struct page *page;
	int i;
#endif

	INIT_LIST_HEAD(&own.migratepages);
	isolate_migratepages_range(&own, 0, MC_NR_PAGES);
#ifdef PUT_BACK
	for (i = 0; i < MC_NR_PAGES && !list_empty(&own.migratepages); i++) {
		page = list_first_entry(&own.migratepages, struct page, lru);
		putback_movable_page(page);
	}
#endif
}

void growth_deflate(void)
{
	leak_balloon_round(vb, 1);
}
"""


@frozen
class Point:
    """One scenario measured."""

    threads: int
    pages: int
    model: str
    result: Result
    clauses: Counter[str]
    seconds: float


def scenario(spec: Spec, threads: int, pages: int, put_back: bool) -> tuple[Spec, Scenario, Variant]:
    """The spec with one more source, and a scenario of ``threads`` that compact over ``pages``.

    Who keeps what it isolates leaks it, of course: then nothing is asked of leaks.
    """
    base = next(iter(spec.variants))
    several = [("compact" if n == 0 else f"compact-{n + 1}", "growth_compact") for n in range(threads)]
    made = Scenario(
        "growth",
        init="growth_init",
        threads=(*several, ("deflate", "growth_deflate")),
        properties=DEFAULT_PROPERTIES - (set() if put_back else {"leak"}),
        unroll=pages + 1,
        defines={"MC_NR_PAGES": str(pages)} | ({"PUT_BACK": "1"} if put_back else {}),
    )
    wider = attrs.evolve(spec, sources=(*spec.sources, SOURCE))
    return wider, made, Variant(base, files={SOURCE: TEXT})


STEPS: Final[dict[str, Any]] = {
    "unroll": groundwork,
    "analyse": groundwork,
    "Encoding": groundwork,
    "close_sections": groundwork,
    "Coherence": groundwork,
    "break_symmetry": groundwork,
    "add_counting": groundwork,
    "add_rising": groundwork,
    "add_lemmas": check,
    "Solver": check,
}
"""What the engine calls before the search, in turn, and where it finds that."""


@contextmanager
def watched(spent: dict[str, float], clauses: Counter[str]) -> Iterator[None]:
    """Have the engine note the seconds of each of its steps, and the clauses that are there after it."""
    kept = {name: getattr(place, name) for name, place in STEPS.items()}
    circuits: list[Any] = []

    def watch(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **keywords: Any) -> Any:
            before = sum(len(circuit.clauses) for circuit in circuits)
            start = time.process_time()
            made = call(*args, **keywords)
            spent[name] += time.process_time() - start
            if name == "Encoding":
                circuits.append(made.circuit)
            clauses[name] += sum(len(circuit.clauses) for circuit in circuits) - before
            return made

        return step

    for name, call in kept.items():
        setattr(STEPS[name], name, watch(name, call))
    try:
        yield
    finally:
        for name, call in kept.items():
            setattr(STEPS[name], name, call)


def measure(
    spec: Spec, threads: int, pages: int, put_back: bool, model: str, timeout: float
) -> tuple[Point, dict[str, float]]:
    """One cell, and the seconds of its steps."""
    wider, made, variant = scenario(spec, threads, pages, put_back)
    cell = Cell(attrs.evolve(made, timeout=timeout), variant, model, model, Expectation())
    spent: dict[str, float] = dict.fromkeys(STEPS, 0.0)
    clauses: Counter[str] = Counter()
    start = time.process_time()
    with watched(spent, clauses):
        result = answer(Job(wider, cell, "z3")).result
    seconds = time.process_time() - start
    spent["search"] = seconds - sum(spent.values())
    return Point(threads, pages, model, result, clauses, seconds), spent


def main() -> None:
    """Read the arguments, measure, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--pages", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--model", nargs="+", default=["lkmm"])
    parser.add_argument("--timeout", type=float, default=300, help="seconds by the clock for each cell")
    parser.add_argument("--put-back", action="store_true", help="the compacting threads put back what they isolated")
    parser.add_argument("--steps", action="store_true", help="also the seconds of each step, and the clauses it adds")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    spec = read_spec(Path("specs/balloon"))
    print("| compacting threads | pages | model | verdict | events | clauses | refinements | seconds |")
    print("| ---: | ---: | --- | --- | ---: | ---: | ---: | ---: |")
    steps: list[tuple[Point, dict[str, float]]] = []
    with cProfile.Profile() as profile:
        if not arguments.profile:
            profile.disable()
        for model in arguments.model:
            for threads in arguments.threads:
                for pages in arguments.pages:
                    point, spent = measure(spec, threads, pages, arguments.put_back, model, arguments.timeout)
                    steps.append((point, spent))
                    found = point.result
                    verdict = found.verdict + (f":{found.property}" if found.property else "")
                    figures = f"{found.events} | {point.clauses.total()} | {found.refinements} | {point.seconds:.1f}"
                    print(f"| {threads} | {pages} | {model} | {verdict} | {figures} |", flush=True)
                    if found.verdict != "PASS":
                        print(f"{found.message or found.reason} {found.source or ''}")
    if arguments.steps:
        names = [*STEPS, "search"]
        print(f"\n| threads, pages | {' | '.join(names)} |\n| --- |{' ---: |' * len(names)}")
        for point, spent in steps:
            cells = [f"{spent[name]:.1f}" + f" ({point.clauses[name]})" * (point.clauses[name] > 0) for name in names]
            print(f"| {point.threads}, {point.pages} | {' | '.join(cells)} |")
    if arguments.profile:
        print()
        by_room(profile)


if __name__ == "__main__":
    main()
