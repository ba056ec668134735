"""Every header parses by itself and beside all others, without a complaint, and is no larger than it must be."""

from __future__ import annotations

from pathlib import Path

import clang.cindex as clang
import pytest

ROOT = Path(__file__).parents[2] / "modelcheck" / "include"
HERE = Path(__file__).parent
HEADERS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.h"))
FLAGS = [
    *("-nostdinc", "-std=gnu11", "-ffreestanding", "-fno-builtin", "-Wall"),
    *("-target", "x86_64-linux-gnu"),
    *("-I", str(ROOT), "-include", "mc/intrinsics.h"),
]
CODE = sorted(path for folder in ("parses", "holds", "finds", "threads") for path in (HERE / folder).glob("*.c"))


def complaints(text: str) -> list[str]:
    parsed = clang.Index.create().parse("test.c", FLAGS, [("test.c", text)])
    return [str(diagnostic) for diagnostic in parsed.diagnostics]


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_parses_by_itself_and_twice(header: str) -> None:
    assert complaints(f"#include <{header}>\n#include <{header}>\nint nothing;\n") == []


@pytest.mark.parametrize("header", ["linux/bug.h", "linux/compiler.h", "linux/stddef.h", "linux/types.h"])
def test_what_the_kernel_takes_for_its_own_is_there_from_its_first_headers_on(header: str) -> None:
    code = "static const bool is = true, is_not = false;\nvoid *nothing = is || is_not ? NULL : (void *)1;\n"
    assert complaints(f"#include <{header}>\nint f(void) {{ {code} return nothing != NULL; }}\n") == []


@pytest.mark.parametrize("order", [HEADERS, HEADERS[::-1]], ids=["forwards", "backwards"])
def test_all_headers_parse_together(order: list[str]) -> None:
    assert complaints("".join(f"#include <{header}>\n" for header in order) + "int nothing;\n") == []


@pytest.mark.parametrize("path", CODE, ids=[f"{path.parent.name}-{path.stem}" for path in CODE])
def test_code_of_every_kind_parses_without_a_warning(path: Path) -> None:
    parsed = clang.Index.create().parse(str(path), [*FLAGS, "-Wno-unused-function"])
    assert [str(diagnostic) for diagnostic in parsed.diagnostics] == []


@pytest.mark.parametrize(
    ("header", "most"),
    [
        ("linux/compiler.h", 200),
        ("linux/atomic.h", 500),
        ("lkmm.h", 880),
        ("stdatomic.h", 400),
        ("linux/pagemap.h", 6000),
    ],
)
def test_what_is_often_included_is_small(header: str, most: int) -> None:
    parsed = clang.Index.create().parse("test.c", FLAGS, [("test.c", f"#include <{header}>\nint nothing;\n")])
    assert sum(1 for _ in parsed.cursor.walk_preorder()) < most  # a thousand nodes take about 3 ms


@pytest.mark.parametrize(
    "knob",
    [
        *("MC_FAIL_KMALLOC=1", "MC_FAIL_ALLOC_PAGE=1", "MC_FAIL_MALLOC=1", "MC_FAIL_KTHREAD=1", "MC_NR_PAGES=1"),
        *("MC_NR_PAGES=8", "MC_ALLOC_ANY=1", "MC_CHECK_FREE_PAGES=0", "MC_DEBUG_LIST=0", "MC_INTERRUPTIBLE=1"),
        *("MC_NR_THREADS=4", "MC_NR_WORKERS=2", "MC_SPURIOUS_WAKEUPS=1", "MC_WEAK_CAS_FAILS=1"),
    ],
)
def test_each_knob_of_the_readme_turns(knob: str) -> None:
    name = knob.partition("=")[0]
    assert name in (ROOT / "README.md").read_text()
    define = f"#define {knob.replace('=', ' ')}\n"
    for path in (path for path in CODE if path.parent.name == "parses"):
        parsed = clang.Index.create().parse(str(path), [*FLAGS, "-Wno-unused-function", f"-D{knob}"])
        assert [str(diagnostic) for diagnostic in parsed.diagnostics] == []
    assert complaints(define + "".join(f"#include <{header}>\n" for header in HEADERS) + "int nothing;\n") == []
