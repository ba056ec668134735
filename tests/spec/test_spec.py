"""What a spec says, and how mistakes in it are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.spec import DEFAULT_PROPERTIES, Expectation, read_spec
from modelcheck.frontend.spec.load import macros

C = "int x;\nvoid f(void)\n{\n\tx = 1;\n}\nvoid g(void)\n{\n\tx = 2;\n}\n"
DIFF = "--- a/a.c\n+++ b/a.c\n@@ -3,3 +3,3 @@\n {\n-\tx = 1;\n+\tx = 3;\n }\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    spec = tmp_path / "small"
    (spec / "include").mkdir(parents=True)
    (spec / "a.c").write_text(C)
    (spec / "one.diff").write_text(DIFF)
    (spec / "my.cat").write_text('"mine"\n')
    return spec


def write(folder: Path, text: str) -> Path:
    (folder / "spec.toml").write_text(text)
    return folder


def complaint(folder: Path, text: str) -> str:
    """The error for ``text``, from the line number on."""
    with pytest.raises(InputError) as caught:
        read_spec(write(folder, text))
    told = str(caught.value)
    assert "\n" not in told
    prefix = f"{folder / 'spec.toml'}:"
    assert told.startswith(prefix), told
    return told.removeprefix(prefix)


WHOLE = """
name = "whole"
about = "all keys"
sources = ["a.c"]
include = ["include"]
config = ["CONFIG_A", "CONFIG_B=m", "CONFIG_C=n", "CONFIG_D=17"]
defines = { NDEV = 2, QUIET = true }
models = ["sc", "my.cat"]
properties = ["leak", "race"]
unroll = 4
recursion = 2
timeout = 2.5
faults = ["kmalloc"]
base = "posted"

[variants.one]
about = "x becomes 3"
patch = "one.diff"

[variants.knob]
defines = ["NDEV=3"]
config = { CONFIG_A = false }

[scenarios.first]
threads = ["f", "g", "f"]
init = "f"
final = "g"
expect = { posted = "PASS", one = { my-cat = "PASS", default = "FAIL:leak" } }

