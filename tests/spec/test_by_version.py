"""What of a spec depends on the version of the kernel that it is read for."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.spec import Spec, read_spec
from modelcheck.frontend.spec.versions import condition
from modelcheck.kernel import VARIABLE, giving
from modelcheck.verdicts.cells import Choice, choose

C = "int x;\nvoid f(void)\n{\n\tx = 1;\n}\nvoid g(void)\n{\n\tx = 2;\n}\n"
HEAD = 'sources = ["a.c"]\n'
THREADS = 'threads = ["f", "g"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    spec = tmp_path / "small"
    spec.mkdir()
    (spec / "a.c").write_text(C)
    for name, value in (("old", 8), ("new", 9)):
        (spec / f"{name}.diff").write_text(
            f"--- a/lib/t.c\n+++ b/lib/t.c\n@@ -1 +1 @@\n-int {name};\n+int {name} = {value};\n"
        )
    return spec


def tree(folder: Path, version: str, **files: str) -> Path:
    """A kernel tree with no more than what makes it one, and files by their names in ``lib/``."""
    place = folder / f"linux-{version}"
    (place / "include" / "linux").mkdir(parents=True)
    (place / "lib").mkdir()
    (place / "include" / "linux" / "kernel.h").write_text("")
    major, minor, patch = version.split(".")
    (place / "Makefile").write_text(f"VERSION = {major}\nPATCHLEVEL = {minor}\nSUBLEVEL = {patch}\n")
    for name, text in files.items():
        (place / "lib" / f"{name}.c").write_text(text)
    return place


def read(folder: Path, text: str) -> Spec:
    (folder / "spec.toml").write_text(text)
    return read_spec(folder)


def of(folder: Path, version: str, text: str) -> Spec:
    return read(folder, f'kernel = "{version}"\n{text}')


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, text)
    return str(caught.value).removeprefix(f"{folder / 'spec.toml'}:")


@pytest.mark.parametrize(
    ("text", "among", "not_among"),
    [
        ("<6.12", [(3, 0, 0), (6, 11, 99)], [(6, 12, 0), (7, 0, 0)]),
        (">=6.1.150", [(6, 1, 150), (6, 2, 0)], [(6, 1, 149), (5, 99, 200)]),
        (">=5.10, <6.1.4", [(5, 10, 0), (6, 1, 3)], [(5, 9, 255), (6, 1, 4)]),
    ],
)
def test_a_condition_has_bounds(
    text: str, among: list[tuple[int, int, int]], not_among: list[tuple[int, int, int]]
) -> None:
    found = condition(text)
    assert all(found.holds(version) for version in among)
    assert not any(found.holds(version) for version in not_among)


@pytest.mark.parametrize("text", ["<6", "=6.1", "<=6.1", ">=6.1 <7.0", "<6.1,<6.2", "<6.1,", "<6.1-rc1", ">6.1", "<"])
def test_other_conditions_are_refused(folder: Path, text: str) -> None:
    told = complaint(folder, f"kernel = '6.1'\n{HEAD}[scenarios.s]\n{THREADS}expect = {{ '{text}' = 'FAIL' }}\n")
    assert told.startswith("5:12: ")
    assert "is no condition on a version: write '<6.12'" in told


def test_the_first_condition_that_holds_gives_an_expectation(folder: Path) -> None:
    text = f"""{HEAD}
[variants.v]
defines = ["V"]
[scenarios.s]
{THREADS}
[scenarios.s.expect]
v = {{ "<4.0" = "UNKNOWN", "<6.12" = {{ sc = "FAIL" }}, default = "PASS" }}
base = {{ ">=6.12" = "FAIL:leak" }}
"""
    found = {
        version: [
            str(of(folder, version, text).scenarios["s"].expected(*cell))
            for cell in (("v", "sc"), ("v", "tso"), ("base", "sc"))
        ]
        for version in ("3.10", "6.1.192", "6.12", "7.3")
    }
    assert found == {
        "3.10": ["UNKNOWN", "UNKNOWN", "PASS"],
        "6.1.192": ["FAIL", "PASS", "PASS"],
        "6.12": ["PASS", "PASS", "FAIL:leak"],
        "7.3": ["PASS", "PASS", "FAIL:leak"],
    }


def test_any_value_may_be_by_version(folder: Path) -> None:
    text = f"""{HEAD}
unroll = {{ "<5.0" = 7, default = 2 }}
models = ["sc", {{ ">=5.0" = "lkmm" }}]
[defines]
OLD = {{ "<5.0" = 1 }}
[scenarios.s]
{THREADS}"""
    old, new = of(folder, "4.19", text), of(folder, "5.10", text)
    assert (old.scenarios["s"].unroll, new.scenarios["s"].unroll) == (7, 2)
    assert (old.scenarios["s"].models, new.scenarios["s"].models) == (("sc",), ("sc", "lkmm"))
    assert ("OLD" in old.defines, "OLD" in new.defines) == (True, False)


def test_a_scenario_or_variant_of_other_versions_is_left_out_and_who_asks_for_it_is_told(folder: Path) -> None:
    text = f"""{HEAD}
