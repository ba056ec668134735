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
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from modelcheck.frontend.spec import load_program, read_spec
from modelcheck.verdicts.cells import Choice, choose


def load(spec: Path, connection: Connection, keep: bool) -> None:
    """Answer each pair of scenario and variant that comes with seconds and a digest of the program; end after None."""
    from modelcheck.frontend.c import parse
    from modelcheck.frontend.c.kept import MOST, Shelf

    parse._kept = Shelf(MOST if keep else 0)
    read = read_spec(spec)
    while (names := connection.recv()) is not None:
        start = time.process_time()
        program = load_program(read, read.scenarios[names[0]], read.variants[names[1]])
        seconds = time.process_time() - start
        connection.send((seconds, hashlib.sha256(repr(program).encode()).hexdigest()))


def compare(spec: Path, asked: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Seconds in all without and with kept files."""
    context = multiprocessing.get_context("fork")  # sets print in one order in both
    connections = []
    for keep in (False, True):
        ours, theirs = context.Pipe()
        context.Process(target=load, args=(spec, theirs, keep), daemon=True).start()
        connections.append(ours)
    total = [0.0, 0.0]
    for names in asked:
        digests = set()
        for number, connection in enumerate(connections):
            connection.send(names)
            seconds, digest = connection.recv()
            total[number] += seconds
            digests.add(digest)
        if len(digests) != 1:
            raise SystemExit(f"{names[0]}, {names[1]}: not the same program")
    for connection in connections:
        connection.send(None)
    return total[0], total[1]


def main() -> None:
    """Read the arguments, measure, print a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("spec", type=Path, nargs="?", default=Path("specs/balloon"))
    spec: Path = parser.parse_args().spec
    cells = choose(read_spec(spec), Choice())
    asked = list(dict.fromkeys((cell.scenario.name, cell.variant.name) for cell in cells))
    without, kept = compare(spec, asked)
    print(f"{len(asked)} programs: {without:.1f} s each parsed anew, {kept:.1f} s with what is kept")


if __name__ == "__main__":
    main()
