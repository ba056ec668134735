"""Which cells a change cannot touch: those none of whose files differ, wherever files are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.spec import load_program
from modelcheck.regression import compare
from modelcheck.regression.mail import Letters, Patch
from modelcheck.regression.regress import regress
from modelcheck.regression.report import PASSING
from modelcheck.regression.series import Change
from modelcheck.run import Workers
from tests.regression.small import changed

COUNTER = '#include "counter.h"\n#include <linux/bug.h>\nint count;\n'
HEADER = "#ifndef COUNTER_H\n#define COUNTER_H\nextern int count;\n#endif\n"
ONE = '#include "counter.h"\nvoid one(void) { count++; }\n'
TWO = "#include NAMED\nvoid two(void) { count += TWO; }\n"
SPEC = """\
sources = ["counter.c"]
models = ["sc"]
defines = ["TWO=2"]

[scenarios.one]
sources = ["one.c"]
threads = ["one"]

[scenarios.two]
sources = ["two.c"]
threads = ["two"]
defines = ['NAMED="two.h"']
"""
FILES = {"counter.c": COUNTER, "counter.h": HEADER, "one.c": ONE, "two.c": TWO, "two.h": HEADER, "spec.toml": SPEC}


@pytest.fixture
def counters(tmp_path: Path) -> Path:
    folder = tmp_path / "counters"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def read_again(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> set[str]:
    """The scenarios that are read after the patch ``text``, too."""
    seen: list[str] = []
    load = load_program

    def noted(spec: object, scenario: object, variant: object) -> object:
        seen.append(scenario.name)  # type: ignore[attr-defined]
        return load(spec, scenario, variant)  # type: ignore[arg-type]

    monkeypatch.setattr(compare, "load_program", noted)
    report = regress(folder, Change(Letters((Patch("it", text, "it"),))), None, None, Workers(0))
    assert {one.status for one in report.differences} == {PASSING}
    return {name for name in seen if seen.count(name) > 1}


@pytest.mark.parametrize(
    ("name", "old", "new", "read"),
    [
        ("one.c", "{ count++; }", "{ count++;; }", {"one"}),
        ("two.c", "+= TWO", "+= 2", {"two"}),
        ("two.h", "extern", "/* It is. */ extern", {"two"}),
        ("counter.h", "extern", "/* It is. */ extern", {"one", "two"}),
        ("counter.c", "int count;", "int count; /* It is. */", {"one", "two"}),
        ("spec.toml", "sources = ", 'about = "it"\nsources = ', set()),
        ("spec.toml", 'defines = ["TWO=2"]', 'defines = ["TWO=(2)"]', {"one", "two"}),
        ("spec.toml", "\n[scenarios.two]", "unroll = 2\n\n[scenarios.two]", {"one"}),
    ],
)
def test_only_scenarios_that_may_be_made_of_a_changed_file_are_read_again(
    counters: Path, monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str, read: set[str]
) -> None:
    text = changed(FILES[name], FILES[name].replace(old, new, 1), name)
    assert read_again(counters, monkeypatch, text) == read


@pytest.mark.parametrize("key", ["stubs = { other = 3 }", "[stubs]\nother = 3"])
def test_what_stands_in_place_of_functions_touches_all(
    counters: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """The patch changes it in the spec, and no C file."""
    (counters / "counter.h").write_text(HEADER.replace("extern", "int other(void);\nextern"))
    text = changed(SPEC, SPEC.replace("\n\n", f"\n{key}\n\n", 1), "spec.toml")
    assert read_again(counters, monkeypatch, text) == {"one", "two"}


def test_a_new_file_that_is_found_before_another_is_read(counters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (counters / "spec.toml").write_text("include = ['first', '.']\n" + SPEC)
    (counters / "first").mkdir()
    (counters / "first" / "empty.h").touch()
    text = f"--- /dev/null\n+++ b/first/two.h\n@@ -0,0 +1,{HEADER.count(chr(10))} @@\n" + "".join(
        f"+{line}\n" for line in HEADER.splitlines()
    )
    assert read_again(counters, monkeypatch, text) == {"two"}


@pytest.mark.parametrize(
    ("name", "read"), [("own.cat", {"one", "two"}), ("part.cat", {"one", "two"}), ("no.cat", set())]
)
def test_a_model_of_the_spec_is_made_of_files_too(
    counters: Path, monkeypatch: pytest.MonkeyPatch, name: str, read: set[str]
) -> None:
    (counters / "spec.toml").write_text(SPEC.replace('["sc"]', '["own.cat"]'))
    (counters / "own.cat").write_text('"own"\ninclude "part.cat"\nacyclic po | rf | co | fr\n')
    for other in ("part.cat", "no.cat"):
        (counters / other).write_text("let fr = rf^-1;co\n")
    before = (counters / name).read_text()
    assert read_again(counters, monkeypatch, changed(before, before + "(* It is. *)\n", name)) == read


def test_a_file_that_nobody_names_touches_nothing(counters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (counters / "notes.txt").write_text("one.c\n")
    assert read_again(counters, monkeypatch, changed("one.c\n", "two.c\n", "notes.txt")) == set()
