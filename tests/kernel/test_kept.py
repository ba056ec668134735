"""Programs on a kernel tree are kept between runs: found without clang, and never where anything has changed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from modelcheck.errors import InputError
from modelcheck.frontend import kept as keeping
from modelcheck.frontend import texts
from modelcheck.frontend.c import parse as parsing
from modelcheck.frontend.c.kept import Shelf
from modelcheck.frontend.c.looked import made_of
from modelcheck.frontend.c.translation import TranslationUnit
from modelcheck.frontend.kept import PROGRAMS
from modelcheck.frontend.made_of import now
from modelcheck.frontend.spec import load_program, spec_of
from modelcheck.frontend.texts import Texts
from modelcheck.keeping import Kept
from modelcheck.kernel import giving, tree
from modelcheck.kernel import kept as configurations
from modelcheck.program import ir
from modelcheck.program.expr import UNDEFINED, Expr, Partial, Value, const, op, reg
from modelcheck.program.ir import Program
from modelcheck.program.stored import CLASSES, plain, program_of
from modelcheck.reading import allowing

FILES = {
    "linux/Makefile": "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n",
    "linux/Kconfig": 'config COUNT\n\tbool\n\nconfig TWICE\n\tbool\n\tdefault n\n\nsource "mm/Kconfig.late"\n',
    "linux/lib/Makefile": "obj-$(CONFIG_COUNT) += count.o\nCFLAGS_count.o += -DBY=1\n",
    "linux/include/linux/kernel.h": "#define START 3\n",
    "linux/include/uapi/linux/late.h": "#define LATE 5\n",
    "linux/include/linux/named.h": "#define NAMED <which.h>\n#include NAMED\n",
    "linux/lib/count.c": """\
#include <linux/kernel.h>
#include <linux/late.h>
#include <linux/named.h>
#include "own.h"
#ifdef CONFIG_TWICE
#define FACTOR 2
#else
#define FACTOR 1
#endif
#ifdef CONFIG_LATER
#undef FACTOR
#define FACTOR 9
#endif
int counter = START + LATE + WHICH + OWN;
void bump(void) { counter += BY * FACTOR; }
""",
    "linux/lib/own.h": "#define OWN 7\n",
    "spec/near/here.h": "",
    "spec/far/value.h": "#define VALUE 11\n",
    "spec/far/which.h": "#define WHICH 13\n",
    "spec/harness.c": """\
#include <value.h>
#if __has_include("extra.h")
#define EXTRA 1
#else
#define EXTRA 0
#endif
extern int counter;
int value = VALUE + EXTRA + MACRO;
void check(void) { __mc_assert(counter != value, "assertion", "counted"); }
void other(void) { value = 0; }
""",
    "spec/p.diff": """\
--- a/harness.c
+++ b/harness.c
@@ -9,2 +9,2 @@
 void check(void) { __mc_assert(counter != value, "assertion", "counted"); }
-void other(void) { value = 0; }
+void other(void) { value = 1; }
""",
    "spec/spec.toml": """\
sources = ["kernel:lib/count.c", "harness.c"]
include = ["near", "far", "kernel:."]
defines = { MACRO = "1" }
[variants.patched]
patch = "p.diff"
[variants.twice]
config = ["CONFIG_TWICE=y"]
[scenarios.one]
threads = ["bump"]
final = "check"
expect = { base = "PASS" }
""",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree, a spec on it, and an empty cache folder of the user's."""
    for name, text in FILES.items():
        write(tmp_path / name, text)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for room in (keeping, configurations):  # somebody may be writing modelcheck while it is tested
        monkeypatch.setattr(room, "code_changed", lambda: False)
    return tmp_path


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that clang is asked to parse, as they are asked for."""
    asked: list[str] = []

    def noted(path: str, arguments: tuple[str, ...], unsaved: Mapping[str, bytes]) -> TranslationUnit:
        asked.append(Path(path).name)
        return TranslationUnit(path, arguments, unsaved)

    monkeypatch.setattr(parsing, "TranslationUnit", noted)
    return asked


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    time.sleep(0.011)  # what is changed within one tick of the clock by which files are dated is not kept


def rewritten(path: Path, old: str, new: str) -> None:
    """A text of the same length and date, which is what a hasty look takes for the same file."""
    state, text = path.stat(), path.read_text()
    assert old in text
    assert len(old) == len(new)
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def load(here: Path, variant: str = "base") -> Program:
    """The program, with nothing at hand from before but what is in the cache folder."""
    parsing._kept = Shelf()
    texts._ours.clear()
    tree._read.clear()
    configurations._here.clear()
    with giving(here / "linux"):
        spec = spec_of(here / "spec")
        return load_program(spec, spec.scenarios["one"], spec.variants[variant])


def anew(here: Path, monkeypatch: pytest.MonkeyPatch, variant: str = "base") -> Program:
    """The program as it is without a cache."""
    with monkeypatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(here / "another"))
        return load(here, variant)


def entries(here: Path) -> list[Path]:
    return sorted((here / "cache" / "modelcheck" / "programs").iterdir())


@pytest.mark.parametrize("variant", ["base", "patched", "twice"])
def test_the_second_program_is_the_first(here: Path, parsed: list[str], variant: str) -> None:
    first = load(here, variant)
    assert parsed == ["count.c", "harness.c"]
    again = load(here, variant)
    assert parsed == ["count.c", "harness.c"]
    assert again == first
    assert list(again.files.items()) == list(first.files.items())
    assert plain(again) == plain(first)


def test_variants_are_told_apart(here: Path) -> None:
    kept = [load(here, variant) for variant in ("base", "patched", "twice")]
    assert [load(here, variant) for variant in ("base", "patched", "twice")] == kept
    assert kept[0] != kept[2]
    assert kept[0].files != kept[1].files


def test_what_is_kept_is_found_without_libclang_and_z3(here: Path) -> None:
    code = f"""\
