"""Parsed files are used again while nothing has changed, and never when something has."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.frontend.c import parse as parsing
from modelcheck.frontend.c.kept import Shelf
from modelcheck.frontend.c.texts import Texts
from modelcheck.frontend.c.translation import TranslationUnit
from modelcheck.program.expr import signed
from modelcheck.program.machine import Initial, initialise


@pytest.fixture(autouse=True)
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that clang is asked to parse, as they are asked for; nothing is kept from other tests."""
    asked: list[str] = []

    def noted(path: str, arguments: tuple[str, ...], unsaved: Mapping[str, bytes]) -> TranslationUnit:
        asked.append(Path(path).name)
        return TranslationUnit(path, arguments, unsaved)

    monkeypatch.setattr(parsing, "TranslationUnit", noted)
    monkeypatch.setattr(parsing, "_kept", Shelf())
    return asked


def result(*sources: Path, include: tuple[Path, ...] = (), **defines: str) -> int:
    """What the program leaves in ``long out``."""
    return result_of(*sources, include=include, defines=defines)


def result_of(
    *sources: Path,
    include: tuple[Path, ...] = (),
    defines: Mapping[str, str] | None = None,
    changed: Mapping[Path, bytes] | None = None,
) -> int:
    """As `result`, with what files hold instead."""
    made = parse_program(sources, include=include, defines=defines, changed=changed)
    (end,) = initialise(made)
    assert isinstance(end, Initial), end
    out = next(thing for thing in made.objects if thing.name == "out")
    _, value = end.memory[out.base]
    assert isinstance(value, int)
    return signed(value, 64)


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def rewritten(path: Path, text: str) -> None:
    """Another text of the same length and date, which is what a hasty look takes for the same file."""
    before = path.stat()
    assert len(text) == before.st_size
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


MAIN = "long out;\nint main(void)\n{\n\tout = VALUE;\n\treturn 0;\n}\n"


def test_what_is_unchanged_is_parsed_once(tmp_path: Path, parsed: list[str]) -> None:
    main = written(tmp_path / "main.c", '#include "value.h"\n#include <linux/list.h>\n' + MAIN)
    written(tmp_path / "value.h", "#define VALUE 3\n")
    assert result(main) == 3
    assert result(main) == 3
    assert parsed == ["main.c"]


def test_only_what_a_change_concerns_is_parsed_anew(tmp_path: Path, parsed: list[str]) -> None:
    one = written(tmp_path / "one.c", '#include "value.h"\nint main(void)\n{\n\tset(VALUE);\n\treturn 0;\n}\n')
    two = written(tmp_path / "two.c", "long out;\nvoid set(long x)\n{\n\tout = x;\n}\n")
    header = written(tmp_path / "value.h", "#define VALUE 3\nvoid set(long x);\n")
    assert result(one, two) == 3
    rewritten(header, "#define VALUE 4\nvoid set(long x);\n")
    assert result(one, two) == 4
    assert parsed == ["one.c", "two.c", "one.c"]


def test_another_text_of_the_file_itself_counts(tmp_path: Path) -> None:
    main = written(tmp_path / "main.c", MAIN.replace("VALUE", "3"))
    assert result(main) == 3
    rewritten(main, MAIN.replace("VALUE", "4"))
    assert result(main) == 4


def test_another_text_of_a_header_counts_however_deep_it_is_included(tmp_path: Path) -> None:
    main = written(tmp_path / "main.c", "#include <outer.h>\n" + MAIN)
    written(tmp_path / "include" / "outer.h", '#include "deep/inner.h"\n')
    inner = written(tmp_path / "include" / "deep" / "inner.h", "#define VALUE 3\n")
    include = (tmp_path / "include",)
    assert result(main, include=include) == 3
    rewritten(inner, "#define VALUE 4\n")
    assert result(main, include=include) == 4


def test_another_value_of_a_macro_counts(tmp_path: Path) -> None:
    main = written(tmp_path / "main.c", MAIN)
    assert [result(main, VALUE="3"), result(main, VALUE="4"), result(main, VALUE="3")] == [3, 4, 3]


def test_a_macro_more_counts_and_one_less_too(tmp_path: Path) -> None:
    main = written(tmp_path / "main.c", "#ifndef VALUE\n#define VALUE 1\n#endif\n" + MAIN)
    assert [result(main), result(main, VALUE="4"), result(main)] == [1, 4, 1]


