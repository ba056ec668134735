"""What of a ``compile_commands.json`` is passed on, and what is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelcheck.commands import Commands, words_of
from modelcheck.errors import InputError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project of C files in no repository."""
    folder = tmp_path.resolve() / "project"
    for name in ("src/a.c", "src/b.c", "inc/first.h", "out/made.h"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    return folder


def commands(project: Path, *entries: object, text: str | None = None) -> Commands:
    file = project / "compile_commands.json"
    file.write_text(json.dumps(entries) if text is None else text)
    return Commands(file, (project,))


def entry(project: Path, options: str, file: str = "../src/a.c", folder: str | None = None) -> dict[str, str]:
    return {"directory": folder or str(project / "out"), "file": file, "command": f"gcc {options} -c -o a.o {file}"}


def taken(project: Path, options: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = commands(project, entry(project, options)).taken(project / "src" / "a.c", project)
    assert found is not None
    return found.options, found.left_out


def test_macros_folders_first_files_and_the_language_are_passed_on(project: Path) -> None:
    options, left_out = taken(
        project, r"-I../inc -I . -isystem ../src -DA -D B=2 '-DC=\"x y\"' -UD -include ../inc/first.h -std=c17"
    )
    inc = str(project / "inc")
    assert options == (
        *("-I", inc, "-I", str(project / "out"), "-isystem", str(project / "src")),
        *("-DA", "-DB=2", '-DC=\\"x y\\"', "-UD", "-include", f"{inc}/first.h", "-std=c17"),
    )
    assert left_out == ()


def test_a_command_is_words_or_a_line(project: Path) -> None:
    words = {"directory": "out", "file": "../src/a.c", "arguments": ["cc", "-DNAME=a b", "-I", "../inc", "../src/a.c"]}
    found = commands(project, words).taken(project / "src" / "a.c", project)
    assert found is not None
    assert found.options == ("-DNAME=a b", "-I", str(project / "inc"))


def test_what_makes_code_or_warns_is_passed_over(project: Path) -> None:
    options = "-O2 -Wall -Werror=undef -march=native -fno-strict-aliasing -g -pipe -MD -MF a.d -Wp,-MMD,a.d -x c -lm"
    assert taken(project, options) == ((), ())


@pytest.mark.parametrize(
    "option",
    [
        "-imacros ../inc/first.h",
        "@options",
        "-Xclang -load",
        "-Xpreprocessor -DA",
        "-Wp,-DA=1",
        "--sysroot=/elsewhere",
        "--sysroot /elsewhere",
        "-isysroot /elsewhere",
        "-m32",
        "-fshort-enums",
    ],
)
def test_what_may_matter_and_is_not_passed_on_is_told(project: Path, option: str) -> None:
    options, left_out = taken(project, option)
    assert options == ()
    assert left_out == (f"'{option}'",)


@pytest.mark.parametrize(
    "option",
    [
        *("-load evil.so", "-fplugin=evil.so", "-fplugin-arg-x-y", "-B /elsewhere", "-B/elsewhere", "-specs=evil"),
        *("-Xlinker x", "-mllvm -x", "-wrapper x", "-include-pch x", "-fmodule-file=x", "-ivfsoverlay x"),
        *("-fmodules -fmodule-map-file=x", "-fprofile-use=x", "-fsanitize-ignorelist=x", "--config x", "-cc1"),
    ],
)
def test_no_other_option_of_a_stranger_reaches_clang(project: Path, option: str) -> None:
    options, _ = taken(project, option)
    assert options == ()


def test_no_value_becomes_an_option_of_its_own(project: Path) -> None:
    """What follows -D or -I is its value, whatever it looks like."""
    options, left_out = taken(project, "-D -load -I -fplugin=x -include @x")
    assert options == ()
    assert len(left_out) == 3


@pytest.mark.parametrize("option", ["-I /etc", "-I ../..", "-include /etc/passwd", "-isystem link", "-include inside"])
def test_what_lies_elsewhere_is_left_out_and_told(project: Path, option: str) -> None:
    (project / "out" / "link").symlink_to("/etc")
    (project / "out" / "inside").symlink_to("/etc/passwd")
    options, left_out = taken(project, option)
    assert options == ()
    assert "lies elsewhere" in left_out[0]


@pytest.mark.parametrize("end", [".pch", ".gch"])
def test_a_compiled_header_is_not_read(project: Path, end: str) -> None:
    """Clang would take it for the one beside it, whatever is in it."""
    (project / "inc" / f"first.h{end}").write_text("")
    options, left_out = taken(project, "-include ../inc/first.h")
    assert options == ()
    assert "compiled header" in left_out[0]


def test_what_is_not_there_is_told(project: Path) -> None:
    assert taken(project, "-I ../none -include none.h")[1] == (
        "'-I ../none', which is not there",
        "'-include none.h', which is not there",
    )


def test_a_file_is_found_by_its_path_however_it_is_written(project: Path) -> None:
    (project / "way").symlink_to(project / "src")
    entries = [
        entry(project, "-DABSOLUTE", str(project / "src" / "a.c")),
        entry(project, "-DB", "./../way/b.c"),
        entry(project, "-DSECOND", "../src/a.c"),
    ]
    database = commands(project, *entries)
    for name, expected in (("a.c", "-DABSOLUTE"), ("b.c", "-DB")):
        found = database.taken(project / "src" / name, project)
        assert found is not None
        assert found.options == (expected,)
    assert database.taken(project / "src" / "c.c", project) is None


def test_a_folder_of_another_machine_is_the_one_here(project: Path) -> None:
    other = {
        "directory": "/ci/work/out",
        "file": "/ci/work/project/src/a.c",
        "arguments": ["cc", "-I/ci/work/project/inc", "-I", "src"],
    }
    found = commands(project, other).taken(project / "src" / "a.c", project)
    assert found is not None
    assert found.options == ("-I", str(project / "inc"), "-I", str(project / "src"))


def test_a_file_that_is_here_is_not_taken_for_another(project: Path) -> None:
    twin = project / "old" / "src" / "a.c"
    twin.parent.mkdir(parents=True)
    twin.write_text("")
    assert commands(project, entry(project, "-DA", str(twin))).taken(project / "src" / "a.c", project) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[{]", r"json:1:3: is no JSON"),
        ("", "is no JSON"),
        ("{}", "that is an array of commands"),
        ("[7]", "entry 1 is no table"),
        ('[{"file": "a.c"}]', "entry 1 has no 'directory'"),
        ('[{"directory": "/", "file": 7}]', "entry 1 has no 'file'"),
        ('[{"directory": "/", "file": "a.c"}]', "entry 1 has neither 'arguments'"),
        ('[{"directory": "/", "file": "a.c", "arguments": "cc"}]', "entry 1 has neither 'arguments'"),
        ('[{"directory": "/", "file": "a.c", "command": "cc \'x"}]', "quotes do not end"),
        ("[" * 100_000, "is nested too deeply"),
        ("[" + "9" * 5000 + "]", "too many digits"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(project: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        commands(project, text=text).taken(project / "src" / "a.c", project)


def test_a_file_that_is_no_text_or_is_not_there(project: Path) -> None:
    file = project / "compile_commands.json"
    with pytest.raises(InputError, match="cannot be read"):
        Commands(file, (project,)).taken(project / "src" / "a.c", project)
    file.write_bytes(b'["\xff"]')
    with pytest.raises(InputError, match="no UTF-8"):
        Commands(file, (project,)).taken(project / "src" / "a.c", project)


def test_the_first_command_of_a_line_counts() -> None:
    assert words_of("cc -DA a.c ; rm -DB x") == ["cc", "-DA", "a.c"]
    assert words_of("cc -DA a.c; rm -DB x") == ["cc", "-DA", "a.c"]
    assert words_of("cc '-DA=;' a.c && rm -DB") == ["cc", "-DA=;", "a.c"]
