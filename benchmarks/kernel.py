"""How much of a kernel tree can be read: which files parse, how many of their functions lower, and what is in the way.

    python -m benchmarks.kernel TREE [--files LIST] [--processes 2] [--places] [FILE...]

LIST has paths in the tree, one a line; the stored one has concurrent files that the trees of 6.1 and 6.12 both have.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c.each import Attempt, attempts
from modelcheck.frontend.c.nesting import deep
from modelcheck.kernel import kernel_tree
from modelcheck.run.room import make_room

LIST: Final = Path(__file__).with_name("kernel-files.txt")


@frozen
class Read:
    """What became of a file: its functions, or the error that keeps it from being parsed; and processor seconds."""

    name: str
    error: str
    functions: tuple[Attempt, ...]
    seconds: float


def read(tree: Path, name: str) -> Read:
    """Parse one file, and lower its functions."""
    began = time.process_time()
    try:
        source = tree / name
        with deep():
            found = attempts(source, tree=kernel_tree(tree).with_sources([source]))
        error = ""
    except InputError as wrong:
        found, error = [], str(wrong)
    return Read(name, error, tuple(found), time.process_time() - began)


def apart(tree: Path, name: str) -> Read:
    """`read` in a process of its own, which may die of it."""
    here, there = Pipe(duplex=False)
    process = get_context("fork").Process(target=_send, args=(there, tree, name))
    process.start()
    there.close()
    try:
        found: Read = here.recv()
    except EOFError:
        found = Read(name, "the process died", (), 0.0)
    process.join()
    return found


def _send(there: Connection, tree: Path, name: str) -> None:
    make_room()
    there.send(read(tree, name))


def kind(reason: str) -> str:
    """A reason without the names in it, so that those of one kind are one."""
    reason = re.sub(r"(of type|type) .*?(?= is | are | where |$)", r"\1 T", reason)
    return re.sub(r"\b\w+\(\)", "f()", re.sub(r"\b\d+\b", "N", reason))


def table(tree: Path, results: Iterable[Read], places: bool) -> str:
    """The figures as Markdown."""
    files = list(results)
    parsed = [file for file in files if not file.error]
    functions = [function for file in parsed for function in file.functions]
    refused = [function for function in functions if function.refused]
    lower, seconds = len(functions) - len(refused), sum(file.seconds for file in files)
    lines = [
        f"Linux {kernel_tree(tree).release}: {len(parsed)} of {len(files)} files parse"
        f" ({len(parsed) / max(len(files), 1):.1%}); {lower} of {len(functions)} functions lower"
        f" ({lower / max(len(functions), 1):.2%}); {seconds:.0f} s",
        "",
    ]
    errors = Counter(re.sub(r"^.*?:\d+:\d+: ", "", file.error) for file in files if file.error)
    lines += ["| files | error of clang |", "| ---: | --- |"]
    lines += [f"| {count} | {error} |" for error, count in errors.most_common()]
    reasons = Counter(reason for function in refused for reason in {kind(text) for text, _ in function.refused})
    lines += ["", "| functions | what of them cannot be modelled |", "| ---: | --- |"]
    lines += [f"| {count} | {reason} |" for reason, count in reasons.most_common()]
    if places:
        lines += ["", *(f"{file.name}: {file.error}" for file in files if file.error)]
        for file in parsed:
            for function in file.functions:
                lines += [f"{place} {function.name}: {reason}" for reason, place in function.refused[:1]]
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("tree", type=Path)
    parser.add_argument("file", nargs="*")
    parser.add_argument("--files", type=Path, default=LIST)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--places", action="store_true", help="also where each refusal is")
    given = parser.parse_intermixed_args()
    tree = given.tree.resolve()
    named = given.file or given.files.read_text().split()
    names = [name for name in named if (tree / name).is_file()]
    kernel_tree(tree).symbols()  # the Kconfig files are read once, for all
    with ThreadPoolExecutor(given.processes) as pool:
        results = []
        try:
            for result in pool.map(partial(apart, tree), names):
                results.append(result)
                print(f"{len(results)} of {len(names)}: {result.name}", file=sys.stderr)
        except KeyboardInterrupt:  # the table of what is done
            pool.shutdown(wait=False, cancel_futures=True)
        print(table(tree, results, given.places))


if __name__ == "__main__":
    main()