def test_a_changed_text_counts_before_the_one_on_disk(tmp_path: Path, parsed: list[str]) -> None:
    main = written(tmp_path / "main.c", '#include "value.h"\n' + MAIN)
    header = written(tmp_path / "value.h", "#define VALUE 3\n")
    four = {header: b"#define VALUE 4\n"}
    five = {header: b"#define VALUE 5\n"}
    assert [result_of(main, changed=changed) for changed in (None, four, five, four, None)] == [3, 4, 5, 4, 3]
    assert len(parsed) == 3


def test_a_changed_text_counts_under_each_name_of_the_file(tmp_path: Path) -> None:
    main = written(tmp_path / "src" / "main.c", '#include "../include/value.h"\n' + MAIN)
    header = written(tmp_path / "include" / "value.h", "#define VALUE 3\n")
    assert [result_of(main, changed=changed) for changed in ({}, {header: b"#define VALUE 4\n"}, {})] == [3, 4, 3]


def test_a_file_that_is_found_earlier_now_counts(tmp_path: Path) -> None:
    main = written(tmp_path / "main.c", "#include <value.h>\n" + MAIN)
    include = (tmp_path / "first", tmp_path / "second")
    written(tmp_path / "second" / "value.h", "#define VALUE 3\n")
    assert result(main, include=include) == 3
    earlier = written(tmp_path / "first" / "value.h", "#define VALUE 4\n")
    assert result(main, include=include) == 4
    earlier.unlink()
    assert result(main, include=include) == 3


def test_a_file_beside_the_one_that_includes_it_counts_when_it_comes(tmp_path: Path) -> None:
    main = written(tmp_path / "src" / "main.c", '#include "value.h"\n' + MAIN)
    include = (written(tmp_path / "include" / "value.h", "#define VALUE 3\n").parent,)
    assert result(main, include=include) == 3
    written(tmp_path / "src" / "value.h", "#define VALUE 4\n")
    assert result(main, include=include) == 4


def test_a_header_of_ours_gives_way_to_one_of_the_user(tmp_path: Path) -> None:
    main = written(tmp_path / "main.c", "#include <linux/slab.h>\n#ifndef VALUE\n#define VALUE 3\n#endif\n" + MAIN)
    include = (tmp_path / "include",)
    assert result(main, include=include) == 3
    written(tmp_path / "include" / "linux" / "kernel.h", "#define VALUE 4\n#include_next <linux/kernel.h>\n")
    assert result(main, include=include) == 4


def test_a_file_that_is_only_asked_for_counts_when_it_comes_and_goes(tmp_path: Path) -> None:
    asking = '#if __has_include("value.h")\n#define VALUE 4\n#else\n#define VALUE 3\n#endif\n'
    main = written(tmp_path / "main.c", asking + MAIN)
    assert result(main) == 3
    there = written(tmp_path / "value.h", "")
    assert result(main) == 4
    there.unlink()
    assert result(main) == 3


@pytest.mark.parametrize(
    "including",
    [
        '#define NAME "value.h"\n#include NAME\n',
        '#define ASK __has_include\n#if ASK("value.h")\n#endif\n#include "value.h"\n',
        '#include "value.h"\nconst char *when = __TIME__;\n',
        '# \\\n include /* a\ncomment */ "value.h"\n',
        '%: include "value.h"\n',
    ],
)
def test_no_way_to_include_a_file_hides_its_change(tmp_path: Path, including: str) -> None:
    main = written(tmp_path / "src" / "main.c", including + MAIN)
    include = (written(tmp_path / "include" / "value.h", "#define VALUE 3\n").parent,)
    assert result(main, include=include) == 3
    rewritten(include[0] / "value.h", "#define VALUE 5\n")
    assert result(main, include=include) == 5
    written(tmp_path / "src" / "value.h", "#define VALUE 4\n")
    assert result(main, include=include) == 4


@pytest.mark.parametrize("name", ["__TIME__", "__DATE__", "__TIMESTAMP__"])
def test_what_depends_on_the_time_is_not_kept(tmp_path: Path, parsed: list[str], name: str) -> None:
    main = written(tmp_path / "main.c", f"const char *when = {name};\n" + MAIN)
    assert [result(main, VALUE="3"), result(main, VALUE="3")] == [3, 3]
    assert parsed == ["main.c", "main.c"]


