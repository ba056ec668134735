"""Random single-threaded C, by the C compiler and by modelcheck: what does each program compute?

Each program is a function that gives a hash of all it did. The compiler's binary prints the hashes. Then modelcheck is
asked about a thread that calls the function, asserts that value, and behind that what is false: both engines must
find the second assertion to fail, which says that the value is right and that nothing was cut off before.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.interleave.explore import Limits, explore
from modelcheck.program.ir import PROPERTIES, Program
from modelcheck.solve.check import check
from tests.differential.random_c import BEFORE, program

ASKED = frozenset(PROPERTIES) - {"race", "counters"}
FLAGS = ("-std=gnu11", "-w", "-O1", "-fwrapv", "-fno-strict-aliasing")
LIMITS = Limits(states=20_000)
EXPECTED = "the value of the compiler"


@frozen
class Difference:
    """A program about which modelcheck and the compiler disagree, or that modelcheck cannot tell (`unknown`)."""

    seed: int
    number: int
    engine: str
    said: str

    @property
    def unknown(self) -> bool:
        """Whether modelcheck gives no answer; that is no wrong one."""
        return self.said.startswith("UNKNOWN")

    def __str__(self) -> str:
        return f"seed {self.seed} program {self.number}: {self.engine} says {self.said}"


def compiler() -> str | None:
    """The C compiler to compare with, None when there is none."""
    return shutil.which("gcc") or shutil.which("cc")


def differences(seed: int, numbers: Sequence[int], folder: Path, command: str, solved: int = 1) -> Iterator[Difference]:
    """Compare programs, all of them in one file; every ``solved``-th by the solver too.

    Raises:
        CalledProcessError: the compiler refuses a program, or its binary does not end well.
    """
    texts = [program(seed, number) for number in numbers]
    values = _printed(numbers, texts, folder, command)
    path = folder / "random.c"
    asked = (
        f'void asked{number}(void) {{ __mc_assert(test{number}() == {value}ul, "assertion", "another value"); '
        f'__mc_assert(0, "assertion", "{EXPECTED}"); }}\n'
        for number, value in zip(numbers, values, strict=True)
    )
    path.write_text(BEFORE + "".join(texts) + "".join(asked))
    for number in numbers:
        try:
            made = parse_program([path], scenario=ScenarioEntry(None, (("thread", f"asked{number}"),), None))
        except InputError as error:
            yield Difference(seed, number, "the front end", f"UNKNOWN ({error.message})")
            continue
        for engine, said in _answers(made, number % solved == 0):
            if said != EXPECTED:
                yield Difference(seed, number, engine, said)


def _answers(made: Program, both: bool) -> Iterator[tuple[str, str]]:
    explored = explore(made, "sc", ASKED, LIMITS)
    yield "the explorer", explored.finding.message if explored.finding else f"{explored.verdict} ({explored.reason})"
    if not both:
        return
    solved = check(made, load_model("sc"), ASKED)
    yield "the solver", solved.message if solved.verdict == "FAIL" else f"{solved.verdict} ({solved.reason})"


def _printed(numbers: Sequence[int], texts: Sequence[str], folder: Path, command: str) -> list[int]:
    calls = "".join(f'printf("%lu\\n", test{number}());' for number in numbers)
    source, binary = folder / "compiled.c", folder / "compiled"
    source.write_text(
        f"{BEFORE}{''.join(texts)}int printf(const char *, ...); int main(void) {{ {calls} return 0; }}\n"
    )
    subprocess.run((command, *FLAGS, str(source), "-o", str(binary)), check=True, capture_output=True)
    run = subprocess.run((str(binary),), check=True, capture_output=True, text=True, timeout=60)
    return [int(line) for line in run.stdout.split()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare many programs; prints the differences and gives 1 when there are any."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential.single_thread", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first program (default: 0)")
    parser.add_argument("--programs", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--hours", type=float, help="stop after so long, however many are left")
    parser.add_argument("--together", type=int, default=25, help="programs in one file (default: 25)")
    parser.add_argument("--solved", type=int, default=1, help="the solver sees every so many (default: 1, all)")
    parser.add_argument("--verbose", action="store_true", help="print what is not told, too")
    given = parser.parse_args(arguments)
    command = compiler()
    if command is None:
        print("there is no C compiler to compare with", file=sys.stderr)
        return 2
    began, done, wrong = time.monotonic(), 0, 0
    untold: set[int] = set()
    with TemporaryDirectory() as folder:
        for first in range(given.first, given.first + given.programs, given.together):
            if given.hours is not None and time.monotonic() - began > 3600 * given.hours:
                break
            numbers = range(first, min(first + given.together, given.first + given.programs))
            try:
                found = list(differences(given.seed, numbers, Path(folder), command, given.solved))
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                print(f"programs {numbers.start} to {numbers.stop - 1} are not compared: {error}", file=sys.stderr)
                continue
            for difference in found:
                untold |= {difference.number} if difference.unknown else set()
                wrong += not difference.unknown
                if given.verbose or not difference.unknown:
                    print(difference, flush=True)
            done += len(numbers)
    took = f"{time.monotonic() - began:.0f} s"
    print(f"{done} programs of seed {given.seed}: {wrong} differences, {len(untold)} not told, {took}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
