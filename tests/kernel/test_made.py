"""The headers that a build would write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modelcheck.api import check
from modelcheck.errors import InputError
from modelcheck.kernel import kernel_tree
from modelcheck.kernel.made import atomic_names, autoconf, timeconst
from modelcheck.kernel.named import giving

_PARTS = ("MUL32", "ADJ32", "SHR32", "NUM", "DEN")


def _values(text: str) -> dict[str, int]:
    return {
        name: int(value, 0)
        for name, value in re.findall(r"#define (\w+) (?:\(\(u64\)\()?(\d+|0x[0-9a-fA-F]+)(?:ULL\)\))?", text)
    }


def test_factors_of_time_at_a_rate_where_a_second_divides() -> None:
    """At 250 a tick is 4 ms: 4 = 0x80000000 >> 29; at 100, a ms is 0.1 of one: 0xcccccccd >> 35, rounded up by 0.9."""
    values = _values(timeconst(250))
    assert [values[f"HZ_TO_MSEC_{part}"] for part in _PARTS] == [0x80000000, 0, 29, 4, 1]
    assert [values[f"MSEC_TO_HZ_{part}"] for part in _PARTS] == [0x80000000, 0x180000000, 33, 1, 4]
    values = _values(timeconst(100))
    assert [values[f"HZ_TO_MSEC_{part}"] for part in _PARTS] == [0xA0000000, 0, 28, 10, 1]
    assert [values[f"MSEC_TO_HZ_{part}"] for part in _PARTS] == [0xCCCCCCCD, 0x733333333, 35, 1, 10]


@pytest.mark.parametrize("hz", [100, 250, 300, 1000])
def test_ticks_of_a_time_are_those_of_the_division_rounded_up(hz: int) -> None:
    """jiffies.h: a time in ms is (m * MUL32 + ADJ32) >> SHR32 ticks; ticks in ms (t * MUL32) >> SHR32."""
    values = _values(timeconst(hz))
    for amount in (0, 1, 3, 4, 7, 999, 1000, 12345):
        ticks = (amount * values["MSEC_TO_HZ_MUL32"] + values["MSEC_TO_HZ_ADJ32"]) >> values["MSEC_TO_HZ_SHR32"]
        assert ticks == -(-amount * hz // 1000)
        assert amount * values["HZ_TO_MSEC_MUL32"] >> values["HZ_TO_MSEC_SHR32"] == amount * 1000 // hz
        assert 1 << 31 <= values["MSEC_TO_HZ_MUL32"] <= 1 << 32


def test_a_configuration_is_macros() -> None:
    assert autoconf({"CONFIG_A": "y", "CONFIG_B": "m", "CONFIG_C": "n", "CONFIG_D": "17", "CONFIG_E": '"x"'}) == (
        '#define CONFIG_A 1\n#define CONFIG_B_MODULE 1\n#define CONFIG_D 17\n#define CONFIG_E "x"\n'
    )


def test_operations_have_the_names_of_all_widths_and_layers() -> None:
    lines = atomic_names("#define atomic_add(i, v) x\n#define __other(y) z\n").splitlines()
    assert "#define atomic64_add(i, v) atomic_add(i, v)" in lines
    assert "#define arch_atomic_add(i, v) atomic_add(i, v)" in lines
    assert "#define raw_atomic_long_add(i, v) atomic_add(i, v)" in lines
    assert not any("other" in line or line.startswith("#define atomic_add(") for line in lines)


def test_a_folder_that_is_no_tree_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        kernel_tree(tmp_path / "none")
    with pytest.raises(InputError, match="no tree of the kernel's sources"):
        kernel_tree(tmp_path)
    (tmp_path / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 176\nEXTRAVERSION =\n")
    with pytest.raises(InputError, match=r"include/linux/kernel\.h"):
        kernel_tree(tmp_path)
    (tmp_path / "include" / "linux").mkdir(parents=True)
    (tmp_path / "include" / "linux" / "kernel.h").write_text("")
    assert kernel_tree(tmp_path).version == (6, 1, 176)
    assert kernel_tree(tmp_path).release == "6.1.176"


def test_a_version_without_a_sublevel_is_the_first_of_its_release(tmp_path: Path) -> None:
    (tmp_path / "include" / "linux").mkdir(parents=True)
    (tmp_path / "include" / "linux" / "kernel.h").write_text("")
    (tmp_path / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\n")
    assert (kernel_tree(tmp_path).version, kernel_tree(tmp_path).note) == ((6, 1, 0), "")
    with pytest.raises(InputError, match="this is a file"):
        kernel_tree(tmp_path / "Makefile")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("kernel:lib", "lib is a folder of the kernel tree: a source is one C file"),
        ("kernel:", "'kernel:' names no file of the kernel tree"),
        ("kernel:lib/none.c", "has no lib/none.c"),
        ("kernel:../none.c", "leads out of the kernel tree"),
        ("a.c", "'asm/none.h' file not found; modelcheck is a machine of its own"),
    ],
)
def test_a_source_that_is_no_file_of_the_tree_is_told_as_what_it_is(tmp_path: Path, source: str, told: str) -> None:
    tree, folder = tmp_path / "linux", tmp_path / "spec"
    (tree / "include" / "linux").mkdir(parents=True)
    (tree / "include" / "linux" / "kernel.h").write_text("")
    (tree / "lib").mkdir()
    (tree / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n")
    folder.mkdir()
    (folder / "a.c").write_text("#include <asm/none.h>\nvoid thread(void) { }\n")
    (folder / "spec.toml").write_text(f'sources = ["{source}"]\n[scenarios.one]\nthreads = ["thread"]\n')
    with giving(None if source == "a.c" else tree), pytest.raises(InputError, match=re.escape(told)):
        check(folder, jobs=0)


def test_symbols_that_a_tree_does_not_have_are_told_with_those_that_may_be_meant(tmp_path: Path) -> None:
    (tmp_path / "include" / "linux").mkdir(parents=True)
    (tmp_path / "include" / "linux" / "kernel.h").write_text("")
    (tmp_path / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\n")
    assert kernel_tree(tmp_path).unknown(["CONFIG_ANY"], ()) == {}
    (tmp_path / "Kconfig").write_text('config DEBUG_LIST\n\tbool "lists"\nconfig NET\n\tbool "network"\n')
    asked = ["CONFIG_DEBUG_LSIT", "CONFIG_NET", "CONFIG_QUITE_OTHER"]
    assert kernel_tree(tmp_path).unknown(asked, ()) == {
        "CONFIG_DEBUG_LSIT": "CONFIG_DEBUG_LIST",
        "CONFIG_QUITE_OTHER": "",
    }


@pytest.mark.parametrize(
    ("symbol", "value", "told"),
    [
        ("CONFIG_NET", "q", "CONFIG_NET is y or n, and not q"),
        ("CONFIG_NET", "m", "CONFIG_NET is y or n, and not m"),
        ("CONFIG_NET", "n", None),
        ("CONFIG_DRIVER", "m", None),
        ("CONFIG_DRIVER", "1", "CONFIG_DRIVER is y, m or n, and not 1"),
        ("CONFIG_SHIFT", "12", None),
        ("CONFIG_SHIFT", "y", "CONFIG_SHIFT is a number, and not y"),
        ("CONFIG_BASE", "0x10", None),
        ("CONFIG_BASE", "16", "CONFIG_BASE is a number such as 0x10, and not 16"),
        ("CONFIG_TEXT", "any", None),
        ("CONFIG_HZ", "0", "CONFIG_HZ is a number from 1, and not 0"),
        ("CONFIG_NR_CPUS", "y", "CONFIG_NR_CPUS is a number, and not y"),
    ],
)
def test_a_value_that_a_symbol_cannot_have_is_told(tmp_path: Path, symbol: str, value: str, told: str | None) -> None:
    (tmp_path / "include" / "linux").mkdir(parents=True)
    (tmp_path / "include" / "linux" / "kernel.h").write_text("")
    (tmp_path / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\n")
    kinds = {"NET": "bool", "DRIVER": "tristate", "SHIFT": "int", "BASE": "hex", "TEXT": "string"}
    (tmp_path / "Kconfig").write_text("".join(f'config {name}\n\t{kind} "it"\n' for name, kind in kinds.items()))
    assert kernel_tree(tmp_path).misfit({symbol: value}) == told
