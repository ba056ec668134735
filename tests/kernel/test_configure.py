"""A whole configuration from a few symbols and the Kconfig files of a small tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.kernel.configure import configured
from modelcheck.kernel.kconfig import condition, kconfig

KCONFIG = """\
mainmenu "small"

config SYSFS
    bool "sysfs" if EXPERT
    default y
    select KERNFS

config KERNFS
    bool

config KEYS
    bool "keys"
    select ASSOC if !SMALL
    help
        Not a symbol:
        config FALSE
        default y

config ASSOC
    bool

menu "Debugging"
depends on DEBUG

config KCOV
    bool "coverage"
    depends on HAS_KCOV && (GCC || CLANG)
    select DEBUG_FS

config KCOV_SIZE
    hex "how much"
    depends on KCOV
    default 0x40000

endmenu

config DEBUG
    bool "debugging"

config HAS_KCOV
    bool

config CLANG
    def_bool y

config DEBUG_FS
    bool "files"

choice
    prompt "preemption"
    default NONE

config NONE
    bool "none"
    depends on !BIG
    help
          Indented more than the line that it follows, and after an empty one
            config NOT_A_SYMBOL

     config FULL
    bool "full"
endchoice

config COUNT
    def_bool FULL

config LOCKDEP
    bool
    depends on DEBUG

config PROVE
    bool "prove locking"
    select LOCKDEP

config FUTEX
    bool "futexes" if EXPERT
    default y
    imply PI

config PI
    bool "inheritance"

config RT
    bool "real time" if EXPERT
    depends on EXPERT

config EXPERT
    bool "expert"

if NET
source "net/Kconfig"
endif

config NET
    bool "net"
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "net").mkdir()
    (tmp_path / "Kconfig").write_text(KCONFIG)
    (tmp_path / "net" / "Kconfig").write_text('config INET\n\tdef_bool y\nconfig IPV6\n\tbool "six"\n\tdefault y\n')
    return tmp_path


def _on(values: dict[str, str]) -> set[str]:
    return {name for name, value in values.items() if value != "n"}


def test_what_nobody_chooses_has_its_default_and_what_is_on_selects(small: Path) -> None:
    values = configured(kconfig(small), {}, {"KEYS": "y"})
    assert _on(values) == {"KEYS", "ASSOC", "SYSFS", "KERNFS", "CLANG", "NONE", "FUTEX", "PI"}


def test_what_is_chosen_counts_and_what_follows_from_it(small: Path) -> None:
    values = configured(kconfig(small), {"FULL": "y", "SMALL": "y", "SYSFS": "n"}, {"KEYS": "y"})
    assert _on(values) == {"FULL", "SMALL", "KEYS", "CLANG", "COUNT", "FUTEX", "PI"}


def test_what_is_needed_is_on_with_what_it_depends_on(small: Path) -> None:
    values = configured(kconfig(small), {}, {}, ["KCOV"])
    assert {"KCOV", "DEBUG", "HAS_KCOV", "CLANG", "DEBUG_FS"} <= _on(values)
    assert values["KCOV_SIZE"] == "0x40000"
    assert "GCC" not in values


def test_what_a_person_said_n_of_stays_off(small: Path) -> None:
    values = configured(kconfig(small), {"KERNFS": "n", "DEBUG_FS": "n"}, {}, ["KCOV"])
    assert values["KERNFS"] == values["DEBUG_FS"] == "n"


def test_what_is_needed_excludes_the_others_of_its_choice(small: Path) -> None:
    values = configured(kconfig(small), {}, {"NONE": "y"}, ["FULL"])
    assert values["FULL"] == values["COUNT"] == "y"
    assert "NONE" not in values


def test_what_nobody_can_choose_is_on_through_what_selects_it(small: Path) -> None:
    assert {"LOCKDEP", "PROVE", "DEBUG"} <= _on(configured(kconfig(small), {}, {}, ["LOCKDEP"]))


def test_what_is_needed_of_experts_leaves_their_other_questions_unasked(small: Path) -> None:
    assert {"RT", "EXPERT", "FUTEX", "SYSFS"} <= _on(configured(kconfig(small), {}, {}, ["RT"]))


def test_an_if_around_a_file_is_what_its_symbols_depend_on(small: Path) -> None:
    assert "INET" not in configured(kconfig(small), {}, {})
    values = configured(kconfig(small), {"NET": "y"}, {})
    assert values["INET"] == "y"
    assert "IPV6" not in values  # a person could choose it, and has not


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("A", True),
        ("!A", False),
        ("B || A && !B", True),
        ("(B || A) && B", False),
        ("A = y", True),
        ("A!=n", True),
        ('S = "abc"', True),
        ("N = 3 || B", True),
        ("$(cc-option,-mfoo) && A", False),
        ("A && y", True),
        ("A &&", False),
    ],
)
def test_conditions(text: str, holds: bool) -> None:
    assert condition(text).holds({"A": "y", "S": '"abc"', "N": "3"}) is holds
