"""From a spec to a program: the right text, under names that a reader knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.spec import load_program, read_spec
from modelcheck.program.ir import Program

C = """#include "a.h"
#ifdef CONFIG_WRONG
#error "configured wrongly"
#endif
#if MC_FAIL_KMALLOC != 1 || LIMIT != 7
#error "defined wrongly"
#endif
int x;
void f(void)
{
	x = ONE;
}
"""
SPEC = """
sources = ["src/a.c"]
include = ["include"]
config = { CONFIG_WRONG = false }
faults = ["kmalloc"]
defines = { LIMIT = 7 }

[variants.two]
patch = "two.diff"

[variants.wrong]
config = { CONFIG_WRONG = true }

[variants.gone]
patch = "gone.diff"

[scenarios.s]
threads = ["f", "f"]
variants = ["*"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    spec = tmp_path / "small"
    (spec / "src").mkdir(parents=True)
    (spec / "include").mkdir()
    (spec / "src" / "a.c").write_text(C)
    (spec / "include" / "a.h").write_text("#define ONE 1\n")
    (spec / "two.diff").write_text(
        "--- a/src/a.c\n+++ b/src/a.c\n@@ -8,3 +8,4 @@\n int x;\n+int y;\n void f(void)\n {\n"
        "--- a/include/a.h\n+++ b/include/a.h\n@@ -1 +1 @@\n-#define ONE 1\n+#define ONE 2\n"
    )
    (spec / "gone.diff").write_text("--- a/include/a.h\n+++ /dev/null\n@@ -1 +0,0 @@\n-#define ONE 1\n")
    (spec / "spec.toml").write_text(SPEC)
    return spec


def load(folder: Path, variant: str) -> Program:
    spec = read_spec(folder)
    return load_program(spec, spec.scenarios["s"], spec.variants[variant])


def test_sources_have_names_relative_to_the_spec(folder: Path) -> None:
    program = load(folder, "base")
    assert program.files["src/a.c"] == C
    assert program.functions["f"].source.file == "src/a.c"
    assert program.functions["f"].source.line == 9


def test_a_variant_is_read_with_its_patch_and_the_lines_that_it_has_then(folder: Path) -> None:
    program = load(folder, "two")
    assert program.files["src/a.c"] == C.replace("int x;\n", "int x;\nint y;\n")
    assert program.functions["f"].source.file == "src/a.c"
    assert program.functions["f"].source.line == 10


def test_the_tree_of_the_spec_is_never_touched(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    load(folder, "two")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_variant_s_configuration_counts(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(folder, "wrong")
    assert str(caught.value) == f'{folder}/src/a.c:3:2: "configured wrongly"'


def test_a_file_that_a_patch_deletes_is_not_there(folder: Path) -> None:
    with pytest.raises(InputError, match=r"src/a\.c:1:10: 'a\.h' file not found"):
        load(folder, "gone")


@pytest.mark.parametrize("variant", ["base", "two"])
def test_sources_may_lie_outside_the_folder_in_its_repository(folder: Path, variant: str) -> None:
    (folder.parent / ".git").mkdir()
    (folder / "src" / "a.c").rename(folder.parent / "b.c")
    (folder / "src" / "a.c").write_text("int z;\nint x;\nvoid f(void)\n{\n}\n")
    text = (folder / "spec.toml").read_text()
    (folder / "spec.toml").write_text(text.replace('["src/a.c"]', '["../b.c"]'))
    (folder / "two.diff").write_text(
        "--- a/include/a.h\n+++ b/include/a.h\n@@ -1 +1 @@\n-#define ONE 1\n+#define ONE 2\n"
    )
    assert load(folder, variant).functions["f"].source.file == "../b.c"


def test_expectations_of_a_scenario_that_there_is_not_are_told(folder: Path) -> None:
    text = SPEC.replace("[scenarios.s]", "[scenarios.inflate]") + '\n[scenarios.inflat.expect]\ntwo = "PASS"\n'
    (folder / "spec.toml").write_text(text)
    spec = read_spec(folder)
    with pytest.raises(InputError) as caught:
        load_program(spec, spec.scenarios["inflat"], spec.variants["two"])
    line = text.splitlines().index("[scenarios.inflat.expect]") + 1
    assert str(caught.value) == (
        f"{folder}/spec.toml:{line}:12: scenario 'inflat' names no threads, and src/a.c has no main() "
        "(did you mean 'inflate'?)"
    )


def test_a_scenario_may_have_sources_of_its_own(folder: Path) -> None:
    (folder / "src" / "more.c").write_text("extern int x;\nvoid g(void)\n{\n\tx = 2;\n}\n")
    written = SPEC + '\n[scenarios.t]\nthreads = ["f", "g"]\nsources = ["src/more.c"]\n'
    (folder / "spec.toml").write_text(written)
    spec = read_spec(folder)
    base = next(iter(spec.variants.values()))
    assert {"f", "g"} <= set(load_program(spec, spec.scenarios["t"], base).functions)
    assert "src/more.c" not in load_program(spec, spec.scenarios["s"], base).files


@pytest.mark.parametrize(
    ("source", "message"), [("src/a.c", "is a source of every scenario already"), ("src/none.c", "no such file")]
)
def test_sources_of_a_scenario_that_are_wrong_are_told(folder: Path, source: str, message: str) -> None:
    (folder / "spec.toml").write_text(SPEC + f'\n[scenarios.t]\nthreads = ["f", "f"]\nsources = ["{source}"]\n')
    with pytest.raises(InputError, match=message):
        read_spec(folder)
