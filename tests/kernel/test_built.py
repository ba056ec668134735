"""A folder in which a kernel was built: its configuration, its commands, its headers; and what is no such folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import evolve

from modelcheck.commands import Commands
from modelcheck.errors import InputError
from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.kernel import Tree, built_in, kernel_tree
from tests.agreement.engines import verdicts
from tests.kernel.small_build import CONFIG, small_build, small_tree, wants, write


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return small_tree(tmp_path.resolve() / "linux")


@pytest.fixture
def build(tmp_path: Path, tree: Path) -> Path:
    return small_build(tmp_path.resolve() / "out", tree)


def built(tree: Path, build: Path, config: Mapping[str, str] | None = None, commands: Path | None = None) -> Tree:
    source = tree / "mm" / "balloon.c"
    database = None if commands is None else Commands(commands, (tree, build))
    found = evolve(kernel_tree(tree), built=built_in(build), commands=database, config=config or {})
    return found.with_sources([source])


def verdict(tree: Tree, *values: int) -> tuple[str, str]:
    entry = ScenarioEntry(None, (("one", "looks"),), None)
    return verdicts(parse_program(list(tree.sources), scenario=entry, tree=tree, defines=wants(*values)), "sc")


def command(tree: Path, build: Path, options: str, name: str = "mm/balloon") -> str:
    return (
        f"gcc -nostdinc -I{tree}/arch/x86/include -I./include -I./mm -DMODULE {options} -c -o {name}.o {tree}/{name}.c"
    )


def test_choices_of_a_build_count_and_what_follows_from_them(tree: Path, build: Path) -> None:
    values = built(tree, build).symbols()
    assert values["CONFIG_SIZE"] == "17"
    assert values["CONFIG_NAME"] == '"a b"'
    assert values["CONFIG_BALLOON"] == "m"
    assert values["CONFIG_MIGRATION"] == "y"
    assert values["CONFIG_PCI"] == "y"
    assert values.get("CONFIG_KSM", "n") == values.get("CONFIG_DEBUG_LIST", "n") == "n"


def test_what_is_of_the_machine_is_ours_and_what_rests_on_it_goes(tree: Path, build: Path) -> None:
    found = built(tree, build)
    values = found.symbols()
    assert values["CONFIG_NR_CPUS"] == "2"
    assert not {"CONFIG_X86", "CONFIG_WATCH", "CONFIG_HAVE_FTRACE"} & {name for name in values if values[name] != "n"}
    differences = found.differences()
    assert differences.forced == (("FTRACE", "y", "n"), ("NR_CPUS", "64", "2"))
    assert [name for name, _, _ in differences.machine] == ["HAVE_FTRACE", "WATCH", "X86"]


def test_a_build_for_one_cpu_is_one_for_several(tree: Path, build: Path) -> None:
    (build / ".config").write_text(CONFIG.replace("CONFIG_SMP=y", "# CONFIG_SMP is not set"))
    found = built(tree, build)
    assert found.symbols()["CONFIG_SMP"] == "y"
    assert ("SMP", "n", "y") in found.differences().forced


@pytest.mark.parametrize("symbol", ["CONFIG_SMP", "CONFIG_64BIT", "CONFIG_MMU"])
def test_a_spec_cannot_have_another_machine(tree: Path, build: Path, symbol: str) -> None:
    for of in (kernel_tree(tree, {symbol: "n"}), built(tree, build, {symbol: "n"})):
        with pytest.raises(InputError, match=f"{symbol}=n cannot be: .*; leave it out"):
            of.symbols()


def test_what_a_spec_says_counts_before_the_build(tree: Path, build: Path) -> None:
    values = built(tree, build, {"CONFIG_KSM": "y", "CONFIG_SIZE": "5", "CONFIG_NR_CPUS": "3"}).symbols()
    assert (values["CONFIG_KSM"], values["CONFIG_SIZE"], values["CONFIG_NR_CPUS"]) == ("y", "5", "3")


def test_a_file_whose_symbol_is_off_in_the_build_is_refused_by_its_name(tree: Path, build: Path) -> None:
    found = evolve(kernel_tree(tree), built=built_in(build)).with_sources([tree / "mm" / "ksm.c"])
    with pytest.raises(
        InputError, match=r"mm/ksm\.c: .*only with CONFIG_KSM \(mm/Makefile:2\), which is off in the build"
    ):
        found.symbols()
    assert evolve(found, config={"CONFIG_KSM": "y"}).symbols()["CONFIG_KSM"] == "y"


def test_headers_of_the_build_are_used_where_ours_makes_none(tree: Path, build: Path) -> None:
    """MADE and INNER are 40 and 2; without a command the object is balloon's, of a module."""
    assert verdict(built(tree, build), 17, 42, 0, 8, 1, 0) == ("PASS", "PASS")
    assert verdict(built(tree, build), 17, 42, 1, 8, 1, 0) == ("FAIL", "FAIL")
    assert verdict(built(tree, build, {"CONFIG_KSM": "y"}), 17, 42, 1, 8, 1, 0) == ("PASS", "PASS")


