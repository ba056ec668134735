"""Parsed files are used again while nothing has changed, and never when something has."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.c import ScenarioEntry, parse_program, reader
from modelcheck.frontend.c import parse as parsing
from modelcheck.frontend.c.context import Links
from modelcheck.frontend.c.functions import lower
from modelcheck.frontend.c.kept import Command, Shelf
from modelcheck.frontend.c.link import Definition, Lowered
from modelcheck.frontend.c.translation import TranslationUnit
from modelcheck.frontend.made_of import now
from modelcheck.frontend.texts import Texts
from modelcheck.program.expr import signed
from modelcheck.program.ir import Program
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
    settle()
    return path


def settle() -> None:
    """Let the clock by which files are dated go on: what is changed within one tick of it is not kept."""
    time.sleep(0.011)


def rewritten(path: Path, text: str) -> None:
    """Another text of the same length and date, which is what a hasty look takes for the same file."""
    before = path.stat()
    assert len(text) == before.st_size
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    settle()


def command(file: str) -> Command:
    return Command((file,), (), {})


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


def test_a_macro_that_nothing_mentions_does_not_count(tmp_path: Path, parsed: list[str]) -> None:
    main = written(tmp_path / "main.c", MAIN)
    assert [result(main, VALUE="3", OTHER=other) for other in ("1", "2")] == [3, 3]
    assert result(main, VALUE="3") == 3
    assert parsed == ["main.c"]


@pytest.mark.parametrize(
    "naming",
    [
        "#define VALUE OTHER\n",
        "#define VALUE OT\\\nHER\n",
        "#define PASTE(a, b) a##b\n#define VALUE PASTE(OT, HER)\n",
        "#define PASTE(a, b, c) a##b##c\n#define VALUE PASTE(O, T, HER)\n",
        "#ifdef OTHER\n#if OTHER == 4\n#define VALUE 4\n#endif\n#endif\n#ifndef VALUE\n#define VALUE 3\n#endif\n",
        "#define VALUE NAMED\n",
        "#define PASTE(a, b) PASTED(a, b)\n#define PASTED(a, b) a##b\n#define VALUE PASTE(OT, REST)\n",
    ],
)
def test_no_way_to_name_a_macro_hides_its_change(tmp_path: Path, naming: str) -> None:
    main = written(tmp_path / "main.c", naming + MAIN)
    found = [result(main, OTHER=other, NAMED="OTHER", REST="HER") for other in ("3", "4", "3")]
    assert found == [3, 4, 3]


def test_numbers_are_parts_of_names_too(tmp_path: Path) -> None:
    lines = "#define PASTE(a, b) PASTED(a, b)\n#define PASTED(a, b) a##b\n#define VALUE PASTE(OTHER, __LINE__)\n"
    main = written(tmp_path / "main.c", lines + MAIN)
    assert [result(main, OTHER7=value) for value in ("3", "4", "3")] == [3, 4, 3]


def test_words_that_clang_defines_are_parts_of_names_too(tmp_path: Path) -> None:
    lines = (
        "#define PASTE(a, b) PASTED(a, b)\n#define PASTED(a, b) a##b\n#define VALUE PASTE(OTHER, __INTMAX_C_SUFFIX__)\n"
    )
    main = written(tmp_path / "main.c", lines + MAIN)
    assert [result(main, OTHERL=value) for value in ("3", "4", "3")] == [3, 4, 3]


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


def alone(folder: Path, texts: Mapping[str, str], entry: ScenarioEntry | None) -> Program:
    """The program of files that nobody has read before."""
    paths = {written(folder / name, text): name for name, text in texts.items()}
    return parse_program([path for path in paths if path.suffix == ".c"], scenario=entry, names=paths)


SLAB = """#include <linux/slab.h>
#include "pair.h"
static struct pair *kept;
static long a, b[2], (*call)(long);
const char *said;
static long twice(long x) { return x * 2; }
void begin(void) { call = twice; said = "begin"; }
void f(void) { kept = kmalloc(sizeof(*kept), GFP_KERNEL); if (kept) kept->left = call(a); }
void g(void) { f(); b[1] = 1; said = "begin"; }
void h(void) { said = "h"; a = b[1]; }
"""
PAIR = "struct pair { long left, right; };\n"
ENTRIES = [
    ScenarioEntry("begin", (("t", "f"),), "g"),
    ScenarioEntry(None, (("t", "g"), ("u", "h")), None),
    ScenarioEntry("h", (("t", "f"),), "g"),
    ScenarioEntry("begin", (("t", "f"),), "g"),
]
"""Scenarios that reach the functions and variables of `SLAB` in different orders, so that addresses differ."""


def test_another_scenario_on_the_same_files_gives_what_it_gives_alone(tmp_path: Path, parsed: list[str]) -> None:
    texts = {"slab.c": SLAB, "pair.h": PAIR}
    again = [alone(tmp_path / "same", texts, entry) for entry in ENTRIES]
    assert parsed == ["slab.c"]
    assert again == [alone(tmp_path / str(number), texts, entry) for number, entry in enumerate(ENTRIES)]
    assert again[0] != again[2]
    assert [list(program.functions) for program in again[::3]] == [list(again[0].functions)] * 2


def test_code_is_not_used_again_when_what_it_calls_in_another_file_has_changed(tmp_path: Path) -> None:
    caller = "int put(int);\nlong out, low;\nvoid f(void) { out = put(3) + low; }\n"
    entry = ScenarioEntry(None, (("t", "f"),), None)
    callees = [
        "int put(int x) { return x; }\n",
        "static long more; int put(int x) { return x + more; }\n",
        "long put(long x) { return x; }\n",
        "static int hidden(int x) { return x; }\nint (*put_it)(int) = hidden;\n",
        "extern long low; int put(int x) { return x + low; }\n",
        "int put(int x, int y) { return x; }\n",
    ]
    order = (*range(len(callees)), *range(len(callees)))
    again = [alone(tmp_path / "same", {"caller.c": caller, "callee.c": callees[number]}, entry) for number in order]
    for number, callee in enumerate(callees):
        fresh = alone(tmp_path / str(number), {"caller.c": caller, "callee.c": callee}, entry)
        assert again[number] == again[number + len(callees)] == fresh


def test_code_is_used_again_where_the_linker_answers_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lowered: list[str] = []

    def noted(linker: Links, definition: Definition) -> Lowered:
        lowered.append(definition.name)
        return lower(linker, definition)

    monkeypatch.setattr(reader, "lower", noted)
    callee = "int put(int x) { return x; }\n"
    caller = "int put(int);\nlong out;\nvoid f(void) { out = put(3); }\n"
    entry = ScenarioEntry(None, (("t", "f"),), None)
    for text in (callee, callee, callee.replace("return x", "return 2 * x")):
        alone(tmp_path, {"caller.c": caller, "callee.c": text}, entry)
    assert lowered == ["f", "put", "put"]


def test_threads_are_numbered_in_each_program_from_the_start(tmp_path: Path) -> None:
    code = "#include <pthread.h>\nstatic pthread_t a;\nstatic void *run(void *x) { return x; }\n"
    code += "void f(void) { pthread_create(&a, 0, run, 0); }\nvoid g(void) { pthread_create(&a, 0, run, 0); }\n"
    code += "void both(void) { g(); f(); }\nvoid idle(void) { }\n"
    entries = [ScenarioEntry(init, (("t", "idle"),), None) for init in ("f", "both", "f")]
    again = [alone(tmp_path / "same", {"main.c": code}, entry) for entry in entries]
    assert again == [alone(tmp_path / str(n), {"main.c": code}, entry) for n, entry in enumerate(entries)]


def test_what_is_kept_is_bounded_and_what_was_used_last_stays(tmp_path: Path, parsed: list[str]) -> None:
    texts = Texts(tmp_path / "headers")
    shelf: Shelf[str] = Shelf(most=100)
    for name in ("a", "b", "c"):
        path = written(tmp_path / name, name)
        shelf.keep(command(name), name, 40, {str(path): name.encode()}, texts, now())
        assert shelf.find(command("a"), texts) == "a"
    assert [shelf.find(command(name), texts) for name in ("a", "b", "c")] == ["a", None, "c"]
    assert sorted(shelf) == ["a", "c"]
    huge = written(tmp_path / "huge", "huge")
    shelf.keep(command("huge"), "huge", 101, {str(huge): b"huge"}, texts, now())
    assert sorted(shelf) == ["a", "c"]


def test_a_file_that_changes_while_it_is_parsed_is_not_kept(tmp_path: Path) -> None:
    texts = Texts(tmp_path / "headers")
    shelf: Shelf[str] = Shelf()
    path = written(tmp_path / "a", "now")
    shelf.keep(command("a"), "unit", 1, {str(path): b"then"}, texts, now())
    assert list(shelf) == []