[variants.newer.">=6.0"]
defines = ["V"]
[scenarios.s]
{THREADS}expect = {{ newer = "FAIL" }}
[scenarios.late.">=5.8"]
{THREADS}
[scenarios.only]
{THREADS}variants = ["newer"]
"""
    spec = of(folder, "5.4", text)
    assert (list(spec.scenarios), list(spec.variants)) == (["s"], ["base"])
    assert spec.scenarios["s"].variants == ("base",)
    for choice in (Choice(scenarios=("late",)), Choice(variants=("newer",)), Choice(scenarios=("only",))):
        with pytest.raises(InputError, match="is not for"):
            choose(spec, choice)
    spec = of(folder, "6.1", text)
    assert spec.scenarios["s"].variants == ("base", "newer")
    assert list(spec.scenarios) == ["s", "late", "only"]
    assert "no scenario is for Linux 3.0" in complaint(
        folder, f'kernel = "3.0"\n{HEAD}[scenarios.late.">=5.8"]\n{THREADS}'
    )


def test_without_a_version_what_depends_on_it_is_refused(folder: Path) -> None:
    told = complaint(folder, f"{HEAD}[scenarios.s]\n{THREADS}expect = {{ '<6.1' = 'FAIL' }}\n")
    assert told == (
        "4:1: this depends on the version of the kernel: name a tree with --kernel DIR, or a release by 'kernel'"
    )


def test_a_key_beside_conditions_is_refused(folder: Path) -> None:
    told = complaint(folder, f"{HEAD}[scenarios.s]\n{THREADS}expect = {{ '<6.1' = 'FAIL', sc = 'PASS' }}\n")
    assert told == "4:29: 'sc' stands beside conditions on a version"


def test_what_is_written_for_another_version_is_looked_at_and_its_place_told(folder: Path) -> None:
    text = f"{HEAD}[scenarios.s]\n{THREADS}expect = {{ '<4.0' = 'FIAL', default = 'PASS' }}\n"
    told = complaint(folder, f"kernel = '6.1'\n{text}")
    assert told == "5:12: 'FIAL' is no verdict: say PASS, FAIL, FAIL:property or UNKNOWN"
    told = complaint(folder, f"kernel = '6.1'\n{HEAD}unroll = {{ '<4.0' = 1, default = 0 }}\n[scenarios.s]\n{THREADS}")
    assert told == "3:24: must be at least 1, not 0"


def test_of_several_names_the_file_counts_that_the_tree_has(folder: Path, tmp_path: Path) -> None:
    text = 'sources = ["kernel:lib/old.c|kernel:lib/new.c", "a.c"]\n[scenarios.s]\n' + THREADS
    for version, name in (("4.19.0", "old"), ("7.3.0", "new")):
        with giving(tree(tmp_path, version, **{name: ""})):
            assert read(folder, text).sources == (f"kernel:lib/{name}.c", "a.c")
    with giving(tree(tmp_path, "5.1.0")):
        told = complaint(folder, text)
    assert told == (
        "1:12: none of these files is there (the kernel tree is of version 5.1.0): kernel:lib/old.c, kernel:lib/new.c"
    )


def test_of_several_patches_the_first_counts_that_applies_and_where_none_does_the_variant_is_unknown(
    folder: Path, tmp_path: Path
) -> None:
    text = f'{HEAD}kernel = "any"\n[variants.v]\npatch = "old.diff|new.diff"\n[scenarios.s]\n{THREADS}'
    for version, name, value in (("4.19.0", "old", 8), ("7.3.0", "new", 9)):
        with giving(tree(tmp_path, version, t=f"int {name};\n")):
            assert read(folder, text).variants["v"].files == {"lib/t.c": f"int {name} = {value};\n"}
    with giving(tree(tmp_path, "5.1.0", t="int other;\n")):
        problem = read(folder, text).variants["v"].problem
    assert problem.startswith("its patch old.diff|new.diff does not apply to Linux 5.1.0: ")


def test_a_spec_for_some_versions_refuses_other_trees(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    text = f'kernel = ">=5.8"\n{HEAD}[scenarios.s]\n{THREADS}'
    with giving(tree(tmp_path, "4.19.2")):
        assert complaint(folder, text) == "1:1: this is for Linux >=5.8, and the tree is of version 4.19.2"
    with giving(tree(tmp_path, "5.8.0")):
        assert read(folder, text).tree is not None
    with giving(tree(tmp_path, "5.9.0")):
        assert "is no condition" in complaint(folder, text.replace(">=5.8", ">=5"))
    assert "needs a tree" in complaint(folder, text)


def test_a_folder_of_the_tree_among_the_includes_needs_the_tree_as_a_source_does(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f'{HEAD}include = ["kernel:."]\n[scenarios.s]\n{THREADS}'
    monkeypatch.delenv(VARIABLE, raising=False)
    assert complaint(folder, text).startswith("2:12: needs a tree of the kernel's sources")
    monkeypatch.setenv(VARIABLE, str(tree(tmp_path, "6.1.0")))
    assert read(folder, text).tree is not None
