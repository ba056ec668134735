"""The two engines on random concurrent programs: the same verdict, or one of them says that it does not know.

``python -m tests.differential.concurrent --programs 2000 --seed 1``
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.c import parse_program
from modelcheck.interleave.explore import Limits, explore
from modelcheck.program.ir import PROPERTIES, Program
from modelcheck.solve.check import check
from tests.differential.random_threads import Threads, threads

EVERYTHING = frozenset(PROPERTIES) - {"race", "counters"}
"""The explorer knows no races."""

ASKED = (EVERYTHING, EVERYTHING - {"assertion", "deadlock", "warning", "use-after-scope", "lock-misuse"})
"""With each of these: what else goes wrong must hide nothing."""

MODELS = ("sc", "tso")


def program_of(random: Threads, folder: Path) -> Program:
    """The program of a random text, written to ``folder``."""
    path = folder / "threads.c"
    path.write_text(random.text)
    return parse_program([path], scenario=random.entry)


def differences(seed: int, states: int, seconds: float, tally: Counter[str]) -> list[str]:
    """In what the engines differ on program ``seed``; answers are counted in ``tally``.

    Args:
        seed: of the program.
        states: where the explorer gives up.
        seconds: where the solver gives up.
        tally: ``"MODEL EXPLORER SOLVER"`` -> how often.
    """
    found = []
    with TemporaryDirectory() as folder:
        program = program_of(threads(seed), Path(folder))
        for model in MODELS:
            for number, properties in enumerate(ASKED):
                explored = explore(program, model, properties, Limits(states=states)).verdict
                solved = check(program, load_model(model), properties, timeout=seconds).verdict
                tally[f"{model} {explored} {solved}"] += 1
                if "UNKNOWN" not in (explored, solved) and explored != solved:
                    found.append(f"seed {seed}, {model}, question {number}: explorer {explored}, solver {solved}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 when nothing differs, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the first program")
    parser.add_argument("--states", type=int, default=20_000, help="where the explorer gives up")
    parser.add_argument("--seconds", type=float, default=20, help="where the solver gives up")
    options = parser.parse_args(arguments)
    tally: Counter[str] = Counter()
    differing = 0
    for seed in range(options.seed, options.seed + options.programs):
        try:
            for line in differences(seed, options.states, options.seconds, tally):
                differing += 1
                print(line, flush=True)
        except InputError as error:
            differing += 1
            print(f"seed {seed}: {error}", flush=True)
    for key, number in sorted(tally.items()):
        print(f"{key}: {number}")
    print(f"{options.programs} programs, {differing} differences")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
