"""Functions that a spec answers for: what it says counts, whatever their bodies are. By both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.spec import load_program, read_spec
from modelcheck.program.ir import Program
from tests.agreement.engines import verdicts

PROGRAM = """
#include <mc/check.h>
int any(int number, void *pointer);
void nothing(char letter);
long given(void);
int never(void);
int with_body(void) { return 1; }
struct pair { long a, b; };
struct pair large(void);
struct ops { int (*call)(int number, void *pointer); } ops = { any };
static void f(void) { nothing(1); %s }
"""

SPEC = """
sources = ["a.c"]
models = ["sc"]
stubs = { any = "any", nothing = "nothing", given = -12, never = "never", with_body = 5 }
[scenarios.main]
threads = ["f"]
"""


@pytest.mark.parametrize(
    ("does", "verdict"),
    [
        ('MC_ASSERT("assertion", given() == -12, "given");', "PASS"),
        ('MC_ASSERT("assertion", with_body() == 5, "the body does not count");', "PASS"),
        ('MC_ASSERT("assertion", any(1, 0) != -77, "any value");', "FAIL"),
        ('MC_ASSERT("assertion", ops.call(1, 0) != 1 << 30, "any value, through a pointer");', "FAIL"),
        ("if (given() == -12) never();", "FAIL"),
        ("if (given() != -12) never();", "PASS"),
    ],
)
def test_what_the_spec_says_counts(tmp_path: Path, does: str, verdict: str) -> None:
    (tmp_path / "a.c").write_text(PROGRAM % does)
    (tmp_path / "spec.toml").write_text(SPEC)
    program = _load(tmp_path)
    found = set(verdicts(program, "sc"))
    assert verdict in found
    assert found <= {verdict, *(["UNKNOWN"] if "any value" in does else [])}  # one engine tries no 2 ** 32 values out


@pytest.mark.parametrize(
    ("stubs", "message"),
    [
        ('{ nowhere = "any" }', "no source declares nowhere()"),
        ('{ memset = "never" }', "memset() is known by its name"),
        ("{ __mc_choose = 0 }", "__mc_choose() is known by its name"),
        ('{ large = "any" }', "large() takes or gives"),
        ('{ any = "some" }', "any() may return 'any' value"),
        ('{ "a b" = "any" }', "is no name of a function"),
        ('"any"', "must be a table of functions"),
    ],
)
def test_what_cannot_be_answered_for_is_told(tmp_path: Path, stubs: str, message: str) -> None:
    (tmp_path / "a.c").write_text(PROGRAM % "")
    (tmp_path / "spec.toml").write_text(f'sources = ["a.c"]\nstubs = {stubs}\n[scenarios.main]\nthreads = ["f"]\n')
    with pytest.raises(InputError) as error:
        _load(tmp_path)
    assert message in str(error.value)


def _load(folder: Path) -> Program:
    spec = read_spec(folder)
    return load_program(spec, spec.scenarios["main"], spec.variants["base"])
