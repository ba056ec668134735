"""Laws that every verdict keeps, whatever the program: what makes executions fewer makes no new failure.

``python -m tests.differential.laws --programs 500 --seed 1``

- A stronger model allows fewer executions: what fails under ``sc`` fails under ``tso``, that under ``pso`` and
  ``lkmm``.
- A full barrier more takes executions away: it breaks nothing that held.
- A higher bound hides no failure.
- The order in which threads are named, and the names in a program, are of no account.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from attrs import evolve

from modelcheck.cat import load_model
from modelcheck.frontend.c import parse_program
from modelcheck.program.ir import PROPERTIES
from modelcheck.solve.check import check
from tests.differential.random_threads import Threads, threads

PROPERTIES_ASKED = frozenset(PROPERTIES) - {"race", "counters"}

WEAKER = (("sc", "tso"), ("tso", "pso"), ("tso", "lkmm"), ("sc", "rc11"))
"""(stronger, weaker)."""

Verdict = Callable[[Threads, str, int], str]


def verdict_in(folder: Path, seconds: float) -> Verdict:
    """Asks for verdicts, each question once: (program, model, unroll) -> PASS, FAIL or UNKNOWN."""
    known: dict[tuple[Threads, str, int], str] = {}

    def verdict(random: Threads, model: str, unroll: int = 2) -> str:
        key = random, model, unroll
        if key not in known:
            path = folder / "threads.c"
            path.write_text(random.text)
            program = parse_program([path], scenario=random.entry)
            known[key] = check(
                program, load_model(model), PROPERTIES_ASKED, unroll=unroll, timeout=seconds, touches=False
            ).verdict
        return known[key]

    return verdict


def with_barrier(random: Threads, chance: Random) -> Threads:
    """The program with a full barrier more, between two statements of a thread."""
    which = chance.randrange(len(random.bodies))
    body = random.bodies[which]
    at = chance.randrange(len(body) + 1)
    changed = (*body[:at], "smp_mb();", *body[at:])
    return evolve(random, bodies=(*random.bodies[:which], changed, *random.bodies[which + 1 :]))


def renamed(random: Threads) -> Threads:
    """The program with other names for the cells that its threads share: a and c change places."""
    swapped = {"a": "c", "c": "a"}

    def other(statement: str) -> str:
        return re.sub(r"\b[ac]\b", lambda found: swapped[found[0]], statement)

    bodies = tuple(tuple(map(other, body)) for body in random.bodies)
    return evolve(random, bodies=bodies, outcome=other(random.outcome))


def reversed_threads(random: Threads) -> Threads:
    """The program with its threads in the opposite order."""
    last = len(random.bodies) - 1
    outcome = re.sub(r"\br(\d)", lambda found: f"r{last - int(found[1])}", random.outcome)
    return evolve(random, bodies=random.bodies[::-1], outcome=outcome)


def broken(seed: int, seconds: float, tally: Counter[str]) -> Iterator[str]:
    """The laws that the verdicts on program ``seed`` do not keep; comparisons are counted in ``tally``."""
    random = threads(seed)
    chance = Random(seed)
    with TemporaryDirectory() as folder:
        verdict = verdict_in(Path(folder), seconds)

        def hides(law: str, fails: str, holds: str) -> Iterator[str]:
            tally[f"{law}: {fails} {holds}"] += 1
            if (fails, holds) == ("FAIL", "PASS"):
                yield f"seed {seed}: {law}"

        def differ(law: str, one: str, other: str) -> Iterator[str]:
            yield from hides(law, one, other)
            yield from hides(law, other, one)

        for stronger, weaker in WEAKER:
            yield from hides(
                f"{stronger} is stronger than {weaker}", verdict(random, stronger, 2), verdict(random, weaker, 2)
            )
        fenced = with_barrier(random, chance)
        for model in ("tso", "lkmm"):
            yield from hides(f"a barrier more ({model})", verdict(fenced, model, 2), verdict(random, model, 2))
            yield from hides(f"a higher bound ({model})", verdict(random, model, 1), verdict(random, model, 3))
        turned = reversed_threads(random)
        for model in ("sc", "lkmm"):
            yield from differ(f"the order of threads ({model})", verdict(turned, model, 2), verdict(random, model, 2))
            yield from differ(f"names ({model})", verdict(renamed(random), model, 2), verdict(random, model, 2))
            other = evolve(random, started=not random.started)
            yield from differ(f"who starts them ({model})", verdict(other, model, 2), verdict(random, model, 2))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 when every law is kept, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the first program")
    parser.add_argument("--seconds", type=float, default=10, help="where the solver gives up")
    options = parser.parse_args(arguments)
    tally: Counter[str] = Counter()
    failures = 0
    for seed in range(options.seed, options.seed + options.programs):
        for line in broken(seed, options.seconds, tally):
            failures += 1
            print(line, flush=True)
    for key, number in sorted(tally.items()):
        print(f"{key}: {number}")
    print(f"{options.programs} programs, {failures} laws broken")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