def test_the_command_that_made_an_object_counts(tree: Path, build: Path) -> None:
    line = command(tree, build, "-DSPECIAL=9 -DKBUILD_MODNAME='\"the_balloon\"'")
    write(build, {"mm/.balloon.o.cmd": f"savedcmd_mm/balloon.o := {line} ; ./objtool mm/balloon.o\n\ndeps := x\n"})
    assert verdict(built(tree, build), 17, 42, 0, 12, 1, 9) == ("PASS", "PASS")


def test_compile_commands_count_before_what_objects_have_beside_them(tree: Path, build: Path) -> None:
    write(build, {"mm/.balloon.o.cmd": f"cmd_mm/balloon.o := {command(tree, build, '-DSPECIAL=8')}\n"})
    entry = {
        "directory": str(build),
        "file": str(tree / "mm" / "balloon.c"),
        "command": command(tree, build, "-DSPECIAL=9"),
    }
    write(build, {"commands.json": json.dumps([entry])})
    assert verdict(built(tree, build, commands=build / "commands.json"), 17, 42, 0, 8, 1, 9) == ("PASS", "PASS")
    write(build, {"commands.json": "[]"})
    assert verdict(built(tree, build, commands=build / "commands.json"), 17, 42, 0, 8, 1, 8) == ("PASS", "PASS")


def test_a_build_of_another_machine_names_what_is_here(tree: Path, build: Path) -> None:
    (build / "source").unlink()
    (build / "Makefile").write_text("include /ci/linux/Makefile\n")
    line = command(Path("/ci/linux"), Path("/ci/out"), "-I/ci/linux/extra -DSPECIAL=EXTRA -include /ci/linux/extra/e.h")
    write(tree, {"extra/e.h": "#define EXTRA 7\n"})
    write(build, {"mm/.balloon.o.cmd": f"cmd_mm/balloon.o := {line}\n"})
    assert built_in(build).tree == Path("/ci/linux")
    assert verdict(built(tree, build), 17, 42, 0, 8, 1, 7) == ("PASS", "PASS")
    entry = {"directory": "/ci/out", "file": "/ci/linux/mm/balloon.c", "command": line}
    write(build, {"commands.json": json.dumps([entry])})
    assert verdict(built(tree, build, commands=build / "commands.json"), 17, 42, 0, 8, 1, 7) == ("PASS", "PASS")


def test_a_copy_of_the_tree_is_compiled_as_the_tree_was(tree: Path, build: Path, tmp_path: Path) -> None:
    copy = small_tree(tmp_path.resolve() / "copy")
    line = command(tree, build, f"-I{tree}/extra -DSPECIAL=EXTRA -include {tree}/extra/e.h")
    write(copy, {"extra/e.h": "#define EXTRA 7\n"})
    write(tree, {"extra/e.h": "#define EXTRA 6\n"})
    entry = {"directory": str(build), "file": str(tree / "mm" / "balloon.c"), "command": line}
    write(build, {"commands.json": json.dumps([entry])})
    assert verdict(built(copy, build, commands=build / "commands.json"), 17, 42, 0, 8, 1, 7) == ("PASS", "PASS")


@pytest.mark.parametrize(
    "makefile",
    ["include {}/Makefile\n", "VERSION = 4\nKERNELSRC    := {}\n", "MAKEARGS := -C {}\nMAKEARGS += O=/out\n"],
)
def test_the_makefiles_of_all_versions_name_the_tree(tree: Path, tmp_path: Path, makefile: str) -> None:
    build = small_build(tmp_path / "other", tree, link=False)
    (build / "Makefile").write_text(makefile.format(tree))
    assert built_in(build).tree == tree


def test_a_tree_that_was_built_in_itself_is_its_own(tree: Path) -> None:
    write(tree, {".config": CONFIG})
    found = built_in(tree)
    assert (found.tree, found.version, found.machine) == (tree, (6, 1, 7), "x86")


def test_what_is_no_build_is_refused(tree: Path, build: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        built_in(tmp_path / "none")
    with pytest.raises(InputError, match=r"no folder in which Linux was built: it has no \.config"):
        built_in(tree)
    (build / ".config").write_text("all: # nothing\n")
    with pytest.raises(InputError, match="no configuration of Linux"):
        built_in(build)
    (build / ".config").unlink()
    with pytest.raises(InputError, match=r"has no \.config any more"):
        built_in(build)


def test_a_command_that_cannot_be_read_is_told(tree: Path, build: Path) -> None:
    write(build, {"mm/.balloon.o.cmd": "deps := x\n"})
    with pytest.raises(InputError, match=r"balloon\.o\.cmd: holds no command"):
        verdict(built(tree, build), 0, 0, 0, 0, 0, 0)