import sys
from pathlib import Path
from modelcheck.frontend.spec import load_program, spec_of
from modelcheck.kernel import giving
with giving(Path({str(here / "linux")!r})):
    spec = spec_of(Path({str(here / "spec")!r}))
    load_program(spec, spec.scenarios["one"], spec.variants["base"])
print(*(name for name in ("modelcheck.frontend.c", "z3") if name in sys.modules))
"""
    said = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    ]
    assert said == ["modelcheck.frontend.c\n", "\n"]


CHANGES: dict[str, Callable[[Path], None]] = {
    "a header of the tree": lambda at: rewritten(at / "linux/include/linux/kernel.h", "3", "4"),
    "a header beside a file of the tree": lambda at: rewritten(at / "linux/lib/own.h", "7", "8"),
    "a file of the tree": lambda at: rewritten(at / "linux/lib/count.c", "FACTOR 1", "FACTOR 3"),
    "a header of the user's": lambda at: rewritten(at / "spec/far/value.h", "11", "12"),
    "a source": lambda at: rewritten(at / "spec/harness.c", "EXTRA 0", "EXTRA 2"),
    "a symbol's default": lambda at: rewritten(at / "linux/Kconfig", "default n", "default y"),
    "a file of symbols that comes": lambda at: write(
        at / "linux/mm/Kconfig.late", "config LATER\n\tbool\n\tdefault y\n"
    ),
    "what a Makefile defines": lambda at: rewritten(at / "linux/lib/Makefile", "BY=1", "BY=2"),
    "a macro": lambda at: rewritten(at / "spec/spec.toml", 'MACRO = "1"', 'MACRO = "2"'),
    "what runs": lambda at: rewritten(at / "spec/spec.toml", '"check"', '"other"'),
    "a header that is found before another": lambda at: write(at / "spec/near/value.h", "#define VALUE 12\n"),
    "a header that a macro names": lambda at: write(at / "spec/near/which.h", "#define WHICH 14\n"),
    "one of the tree before one for user space": lambda at: write(
        at / "linux/include/linux/late.h", "#define LATE 6\n"
    ),
    "a header that was asked for": lambda at: write(at / "spec/extra.h", ""),
    "the version of the tree": lambda at: rewritten(at / "linux/Makefile", "SUBLEVEL = 0", "SUBLEVEL = 1"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_noticed(what: str, here: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = load(here)
    assert load(here) == before
    assert len(parsed) == 2
    CHANGES[what](here)
    after = load(here)
    assert len(parsed) == 4
    assert after == anew(here, monkeypatch)
    assert after != before or what == "the version of the tree"


def test_a_file_that_has_nothing_to_do_with_it_is_no_change(here: Path, parsed: list[str]) -> None:
    before = load(here)
    write(here / "spec" / "notes.txt", "")
    write(here / "linux" / "include" / "linux" / "other.h", "")
    assert load(here) == before
    assert len(parsed) == 2


def test_a_configuration_of_the_spec_counts(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load(here)
    spec = here / "spec" / "spec.toml"
    spec.write_text('config = ["CONFIG_TWICE=y"]\n' + spec.read_text())
    after = load(here)
    assert after == anew(here, monkeypatch)
    assert after != before


def test_stubs_count(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load(here)
    spec = here / "spec" / "spec.toml"
    spec.write_text('stubs = { bump = "nothing" }\n' + spec.read_text())
    after = load(here)
    assert after == load(here) == anew(here, monkeypatch)
    assert after != before


def test_a_header_that_leads_out_of_bounds_is_refused_though_its_text_is_known(here: Path) -> None:
    load(here)
    header = here / "spec" / "far" / "value.h"
    outside = here / "outside.h"
    header.rename(outside)
    header.symlink_to(outside)
    with pytest.raises(InputError, match=r"outside|value\.h"):
        load(here)


def test_what_was_allowed_then_and_is_not_now_is_refused(here: Path) -> None:
    write(here / "outside/value.h", "#define VALUE 12\n")
    (here / "spec/near/value.h").symlink_to(here / "outside/value.h")
    with allowing([here / "outside"]):
        program = load(here)
        assert load(here) == program
    with pytest.raises(InputError, match="leads out"):
        load(here)


def test_a_name_of_a_file_that_becomes_another_file_counts(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clang tells one name of a file only, and reads a ``#pragma once`` in it for all of them."""
    write(here / "spec/far/value.h", "#pragma once\n#ifdef VALUE\n#define TWICE 1\n#else\n#define VALUE 1\n#endif\n")
    again = here / "spec/near/again.h"
    again.symlink_to("../far/value.h")
    write(here / "spec/spec.toml", FILES["spec/spec.toml"].replace('[variants.patched]\npatch = "p.diff"\n', ""))
    write(
        here / "spec/harness.c",
        "#include <value.h>\n#include <again.h>\n#ifndef TWICE\n#define TWICE 0\n#endif\n"
        'int value = TWICE;\nvoid check(void) { __mc_assert(value, "assertion", "read twice"); }\n',
    )
    one_file = load(here)
    assert load(here) == one_file
    again.unlink()
    write(again, (here / "spec/far/value.h").read_text())
    two_files = load(here)
    assert two_files == load(here) == anew(here, monkeypatch)
    assert two_files != one_file
    write(again, "#define TWICE 2\n")
    assert load(here) == anew(here, monkeypatch) != two_files


