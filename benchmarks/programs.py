"""Processor seconds for the program of every scenario and variant of a spec, with parsed files kept and without.

    python -m benchmarks.programs [SPEC]

Both ways take turns, program by program, in two processes, so that what else the machine does strikes both alike. The
programs must be the same.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from attrs import define

from modelcheck.frontend.spec import load_program, read_spec
from modelcheck.verdicts.cells import Choice, choose


@define
class Spent:
    """Seconds for all programs and of them clang's, and how many files it has parsed."""

    seconds: float = 0.0
    clang: float = 0.0
    files: int = 0


def load(spec: Path, connection: Connection, keep: bool) -> None:
    """Answer each pair of scenario and variant that comes with a digest of the program; after None, with `Spent`."""
    from modelcheck.frontend.c import parse
    from modelcheck.frontend.c.kept import MOST, Shelf
    from modelcheck.frontend.c.translation import TranslationUnit

    spent = Spent()

    def parsed(path: str, arguments: Sequence[str], unsaved: Mapping[str, bytes]) -> TranslationUnit:
        start = time.process_time()
        made = TranslationUnit(path, arguments, unsaved)
        spent.clang += time.process_time() - start
        spent.files += 1
        return made

    parse.TranslationUnit = parsed  # type: ignore[assignment,attr-defined]
    parse._kept = Shelf(MOST if keep else 0)
    read = read_spec(spec)
    while (names := connection.recv()) is not None:
        start = time.process_time()
        program = load_program(read, read.scenarios[names[0]], read.variants[names[1]])
        spent.seconds += time.process_time() - start
        connection.send(hashlib.sha256(repr(program).encode()).hexdigest())
    connection.send(spent)


def compare(spec: Path, asked: Sequence[tuple[str, str]]) -> list[Spent]:
    """What is spent without and with kept files."""
    context = multiprocessing.get_context("fork")  # sets print in one order in both
    connections = []
    for keep in (False, True):
        ours, theirs = context.Pipe()
        context.Process(target=load, args=(spec, theirs, keep), daemon=True).start()
        connections.append(ours)
    for names in asked:
        digests = set()
        for connection in connections:
            connection.send(names)
            digests.add(connection.recv())
        if len(digests) != 1:
            raise SystemExit(f"{names[0]}, {names[1]}: not the same program")
    for connection in connections:
        connection.send(None)
    return [connection.recv() for connection in connections]


def main() -> None:
    """Read the arguments, measure, print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("spec", type=Path, nargs="?", default=Path("specs/balloon"))
    spec: Path = parser.parse_args().spec
    cells = choose(read_spec(spec), Choice())
    asked = list(dict.fromkeys((cell.scenario.name, cell.variant.name) for cell in cells))
    print(f"| {len(asked)} programs | seconds | of them clang | files parsed |\n| --- | ---: | ---: | ---: |")
    for what, spent in zip(("all anew", "with what is kept"), compare(spec, asked), strict=True):
        print(f"| {what} | {spent.seconds:.1f} | {spent.clang:.1f} | {spent.files} |")


if __name__ == "__main__":
    main()
