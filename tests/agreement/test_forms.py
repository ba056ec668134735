"""Forms of C that the kernel uses, in one thread: both engines compute what the compiler does.

`forms/` holds the programs. A line ``//// name = value`` begins one: a function ``test()`` and the value that gcc's
binary gave for it (-O1 -fwrapv -fno-strict-aliasing). Where there is a compiler here, it is asked again.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.interleave.explore import explore
from modelcheck.program.ir import PROPERTIES
from modelcheck.solve.check import check
from tests.agreement import asking
from tests.agreement.engines import model
from tests.solve.checking import parse

HERE = Path(__file__).parent / "forms"
ASKED = frozenset(PROPERTIES) - {"race", "counters"}
HEAD = "#include <stddef.h>\n#include <stdint.h>\n#include <stdlib.h>\n#include <string.h>\n"
FLAGS = ("-std=gnu11", "-w", "-O1", "-fwrapv", "-fno-strict-aliasing")


def programs() -> list[tuple[str, str, int]]:
    """The name, text and value of each."""
    found = []
    for path in sorted(HERE.glob("*.c")):
        pieces = re.split(r"^//// ([\w-]+) = (-?\d+)$", path.read_text(), flags=re.M)[1:]
        triples = zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True)
        found += [(f"{path.stem}/{name}", text, int(value)) for name, value, text in triples]
    return found


PROGRAMS = programs()


def said(text: str, value: int, folder: Path) -> set[str]:
    """What both engines say of a thread that asserts the value, and then what is false."""
    path = folder / "form.c"
    asks = f'__mc_assert(test() == {value}l, "assertion", "another value"); __mc_assert(0, "assertion", "as gcc");'
    path.write_text(f"{HEAD}#include <mc/intrinsics.h>\n{text}\nvoid asked(void) {{ {asks} }}\n")
    program = parse_program([path], scenario=ScenarioEntry(None, (("thread", "asked"),), None))
    explored, solved = explore(program, "sc", ASKED), check(program, model("sc"), ASKED, unroll=20)
    found = explored.finding
    return {explored.reason if found is None else found.message, solved.message or solved.reason}


@pytest.mark.parametrize(("name", "text", "value"), PROGRAMS, ids=[name for name, _, _ in PROGRAMS])
def test_both_engines_compute_what_the_compiler_does(name: str, text: str, value: int, tmp_path: Path) -> None:
    assert said(text, value, tmp_path) == {"as gcc"}
    assert said(text, value + 1, tmp_path) == {"another value"}


def test_the_compiler_still_says_so(tmp_path: Path) -> None:
    command = shutil.which("gcc")
    if command is None:
        pytest.skip("there is no gcc here")
    for name, text, value in PROGRAMS:
        source, binary = tmp_path / "form.c", tmp_path / "form"
        source.write_text(
            f'{HEAD}{text}\n#include <stdio.h>\nint main(void) {{ printf("%ld\\n", test()); return 0; }}\n'
        )
        subprocess.run([command, *FLAGS, "-o", str(binary), str(source)], check=True, capture_output=True)
        printed = subprocess.run([str(binary)], check=True, capture_output=True, text=True).stdout
        assert int(printed) == value, name


LENGTHS = """
static unsigned int wanted; static unsigned char from[%d], to[%d];
struct item { int a; short b; };
static struct item items[8], copies[8];
static void copied(void *d, const void *s, unsigned int n) { memcpy(d, s, n); }
void t0(void) { WRITE_ONCE(wanted, READ_ONCE(wanted) + 9); }
void t1(void)
{
	unsigned int n = READ_ONCE(wanted);
	from[8] = 5;
	copied(to, from, n);
	BUG_ON(n == 9 && to[8] != %d);
	items[1].b = 3;
	copied(copies, items, n + 7);
	BUG_ON(copies[1].b != (n ? 3 : 0));
}
"""


@pytest.mark.parametrize(
    ("size", "value", "expected"), [(16, 5, "PASS"), (16, 6, "assertion"), (8, 5, "out-of-bounds")]
)
def test_a_length_that_another_thread_decides_ends_with_the_object(size: int, value: int, expected: str) -> None:
    text = LENGTHS % (max(size, 9), size, value)
    assert asking.said("#include <string.h>\n" + text) == {expected}


def test_a_length_without_a_bound_is_no_pass() -> None:
    text = """
    static unsigned long wanted; static char from[200], to[200];
    void t0(void) { WRITE_ONCE(wanted, 199); }
    void t1(void) { __builtin_memcpy(to, from, READ_ONCE(wanted)); BUG_ON(to[150]); }
    """
    result = check(parse(text), model("lkmm"), ASKED)
    assert (result.verdict, "the loop at" in result.reason) == ("UNKNOWN", True)
    assert explore(parse(text), "sc", ASKED).verdict == "PASS"
    wrong = text.replace("BUG_ON(to[150])", "BUG_ON(!to[150])")
    assert asking.said(wrong) == {"assertion"}
