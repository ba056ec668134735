"""What clang refuses in a file of a kernel tree is UNKNOWN where it is reached, and nothing elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.interleave.explore import explore
from modelcheck.kernel import kernel_tree
from modelcheck.program.ir import PROPERTIES
from tests.agreement.engines import verdicts

FILE = """
int wrong(int n) { return missing(n); }
static int right(void) { return 3; }
asm(".section \\".initcall6.init\\", \\"a\\"\\n.long wrong - .\\n.previous");
static int (*start)(int) __attribute__((used, section(".initcall6.init"))) = wrong;
void never(void) { right(); }
void hardly(void) { if (right() == 4) wrong(1); }
void surely(void) { if (right() == 3) wrong(1); }
"""


def tree_in(folder: Path, text: str) -> Path:
    """The one C file of a tree."""
    (folder / "include" / "linux").mkdir(parents=True)
    (folder / "include" / "linux" / "kernel.h").write_text("")
    (folder / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n")
    (folder / "lib").mkdir()
    path = folder / "lib" / "it.c"
    path.write_text(text)
    return path


@pytest.mark.parametrize(("function", "expected"), [("never", "PASS"), ("hardly", "PASS"), ("surely", "UNKNOWN")])
def test_a_body_that_is_no_c_here_is_unknown_where_it_is_reached(function: str, expected: str, tmp_path: Path) -> None:
    path = tree_in(tmp_path, FILE)
    entry = ScenarioEntry(None, (("thread", function),), None)
    program = parse_program([path], scenario=entry, tree=kernel_tree(tmp_path))
    assert verdicts(program, "sc") == (expected, expected)
    if expected == "UNKNOWN":
        reason = explore(program, "sc", frozenset(PROPERTIES)).reason
        assert "lib/it.c:2" in reason
        assert "wrong() is no C here: call to undeclared function 'missing'" in reason


def test_what_is_wrong_outside_of_bodies_is_an_error_of_the_file(tmp_path: Path) -> None:
    path = tree_in(tmp_path, FILE + "struct nowhere there;\nunknown_t what;\n")
    entry = ScenarioEntry(None, (("thread", "never"),), None)
    with pytest.raises(InputError, match=r"lib/it\.c:10:1: unknown type name 'unknown_t' \(1 more error: lib/it\.c:9:"):
        parse_program([path], scenario=entry, tree=kernel_tree(tmp_path))