[scenarios.second]
threads = { left = "f", right = "g" }
variants = ["kn*", "posted"]
models = ["lkmm"]
properties = ["deadlock"]
unroll = 9
recursion = 8
timeout = 1
faults = ["alloc_page", "kmalloc"]
defines = { MORE = "yes" }
expect = "UNKNOWN"
""".replace("my-cat", "'my.cat'")


def test_every_key_is_read(folder: Path) -> None:
    spec = read_spec(write(folder, WHOLE))
    assert (spec.name, spec.about, spec.sources, spec.include) == ("whole", "all keys", ("a.c",), ("include",))
    assert list(spec.variants) == ["posted", "one", "knob"]
    first, second = spec.scenarios.values()
    assert first.threads == (("f", "f"), ("g", "g"), ("f-2", "f"))
    assert (first.init, first.final) == ("f", "g")
    assert first.variants == ("posted", "one")
    assert first.models == ("sc", "my.cat")
    assert first.properties == {"leak", "race"}
    assert (first.unroll, first.recursion, first.timeout) == (4, 2, 2.5)
    assert second.threads == (("left", "f"), ("right", "g"))
    assert second.variants == ("knob", "posted")
    assert second.models == ("lkmm",)
    assert (second.unroll, second.recursion, second.timeout) == (9, 8, 1.0)


def test_the_least_spec_has_the_defaults_of_the_documentation(folder: Path) -> None:
    spec = read_spec(write(folder, 'sources = ["a.c"]\n[scenarios.s]\nthreads = ["f"]\n'))
    (scenario,) = spec.scenarios.values()
    assert spec.name == "small"
    assert scenario.variants == ("base",)
    assert scenario.models == ("sc", "tso", "lkmm")
    assert scenario.properties == DEFAULT_PROPERTIES
    assert "race" not in DEFAULT_PROPERTIES
    assert (scenario.unroll, scenario.recursion, scenario.timeout) == (3, 3, None)
    assert scenario.expected("base", "sc") == Expectation("PASS")


def test_expectations_fall_back_from_model_to_variant_to_pass(folder: Path) -> None:
    spec = read_spec(write(folder, WHOLE))
    first, second = spec.scenarios.values()
    assert str(first.expected("one", "sc")) == "FAIL:leak"
    assert str(first.expected("one", "my.cat")) == "PASS"
    assert str(first.expected("posted", "sc")) == "PASS"
    assert str(first.expected("knob", "sc")) == "PASS"
    assert str(second.expected("knob", "lkmm")) == "UNKNOWN"


def test_configuration_becomes_macros_as_in_a_kernel(folder: Path) -> None:
    spec = read_spec(write(folder, WHOLE))
    first, second = spec.scenarios.values()
    assert macros(spec, first, spec.variants["posted"]) == {
        "CONFIG_A": "1",
        "CONFIG_B_MODULE": "1",
        "CONFIG_D": "17",
        "NDEV": "2",
        "QUIET": "1",
        "MC_FAIL_KMALLOC": "1",
    }
    assert macros(spec, second, spec.variants["knob"]) == {
        "CONFIG_B_MODULE": "1",
        "CONFIG_D": "17",
        "NDEV": "3",
        "QUIET": "1",
        "MORE": "yes",
        "MC_FAIL_ALLOC_PAGE": "1",
        "MC_FAIL_KMALLOC": "1",
    }


def test_a_variant_carries_the_patched_text(folder: Path) -> None:
    spec = read_spec(write(folder, WHOLE))
    assert spec.variants["one"].files == {"a.c": C.replace("x = 1", "x = 3")}
    assert spec.variants["posted"].files == {}


def test_a_spec_file_may_be_named_itself(folder: Path) -> None:
    assert read_spec(write(folder, WHOLE) / "spec.toml") == read_spec(folder)


HEAD = 'sources = ["a.c"]\n'
SCENARIO = '[scenarios.s]\nthreads = ["f"]\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # text that is no TOML
        ("sources = [\n", "1: Invalid value"),
        ("a = 1\na = 2\n", "2:6: Cannot overwrite a value"),
        (HEAD + SCENARIO + SCENARIO, "4:13: Cannot declare ('scenarios', 's') twice"),
        (
            HEAD + SCENARIO + "[variants.v]\ndefines = ['A']\n[variants.v]\n",
            "6:12: Cannot declare ('variants', 'v') twice",
        ),
        # keys
        (SCENARIO, "1:1: the key 'sources' is missing"),
        (HEAD + "modles = ['sc']\n" + SCENARIO, "2:1: unknown key 'modles' (did you mean 'models'?)"),
        (HEAD + SCENARIO + "thread = ['f']\n", "4:1: unknown key 'thread' (did you mean 'threads'?)"),
        (
            HEAD + "[scenarios]\ns.threads = ['f']\ns.modells = ['f']\n",
            "4:3: unknown key 'modells' (did you mean 'models'?)",
        ),
        (HEAD + "[[scenario]]\nname = 's'\n", "2:3: unknown key 'scenario' (did you mean 'scenarios'?)"),
        (
            HEAD + SCENARIO + "[variants.v]\npatches = 'one.diff'\n",
            "5:1: unknown key 'patches' (did you mean 'patch'?)",
        ),
        # types
        ("sources = 3\n", "1:1: must be an array of strings, not an integer"),
        ("sources = ['a.c', 4]\n", "1:19: must be a string, not an integer"),
        (HEAD + "about = true\n", "2:1: must be a string, not a boolean"),
        (HEAD + "unroll = '3'\n", "2:1: must be an integer, not a string"),
        (HEAD + "unroll = 2.0\n", "2:1: must be an integer, not a float"),
        (HEAD + "unroll = true\n", "2:1: must be an integer, not a boolean"),
        (HEAD + "unroll = 0\n", "2:1: must be at least 1, not 0"),
        (HEAD + "timeout = -1\n", "2:1: must be a positive number of seconds, not -1"),
        (HEAD + "timeout = 2024-01-01\n", "2:1: must be a number of seconds, not a date or time"),
        (HEAD + "scenarios = 3\n", "2:1: must be a table, not an integer"),
        (HEAD + "[scenarios]\ns = 3\n", "3:1: must be a table, not an integer"),
        (HEAD + "[[scenarios]]\n", "2:3: must be a table, not an array"),
        (HEAD + "[scenarios.s]\nthreads = [\n 'f',\n 3]\n", "5:2: must be the name of a function, not an integer"),
        (
            HEAD + "[scenarios.s]\nthreads = { a = 'f', b = ['g'] }\n",
            "3:22: must be the name of a function, not an array",
        ),
        (HEAD + "[scenarios.s]\nthreads = ['f()']\n", "3:12: 'f()' is no name of a function"),
        (HEAD + "[scenarios.s]\nthreads = 'f'\n", "3:1: must be an array of functions or a table of labels"),
        (HEAD + "defines = ['A=1', 'A=2']\n", "2:19: 'A' is given twice"),
        (HEAD + "defines = { 'A B' = 1 }\n", "2:13: 'A B' is no name of a macro"),
        (HEAD + "defines = { A = [] }\n", "2:13: must be a string, an integer or a boolean, not an array"),
        (HEAD + "config = ['HZ=100']\n", "2:11: 'HZ' is no configuration symbol: they begin with CONFIG_"),
        (HEAD + "[config]\nCONFIG_A = 1.5\n", "3:1: must be a boolean, an integer or a string, not a float"),
        # of several mistakes, the first in the text
        (HEAD + SCENARIO + "unroll = 0\nmodels = 3\nwhat = 1\n", "4:1: must be at least 1"),
        # what names lead to
        ("sources = ['a.c', 'none.c']\n" + SCENARIO, "1:19: no such file: "),
        ("sources = []\n" + SCENARIO, "1:1: names no source"),
        (HEAD + "include = ['none']\n" + SCENARIO, "2:12: no such folder: "),
        (HEAD + "name = 'a/b'\n" + SCENARIO, "2:1: 'a/b' cannot be the name of a spec"),
        (HEAD, "1:1: holds no scenario"),
        (HEAD + "models = ['sc', 'tos']\n" + SCENARIO, "2:17: unknown model 'tos' (did you mean 'tso'?)"),
        (
            HEAD + "models = ['x86']\n" + SCENARIO,
            "2:11: unknown model 'x86' (known: sc, tso, pso, lkmm, rc11, FILE.cat)",
        ),
        (HEAD + "models = []\n" + SCENARIO, "2:1: 'models' is empty"),
        (HEAD + "models = ['sc', 'sc']\n" + SCENARIO, "2:17: 'sc' is given twice"),
        (HEAD + SCENARIO + "models = ['none.cat']\n", "4:11: no such file: "),
        (HEAD + SCENARIO + "properties = ['leek']\n", "4:15: unknown property 'leek' (did you mean 'leak'?)"),
        (HEAD + SCENARIO + "faults = ['a b']\n", "4:11: 'a b' is no name of a function"),
        (HEAD + "[scenarios.s]\ninit = 'f'\n", "3:1: 'init' needs 'threads'"),
        (HEAD + SCENARIO + "final = 'f g'\n", "4:1: 'f g' is no name of a function"),
        (HEAD + "[scenarios.'a b']\nthreads = ['f']\n", "2:12: 'a b' cannot be a name here"),
        (HEAD + "[scenarios.a--b]\nthreads = ['f']\n", "2:12: 'a--b' cannot be a name here"),
        # variants
        (HEAD + SCENARIO + "[variants.v]\nabout = 'x'\n", "4:11: variant 'v' changes nothing"),
        (HEAD + SCENARIO + "[variants.default]\ndefines = ['A']\n", "4:11: 'default' is taken"),
        (HEAD + SCENARIO + "[variants.base]\ndefines = ['A']\n", "4:11: 'base' is the unpatched source"),
        (HEAD + SCENARIO + "[variants.v]\npatch = ['one.diff', 'no.diff']\n", "5:22: no such file: "),
        (HEAD + SCENARIO + "variants = ['base', 'w*']\n", "4:21: no variant 'w*'"),
        # expectations
        (HEAD + SCENARIO + "expect = 'PAS'\n", "4:1: 'PAS' is no verdict: say PASS, FAIL, FAIL:property or UNKNOWN"),
        (
            HEAD + SCENARIO + "expect = { base = 3 }\n",
            "4:12: must be a verdict or a table from models to verdicts, not an integer",
        ),
        (HEAD + SCENARIO + "expect = { base = { sc = 'FAIL:leek' } }\n", "4:21: unknown property 'leek'"),
        (HEAD + SCENARIO + "expect = { base = 'PASS:leak' }\n", "4:12: 'PASS:leak': only FAIL goes with a property"),
        (HEAD + SCENARIO + "expect.bas = 'PASS'\n", "4:8: expects of the unknown variant 'bas' (did you mean 'base'?)"),
        (
            HEAD + SCENARIO + "[scenarios.s.expect.base]\nlkm = 'PASS'\n",
            "5:1: unknown model 'lkm' (did you mean 'lkmm'?)",
        ),
        (
            HEAD + SCENARIO + "variants = ['v']\nexpect.base = 'PASS'\n[variants.v]\ndefines = ['A']\n",
            "5:8: expects of the variant 'base', which 'variants' leaves out",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(folder: Path, text: str, told: str) -> None:
    found = complaint(folder, text)
    assert found.startswith(told), found


def test_a_missing_spec_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no spec\.toml"):
        read_spec(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read_spec(tmp_path / "none")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a = " + b"[" * 100_000])
def test_a_spec_that_is_no_text_is_told(folder: Path, content: bytes) -> None:
    (folder / "spec.toml").write_bytes(content)
    with pytest.raises(InputError):
        read_spec(folder)


def test_windows_line_ends_and_spec_names_of_folders_are_fine(folder: Path) -> None:
    (folder / "spec.toml").write_bytes((HEAD + SCENARIO).replace("\n", "\r\n").encode())
    assert read_spec(folder).name == "small"


def test_a_patch_that_no_longer_applies_names_its_variant_and_hunk_and_what_is_there(folder: Path) -> None:
    (folder / "two.diff").write_text("--- a/a.c\n+++ b/a.c\n@@ -7,3 +7,3 @@\n {\n-\tx = 2;\n+\tx = 4;\n }\n")
    both = HEAD + SCENARIO + "[variants.v]\npatch = ['one.diff', 'two.diff']\n"
    assert read_spec(write(folder, both)).variants["v"].files["a.c"] == C.replace("= 1", "= 3").replace("= 2", "= 4")
    (folder / "a.c").write_text(C.replace("x = 2", "x = 5"))
    with pytest.raises(InputError) as caught:
        read_spec(write(folder, both))
    assert str(caught.value) == (
        f"{folder}/two.diff:3: this hunk does not apply to a.c: its line 5 expects 'x = 2;', but a.c:8 is 'x = 5;' "
        "(variant 'v', after one.diff)"
    )
    (folder / "a.c").write_text(C.replace("x = 1", "x = 7"))
    with pytest.raises(InputError, match=r"one\.diff:3: .* to a\.c: its line 5 expects 'x = 1;', .* \(variant 'v'\)"):
        read_spec(folder)


def test_a_number_of_more_digits_than_can_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_text('sources = ["a.c"]\n\n[scenarios.main]\nunroll = ' + "9" * 5000 + "\n")
    with pytest.raises(InputError) as error:
        read_spec(tmp_path)
    assert "too many digits" in str(error.value)
    assert error.value.line == 4
