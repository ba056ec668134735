"""The tables of what our headers compute hold for a tree's own headers and functions, too."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.frontend.c.nesting import deep
from modelcheck.kernel import VARIABLE, kernel_tree
from modelcheck.program.machine import Initial, initialise
from tests.include.test_values import ABOUT, rows

_TABLES = [
    ("atomics", ["lib/refcount.c"]),
    ("bitmaps", ["lib/bitmap.c", "lib/find_bit.c", "lib/hweight.c"]),
    ("finds", ["lib/find_bit.c"]),
    ("finds", []),
    ("hash", []),
    ("hlists", []),
    ("lists", []),
    ("llists", ["lib/llist.c"]),
    ("log2", []),
    ("math", ["lib/math/int_sqrt.c", "lib/math/div64.c"]),
    ("overflow", []),
]
"""A table, and the files of the tree that define what it calls; where none does, our bodies."""


@pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no kernel tree to read")
@pytest.mark.parametrize(("name", "defining"), _TABLES)
def test_every_value_is_the_tree_s_own(tmp_path: Path, name: str, defining: list[str]) -> None:
    tree = kernel_tree(Path(os.environ[VARIABLE]).resolve())
    if tree.version < (6, 1) or tree.note:
        pytest.skip(f"version {tree.release} has not all of it, or is not known")
    heads, told = rows(name)
    checks = [f'\t__mc_assert((long long)({row}) == (long long){value}ULL, "assertion", "");' for row, value in told]
    begin = ["#include <linux/kernel.h>", ABOUT, *heads, "static void never(void) { }", "static void go(void)", "{"]
    path = tmp_path / "values.c"
    path.write_text("\n".join([*begin, "\tlong n = 3, zero = 0;", "\t(void)n; (void)zero;", *checks, "}", ""]))
    files = [path, *(tree.folder / file for file in defining)]
    with deep():
        entry = ScenarioEntry("go", (("thread", "never"),), None)
        found = initialise(parse_program(files, scenario=entry, tree=tree.with_sources(files)))
    assert [outcome for outcome in found if not isinstance(outcome, Initial)] == []
    assert found
