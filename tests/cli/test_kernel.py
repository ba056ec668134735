"""``--kernel``, ``--kernel-build`` and ``--compile-commands``: what counts, and what is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.kernel.small_build import CONFIG, small_build, small_tree


def test_an_unknown_version_is_told_and_read(modelcheck: Command, tmp_path: Path) -> None:
    folder = tmp_path / "linux"
    (folder / "include" / "linux").mkdir(parents=True)
    (folder / "Makefile").write_text("VERSION = 9\nPATCHLEVEL = 3\nSUBLEVEL = 0\n")
    for name in ("kernel.h", "kconfig.h", "compiler_types.h", "types.h", "compiler.h"):
        (folder / "include" / "linux" / name).write_text("")
    (tmp_path / "a.c").write_text("int x;\nstatic void one(void) { x = 1; }\nstatic void two(void) { x = 2; }\n")
    text = 'sources = ["a.c"]\nkernel = "any"\nmodels = ["sc"]\n[scenarios.main]\nthreads = ["one", "two"]\n'
    (tmp_path / "spec.toml").write_text(text)
    run = modelcheck("check", ".", "--kernel", "linux")
    assert run.code == 0
    assert "linux: Linux 9.3 is newer than those that modelcheck knows" in run.err


SPEC = """
sources = ["kernel:mm/balloon.c"]
models  = ["sc"]
defines = {{ WANT_0 = 17, WANT_1 = 42, WANT_2 = {ksm}, WANT_3 = 8, WANT_4 = {module}, WANT_5 = 0 }}
{more}
[scenarios.main]
threads = ["looks"]
"""


def spec(folder: Path, more: str = "", ksm: int = 0, module: int = 1) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "spec.toml").write_text(SPEC.format(more=more, ksm=ksm, module=module))


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build of the tree ``linux``, beside it."""
    return small_build(tmp_path / "out", small_tree(tmp_path / "linux"))


def test_a_build_is_enough_to_name_its_tree(modelcheck: Command, tmp_path: Path, build: Path) -> None:
    spec(tmp_path / "spec")
    run = modelcheck("check", "spec", "--kernel-build", "out")
    assert (run.code, run.err) == (0, "")
    assert "1 of 1 verdicts as expected" in run.out


@pytest.mark.parametrize(
    "order", [("--kernel", "linux", "--kernel-build", "out"), ("--kernel-build", "out", "--kernel", "linux")]
)
def test_both_may_be_named(modelcheck: Command, tmp_path: Path, build: Path, order: tuple[str, ...]) -> None:
    spec(tmp_path / "spec")
    (build / "source").unlink()
    (build / "Makefile").unlink()
    assert modelcheck("check", "spec", *order).code == 0


def test_a_spec_may_name_the_build(modelcheck: Command, tmp_path: Path, build: Path) -> None:
    (tmp_path / ".git").mkdir()
    spec(tmp_path / "spec", 'kernel-build = "../out"')
    assert modelcheck("check", "spec").code == 0


