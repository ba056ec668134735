"""What was stored a moment ago replays, is told and is made smaller: the traces of every failure that is met.

``python -m tests.differential.stored_traces --programs 300 --seed 1``
``python -m tests.differential.stored_traces --programs 0 FILE.c ...``
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import modelcheck
from modelcheck.minimise.smaller import on_today, smaller
from modelcheck.run import OutOfTime, alarm
from modelcheck.trace import read_trace, to_bytes
from modelcheck.trace.narrative import narrative
from modelcheck.trace.replay import REPRODUCES, Sources, replay
from tests.differential.random_threads import Threads, threads

ENGINES: Final = {"z3": ("sc", "tso", "pso", "lkmm", "rc11"), "interleave": ("sc", "tso")}
"""The models under which each engine is asked."""

LONGEST: Final = 30.0
"""Seconds for a verdict, and for making its trace smaller."""


def spec_of(random: Threads, folder: Path) -> Path:
    """A spec of a random program, written to ``folder``."""
    (folder / "threads.c").write_text(random.text)
    names = ", ".join(f'"{name}"' for name, _ in random.entry.threads)
    final = f'final = "{random.entry.final}"\n' if random.entry.final else ""
    scenario = f'[scenarios.all]\ninit = "init"\nthreads = [{names}]\n{final}'
    (folder / "spec.toml").write_text(f'name = "threads"\nsources = ["threads.c"]\nunroll = 2\n\n{scenario}')
    return folder


def followed(path: Path, tally: Counter[str]) -> Iterator[str]:
    """What does not follow the trace at ``path``: replay, narration, or what `minimise` makes of it."""
    tally["traces"] += 1
    stored, sources = read_trace(path), Sources()
    found = replay(stored, sources, path)
    if found.outcome != REPRODUCES:
        yield f"{found.outcome}: {found.reason}"
        return
    narrative(stored)
    if not stored.execution.events:
        return
    today = sources.of(stored, path)
    asked = frozenset(stored.setting.properties)
    try:
        with alarm(LONGEST):
            made = smaller(on_today(stored, found), today.program, asked, {stored.model: today.load})
    except OutOfTime:
        tally["not made smaller in time"] += 1
        return
    if made is None:
        yield "minimise finds no execution that fails so"
        return
    small = path.with_name("smaller.json")
    small.write_bytes(to_bytes(made))
    again = read_trace(small)
    small.unlink()
    found = replay(again, sources, path)
    if found.outcome != REPRODUCES:
        yield f"what minimise made is {found.outcome}: {found.reason}"
        return
    narrative(again)


def wrong(target: Callable[[Path], Path], engines: Sequence[str], tally: Counter[str]) -> Iterator[str]:
    """What does not follow the traces of the program that ``target`` writes to a folder."""
    with tempfile.TemporaryDirectory(prefix="traces-") as place:
        folder = Path(place)
        spec = target(folder)
        for engine in engines:
            for model in ENGINES[engine]:
                traces = folder / engine / model
                modelcheck.check(spec, engine=engine, models=[model], traces=traces, jobs=0, timeout=LONGEST)
                for path in sorted(traces.rglob("*.json")):
                    try:
                        for line in followed(path, tally):
                            yield f"{engine} {model} {path.stem}: {line}"
                    except Exception:  # noqa: BLE001 (whatever it is, it is what is looked for)
                        yield f"{engine} {model} {path.stem}: {traceback.format_exc()}"


def _there(path: Path, _: Path) -> Path:
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 when every trace is followed, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="C files and specs besides random programs")
    parser.add_argument("--programs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the first program")
    parser.add_argument("--engine", action="append", choices=sorted(ENGINES))
    options = parser.parse_args(arguments)
    engines = options.engine or list(ENGINES)
    tally: Counter[str] = Counter()
    asked: list[tuple[str, Callable[[Path], Path]]] = []
    for path in options.files:
        asked.append((str(path), partial(_there, path.resolve())))
    for seed in range(options.seed, options.seed + options.programs):
        asked.append((f"seed {seed}", partial(spec_of, threads(seed))))
    for name, target in asked:
        for line in wrong(target, engines, tally):
            tally["wrong"] += 1
            print(f"{name}: {line}", flush=True)
    print(", ".join(f"{what}: {number}" for what, number in sorted(tally.items())))
    return 1 if tally["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