def interrupted(monkeypatch: pytest.MonkeyPatch, change: Callable[[], None]) -> None:
    """Let ``change`` happen right after clang has parsed a file for the first time."""

    def parse(path: str, arguments: tuple[str, ...], unsaved: Mapping[str, bytes]) -> TranslationUnit:
        made = TranslationUnit(path, arguments, unsaved)
        monkeypatch.setattr(parsing, "TranslationUnit", TranslationUnit)
        change()
        return made

    monkeypatch.setattr(parsing, "TranslationUnit", parse)


@pytest.mark.parametrize(
    "what",
    ["a header that is found before another", "one of the tree before one for user space", "a header of the tree"],
)
def test_what_changes_while_clang_reads_is_not_kept(what: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(monkeypatch, lambda: CHANGES[what](here))
    load(here)
    assert load(here) == anew(here, monkeypatch)


def test_a_makefile_that_changes_while_clang_reads_is_not_taken_for_the_one_before(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry would have the name of the old flags, and be found by them when they are back."""
    first = anew(here, monkeypatch)
    text = (here / "linux/lib/Makefile").read_text()
    with monkeypatch.context() as patch:
        original = keeping._found

        def change(*given: Any) -> Program | None:
            rewritten(here / "linux/lib/Makefile", "BY=1", "BY=2")
            return original(*given)

        patch.setattr(keeping, "_found", change)
        assert load(here) != first
    write(here / "linux/lib/Makefile", text)
    assert load(here) == first


def test_another_version_of_modelcheck_finds_nothing(
    here: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(here)
    monkeypatch.setattr(keeping, "code_digest", lambda: "another")
    load(here)
    assert len(parsed) == 4


def test_what_may_be_made_by_old_code_is_not_kept(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "code_changed", lambda: True)
    load(here)
    assert not (here / "cache/modelcheck/programs").exists() or not entries(here)


@pytest.mark.parametrize("name", ["CPATH", "C_INCLUDE_PATH", "CCC_OVERRIDE_OPTIONS"])
def test_where_clang_looks_elsewhere_nothing_is_kept_or_found(
    name: str, here: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(here)
    with monkeypatch.context() as patch:
        patch.setenv(name, "#")
        load(here)
        load(here)
    assert len(parsed) == 6
    load(here)
    assert len(parsed) == 6


@pytest.mark.parametrize(
    "text", ["char when[] = __DATE__;", "#define X <value.h>\n#include X", "#define WHEN __TIMESTAMP__"]
)
def test_a_text_that_may_mean_something_else_is_not_kept(text: str, here: Path, parsed: list[str]) -> None:
    harness = (here / "spec/harness.c").read_text()
    write(here / "spec/harness.c", f"{text}\n{harness}")
    assert load(here).functions == load(here).functions
    assert len(parsed) == 4


@pytest.mark.parametrize("name", ["first.h.pch", "first.h.gch"])
def test_where_clang_would_take_a_header_that_is_compiled_nothing_is_kept(name: str, tmp_path: Path) -> None:
    header = tmp_path / "first.h"
    write(header, "")
    texts_of, options = Texts(tmp_path / "headers"), ("-include", str(header))
    made = made_of({str(header): b""}, options, texts_of, now())
    assert made is not None
    write(tmp_path / name, "")
    assert not made.holds(Texts(tmp_path / "headers"))
    assert made_of({str(header): b""}, options, Texts(tmp_path / "headers"), now()) is None


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.999])
def test_a_damaged_entry_is_made_anew(share: float, here: Path, parsed: list[str]) -> None:
    before = load(here)
    (entry,) = entries(here)
    whole = entry.read_bytes()
    at = int(len(whole) * share)
    entry.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert load(here) == before
    assert len(parsed) == 4
    assert load(here) == before
    assert len(parsed) == 4


@pytest.mark.parametrize("text", [b"", b"\n", b"{}", b"\xff\xfe", b"0" * 64 + b"\n{}"])
def test_a_foreign_entry_is_made_anew(text: bytes, here: Path, parsed: list[str]) -> None:
    before = load(here)
    (entry,) = entries(here)
    entry.write_bytes(text)
    assert load(here) == before
    assert len(parsed) == 4


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"files": {}}, {"files": [], "there": 1}, {"files": {"a": 3}}, {"files": {}, "program": [[99]]}],
)
def test_an_entry_of_another_make_is_made_anew(data: object, here: Path, parsed: list[str]) -> None:
    before = load(here)
    (entry,) = entries(here)
    PROGRAMS.put(bytes.fromhex(entry.name), data)
    assert load(here) == before
    assert len(parsed) == 4


def test_an_entry_under_the_name_of_another_is_made_anew(here: Path, parsed: list[str]) -> None:
    base = load(here)
    (of_base,) = entries(here)
    load(here, "twice")
    (of_twice,) = (entry for entry in entries(here) if entry != of_base)
    of_base.write_bytes(of_twice.read_bytes())
    assert load(here) == base
    assert len(parsed) == 6


def test_where_nothing_can_be_kept_all_is_made_anew(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(here / "file"))
    assert load(here) == load(here)


def test_what_was_used_last_stays_when_entries_get_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    few = Kept("few", 2500)
    for number, name in enumerate((b"a", b"b", b"c")):
        few.put(name, "x" * 1000)
        os.utime(tmp_path / "modelcheck" / "few" / name.hex(), (number, number))
    few.put(b"d", "x" * 3000)
    assert [few.find(name) is not None for name in (b"a", b"b", b"c", b"d")] == [False, True, True, False]


def test_all_that_programs_are_made_of_can_be_kept() -> None:
    classes = {each for each in vars(ir).values() if isinstance(each, type) and attrs.has(each)}
    assert classes == set(CLASSES)


def one_block(value: Expr, *cells: tuple[int, int, Value]) -> Program:
    place = ir.Source("a.c", 1, 2, 3, 4, "f")
    block = ir.Block((ir.Assign(0, value, place),), ir.Return(None))
    function = ir.Function("f", (), (64,), {0: "x"}, (block,), 0, place, frozenset({"fair"}))
    return Program({"f": function}, (ir.MemoryObject("o", 64, 8, "global", cells=cells),), "f")


def test_what_is_shared_stays_shared() -> None:
    value = reg(0, 64)
    for _ in range(200):
        value = op("mul", 64, value, op("add", 64, value, reg(1, 64)))
    rows = plain(one_block(value))
    assert len(rows) < 1000
    (found,) = program_of(rows).functions["f"].blocks[0].instructions
    assert isinstance(found, ir.Assign)
    assert found.value is value


def test_values_keep_their_kinds() -> None:
    cells = ((0, 4, UNDEFINED), (4, 4, Partial((1, UNDEFINED, 3, UNDEFINED))), (8, 16, (1 << 128) - 1), (24, 1, 1))
    program = one_block(const(UNDEFINED, 32), *cells)
    again = program_of(plain(program))
    assert again == program
    assert again.objects[0].cells[0][2] is UNDEFINED
    assert again.objects[0].zeroed is True
    assert type(again.objects[0].cells[3][2]) is int


@pytest.mark.parametrize("rows", [[], [1], [[6, 0]], [[3, 0]], [[-1]], ["op", "exec", 64, [2, 0, 1, 2]], [[37 + 99]]])
def test_rows_that_are_no_program_are_refused(rows: list[object]) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        program_of(rows)