def test_the_environment_may_name_it_for_specs_that_need_a_tree(
    modelcheck: Command, tmp_path: Path, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELCHECK_KERNEL_BUILD", str(build))
    spec(tmp_path / "spec")
    assert modelcheck("check", "spec").code == 0
    (tmp_path / "plain.c").write_text("#include <stdlib.h>\nint main(void) { free(malloc(1)); }\n")
    assert modelcheck("check", "plain.c").code == 0


def test_a_spec_leads_no_farther_than_its_repository(modelcheck: Command, tmp_path: Path, build: Path) -> None:
    spec(tmp_path / "spec", 'kernel-build = "../out"')
    run = modelcheck("check", "spec")
    assert run.code == 2
    assert "spec.toml:5:1: ../out leads out of the folder" in run.err
    (build / ".git").mkdir()
    spec(build / "spec", 'kernel-build = ".."')
    run = modelcheck("check", "out/spec")
    assert run.code == 2
    assert f"is a build of {tmp_path / 'linux'}, which no one has allowed" in run.err
    assert modelcheck("check", "out/spec", "--allow", "linux").code == 0


def test_what_the_spec_says_otherwise_than_the_build_is_told(modelcheck: Command, tmp_path: Path, build: Path) -> None:
    spec(tmp_path / "spec", 'config = ["CONFIG_KSM=y", "CONFIG_SIZE=17", "CONFIG_NR_CPUS=3"]', ksm=1)
    run = modelcheck("check", "spec", "--kernel-build", "out")
    assert run.code == 0
    assert run.err == f"modelcheck: {build}: CONFIG_KSM is n in this build and y in the spec, which counts\n"


def test_a_build_for_one_cpu_is_told(modelcheck: Command, tmp_path: Path, build: Path) -> None:
    (build / ".config").write_text(CONFIG.replace("CONFIG_SMP=y", "# CONFIG_SMP is not set"))
    spec(tmp_path / "spec")
    run = modelcheck("check", "spec", "--kernel-build", "out")
    assert run.code == 0
    told = "CONFIG_SMP is off in this build, but here each thread runs on a CPU of its own: it is on"
    assert run.err == f"modelcheck: {build}: {told}\n"
    spec(tmp_path / "spec", 'config = ["CONFIG_SMP=n"]')
    run = modelcheck("check", "spec", "--kernel-build", "out")
    assert run.code == 2
    assert "CONFIG_SMP=n cannot be: here each thread runs on a CPU of its own; leave it out" in run.err


def test_a_build_of_another_version_of_the_tree_is_told(modelcheck: Command, tmp_path: Path, build: Path) -> None:
    (build / ".config").write_text(CONFIG.replace("6.1.7", "6.0.3"))
    spec(tmp_path / "spec")
    run = modelcheck("check", "spec", "--kernel-build", "out")
    assert run.code == 0
    assert "was configured for Linux 6.0.3, the tree is 6.1.7" in run.err


def test_a_build_of_another_tree_is_refused(modelcheck: Command, tmp_path: Path, build: Path) -> None:
    small_tree(tmp_path / "other", "6.12.1")
    spec(tmp_path / "spec")
    run = modelcheck("check", "spec", "--kernel-build", "out", "--kernel", "other")
    assert run.code == 2
    told = f"{build}: is a build of {tmp_path}/linux, Linux 6.1.7, and not of {tmp_path}/other, Linux 6.12.1"
    assert told in run.err


@pytest.mark.parametrize("folder", ["none", "spec", "linux"])
def test_what_is_no_build_is_said(modelcheck: Command, tmp_path: Path, build: Path, folder: str) -> None:
    spec(tmp_path / "spec")
    run = modelcheck("check", "spec", "--kernel-build", folder)
    assert run.code == 2
    assert f"modelcheck: {folder}: th" in run.err
    assert run.err.count("\n") == 1


def test_a_build_whose_tree_is_gone_wants_it_named(modelcheck: Command, tmp_path: Path, build: Path) -> None:
    spec(tmp_path / "spec")
    (tmp_path / "linux").rename(tmp_path / "moved")
    run = modelcheck("check", "spec", "--kernel-build", "out")
    assert run.code == 2
    assert f"is a build of {tmp_path}/linux, which is not there: name the sources with --kernel DIR" in run.err
    assert modelcheck("check", "spec", "--kernel-build", "out", "--kernel", "moved").code == 0


def test_a_file_that_was_not_compiled_is_told(modelcheck: Command, tmp_path: Path, build: Path) -> None:
    spec(tmp_path / "spec")
    (build / "compile_commands.json").write_text("[]")
    run = modelcheck("check", "spec", "--kernel-build", "out")
    assert run.code == 0
    assert run.err.endswith("json: says nothing of mm/balloon.c: the tree's Makefiles count\n")


def test_needs_lists_what_of_the_build_does_not_count(modelcheck: Command, tmp_path: Path, build: Path) -> None:
    spec(tmp_path / "spec")
    run = modelcheck("needs", "spec", "--kernel-build", "out")
    assert run.code == 0
    assert "given here: FTRACE=n (y) NR_CPUS=2 (64)" in run.out
    assert "of its machine, or resting on it: 3 symbols, which --verbose lists" in run.out
    run = modelcheck("needs", "spec", "--kernel-build", "out", "--verbose")
    assert "of its machine, or resting on it: HAVE_FTRACE=n (y) WATCH=n (y) X86=n (y)" in run.out
    run = modelcheck("needs", "spec", "--kernel-build", "out", "--format", "json")
    assert {"symbol": "CONFIG_WATCH", "build": "y", "here": "n"} in json.loads(run.out)["configuration"]


@pytest.mark.parametrize("key", ['kernel-build = "../out"', 'kernel = "../linux"\nkernel-build = "../out"'])
def test_patches_are_compared_on_the_tree_that_a_spec_names(
    modelcheck: Command, tmp_path: Path, build: Path, key: str
) -> None:
    (tmp_path / ".git").mkdir()
    spec(tmp_path / "spec", key)
    text = (tmp_path / "spec" / "spec.toml").read_text().replace('balloon.c"]', 'balloon.c", "h.c"]')
    (tmp_path / "spec" / "spec.toml").write_text(text.replace('"looks"', '"looks", "more"'))
    (tmp_path / "spec" / "h.c").write_text("void more(void) { }\n")
    line = "+void more(void) { *(volatile int *)0 = 1; }"
    (tmp_path / "p.diff").write_text(f"--- a/h.c\n+++ b/h.c\n@@ -1 +1 @@\n-void more(void) {{ }}\n{line}\n")
    run = modelcheck("regress", "spec", "--patch", "p.diff")
    assert run.code == 1
    assert "null-dereference" in run.out


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A C file that compiles with options only, and the commands that have them."""
    files = {
        "project/src/it.c": '#include <assert.h>\n#include "x.h"\nint main(void) { assert(X == Y); }\n',
        "project/inc/x.h": "#define X 3\n",
        "elsewhere/x.h": "#define X 3\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "project" / ".git").mkdir()
    return tmp_path / "project"


def say(project: Path, options: str) -> None:
    entry = {"directory": str(project), "file": "src/it.c", "command": f"cc {options} -c src/it.c"}
    (project / "compile_commands.json").write_text(json.dumps([entry]))


@pytest.mark.parametrize(("value", "code"), [(3, 0), (4, 1)])
def test_commands_serve_c_files_without_a_tree(modelcheck: Command, plain: Path, value: int, code: int) -> None:
    say(plain, f"-Iinc -DY={value}")
    run = modelcheck("check", "project/src/it.c", "--compile-commands", "project/compile_commands.json")
    assert (run.code, run.err) == (code, "")


def test_a_header_that_lies_elsewhere_is_not_read_by_a_command(modelcheck: Command, plain: Path) -> None:
    say(plain, "-I../elsewhere -DY=3")
    options = ("check", "project/src/it.c", "--compile-commands", "project/compile_commands.json")
    run = modelcheck(*options)
    assert run.code == 2
    assert "'-I ../elsewhere', which lies elsewhere" in run.err
    assert "'x.h' file not found" in run.err
    assert modelcheck(*options, "--allow", "elsewhere").code == 0


def test_commands_say_nothing_of_a_file(modelcheck: Command, plain: Path) -> None:
    (plain / "compile_commands.json").write_text("[]")
    run = modelcheck("check", "project/src/it.c", "--compile-commands", "project/compile_commands.json")
    assert run.code == 2
    assert "says nothing of it.c: it is read without options" in run.err


def test_commands_that_are_no_json_are_refused(modelcheck: Command, plain: Path) -> None:
    (plain / "compile_commands.json").write_text("[\n{,}]")
    run = modelcheck("check", "project/src/it.c", "--compile-commands", "project/compile_commands.json")
    assert run.code == 2
    assert "compile_commands.json:2:2: is no JSON" in run.err


def test_commands_of_another_machine_serve(modelcheck: Command, plain: Path) -> None:
    entry = {
        "directory": "/ci/project",
        "file": "/ci/project/src/it.c",
        "arguments": ["cc", "-I/ci/project/inc", "-DY=3"],
    }
    (plain / "compile_commands.json").write_text(json.dumps([entry]))
    run = modelcheck("check", "project/src/it.c", "--compile-commands", "project/compile_commands.json")
    assert (run.code, run.err) == (0, "")


def test_commands_do_not_go_with_patches(modelcheck: Command, plain: Path) -> None:
    """A patch changes a copy, and the commands name folders of the original."""
    say(plain, "-Iinc -DY=3")
    (plain / "p.diff").write_text(
        "--- a/src/it.c\n+++ b/src/it.c\n@@ -1 +1 @@\n-#include <assert.h>\n+#include <stdio.h>\n"
    )
    options = ("--patch", "project/p.diff", "--compile-commands", "project/compile_commands.json")
    run = modelcheck("regress", "project/src/it.c", *options)
    assert run.code == 2
    assert "its commands name folders that a patch would change elsewhere" in run.err


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("CONFIG_BALOON=y", "CONFIG_BALOON, of which the spec says y; did you mean 'CONFIG_BALLOON'?"),
        ("CONFIG_DEBUG_LST=n", "CONFIG_DEBUG_LST, of which the spec says n; did you mean 'CONFIG_DEBUG_LIST'?"),
        ("CONFIG_QQQQ=7", "CONFIG_QQQQ, of which the spec says 7\n"),
        ("CONFIG_BALLOON=y", ""),  # of the tree
        ("CONFIG_NR_CPUS=3", ""),  # of our machine
        ("CONFIG_OF_ANOTHER_MACHINE=y", ""),
        ("CONFIG_OF_THE_HARNESS=y", ""),
    ],
)
@pytest.mark.parametrize("where", ["", "[variants.other]\n"])
def test_a_symbol_that_nothing_knows_is_told_with_the_nearest(
    modelcheck: Command, tmp_path: Path, build: Path, config: str, told: str, where: str
) -> None:
    tree = tmp_path / "linux"
    (tree / "arch" / "other").mkdir(parents=True)
    (tree / "arch" / "other" / "Kconfig.own").write_text("config OF_ANOTHER_MACHINE\n\tbool\n")
    folder = tmp_path / "spec"
    folder.mkdir(exist_ok=True)
    (folder / "a.h").write_text("#ifdef CONFIG_OF_THE_HARNESS\n#endif\n")
    (folder / "a.c").write_text("void thread(void) { }\n")
    said = f'{where}config = ["{config}"]\n'
    head, tail = ("", said) if where else (said, "")
    (folder / "spec.toml").write_text(f'{head}sources = ["a.c"]\n{tail}[scenarios.one]\nthreads = ["thread"]\n')
    run = modelcheck("check", "spec", "--kernel", "linux")
    assert run.code == 0
    assert ("knows no" in run.err) is bool(told)
    assert told in run.err