def test_the_same_name_in_another_folder_is_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for folder, value in (("one", "3"), ("two", "4"), ("one", "3")):
        written(tmp_path / folder / "main.c", '#include "value.h"\n' + MAIN)
        written(tmp_path / folder / "value.h", f"#define VALUE {value}\n")
        monkeypatch.chdir(tmp_path / folder)
        found.append(result(Path("main.c")))
    assert found == [3, 4, 3]


def test_names_and_texts_are_those_of_the_program_at_hand(tmp_path: Path, parsed: list[str]) -> None:
    main = written(tmp_path / "main.c", MAIN.replace("VALUE", "3"))
    first = parse_program([main], names={main: "one.c"})
    second = parse_program([main], names={main: "other.c"})
    assert parsed == ["main.c"]
    assert [program.functions["main"].source.file for program in (first, second)] == ["one.c", "other.c"]
    assert (dict(first.files), dict(second.files)) == ({"one.c": main.read_text()}, {"other.c": main.read_text()})


def test_an_error_is_told_where_it_is_now_and_goes_away(tmp_path: Path) -> None:
    good, bad = "\n\nlong out;\nint main(void) { out = 3; }\n", "\nlong out;\nint main(void) { out = y; }\n"
    main = written(tmp_path / "main.c", good)
    assert result(main) == 3
    for text, place in ((bad, (3, 24)), ("\n" + bad, (4, 24))):
        main.write_text(text)
        with pytest.raises(InputError, match="undeclared identifier 'y'") as caught:
            result(main)
        assert (caught.value.line, caught.value.column) == place
    main.write_text(good)
    assert result(main) == 3


def test_a_weak_definition_that_gave_way_is_there_in_the_next_program(tmp_path: Path, parsed: list[str]) -> None:
    call = "long out;\nlong f(void);\nint main(void)\n{\n\tout = f();\n\treturn 0;\n}\n"
    main = written(tmp_path / "main.c", call)
    weak = written(tmp_path / "weak.c", "__attribute__((weak)) long f(void)\n{\n\treturn 1;\n}\n")
    strong = written(tmp_path / "strong.c", "long f(void)\n{\n\treturn 2;\n}\n")
    assert [result(main, weak), result(main, weak, strong), result(main, weak)] == [1, 2, 1]
    assert sorted(parsed) == ["main.c", "strong.c", "weak.c"]


def test_another_scenario_on_the_same_files_is_lowered_as_if_it_were_the_first(tmp_path: Path) -> None:
    code = "#include <linux/slab.h>\nstatic long a, b;\nvoid f(void) { a = (long)kmalloc(4, GFP_KERNEL); }\n"
    main = written(tmp_path / "main.c", code + "void g(void) { f(); b = 1; }\n")
    entries = [ScenarioEntry(None, (("t", name),), last) for name, last in (("f", "g"), ("g", None), ("f", "g"))]
    again = [parse_program([main], scenario=entry) for entry in entries]
    alone = []
    for number, entry in enumerate(entries):
        copy = written(tmp_path / str(number) / "main.c", main.read_text())
        alone.append(parse_program([copy], scenario=entry, names={copy: str(main)}))
    assert again == alone


def test_what_is_kept_is_bounded_and_what_was_used_last_stays(tmp_path: Path, parsed: list[str]) -> None:
    texts = Texts(tmp_path / "headers")
    shelf: Shelf[str] = Shelf(most=100)
    for name in ("a", "b", "c"):
        path = written(tmp_path / name, name)
        shelf.keep((name,), name, 40, {str(path): name.encode()}, (), texts)
        assert shelf.find(("a",), texts) == "a"
    assert [shelf.find((name,), texts) for name in ("a", "b", "c")] == ["a", None, "c"]
    assert sorted(shelf) == ["a", "c"]
    huge = written(tmp_path / "huge", "huge")
    shelf.keep(("huge",), "huge", 101, {str(huge): b"huge"}, (), texts)
    assert sorted(shelf) == ["a", "c"]


def test_a_file_that_changes_while_it_is_parsed_is_not_kept(tmp_path: Path) -> None:
    texts = Texts(tmp_path / "headers")
    shelf: Shelf[str] = Shelf()
    path = written(tmp_path / "a", "now")
    shelf.keep(("a",), "unit", 1, {str(path): b"then"}, (), texts)
    assert list(shelf) == []
