"""What the headers compute is what the kernel, C11 and POSIX say, at the edges too.

`values/` has a line for each: an expression and its value as a signed number of 64 bits. Those of math, minmax,
overflow, log2, hash, bits, time and errors were computed with gcc from the macros and functions of Linux 6.1, those of
lists, hlists, llists and bitmaps are what that tree's own give (`tests/kernel/test_values.py`); the others are what the
documents say. A list's shape is told by the names of its entries, forwards and backwards, as digits.
``n`` is 3, ``zero`` is 0; ``struct flexed`` has 8 bytes before its array of longs.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modelcheck.frontend.c import parse_program
from modelcheck.program.machine import Finding, Initial, initialise

HERE = Path(__file__).parent / "values"
HEAD = re.compile(r"#|static ")
"""What stands before the rows: includes, macros, variables, functions."""

ABOUT = "struct flexed { int n; long a[]; };\n"


def rows(name: str) -> tuple[list[str], list[tuple[str, int]]]:
    lines = (HERE / f"{name}.txt").read_text().splitlines()
    told = [line.rpartition(" = ") for line in lines if not HEAD.match(line)]
    return [line for line in lines if HEAD.match(line)], [(row, int(value)) for row, _, value in told]


def wrong(tmp_path: Path, name: str, several: list[tuple[str, int]]) -> list[str]:
    """The rows whose value is another; all at once first."""
    includes, _ = rows(name)
    path = tmp_path / "values.c"
    checks = [f'\t__mc_assert((long long)({row}) == (long long){value}ULL, "assertion", "");' for row, value in several]
    begin = [
        "#include <mc/intrinsics.h>",
        ABOUT,
        "int main(void) {",
        "\tlong n = 3, zero = 0;",
        "\t(void)n; (void)zero;",
    ]
    path.write_text("\n".join([*includes, *begin, *checks, "\treturn 0;", "}", ""]))
    found = initialise(parse_program([path]))
    if all(isinstance(o, Initial) or (isinstance(o, Finding) and o.property == "warning") for o in found):
        return []
    if len(several) == 1:
        return [f"{several[0][0]} is not {several[0][1]}: {found}"]
    half = len(several) // 2
    return wrong(tmp_path, name, several[:half]) + wrong(tmp_path, name, several[half:])


@pytest.mark.parametrize("name", sorted(path.stem for path in HERE.glob("*.txt")))
def test_every_value_is_the_documented_one(tmp_path: Path, name: str) -> None:
    assert wrong(tmp_path, name, rows(name)[1]) == []
