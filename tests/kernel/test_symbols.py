"""Which symbols a file needs, by the Makefiles of a small tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.kernel import kernel_tree
from modelcheck.kernel.symbols import needed


def _tree(folder: Path, **files: str) -> Path:
    written = {
        "Makefile": "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n",
        "include/linux/kernel.h": "",
        **{name.replace("__", "/"): text for name, text in files.items()},
    }
    for name, text in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def _of(folder: Path, name: str) -> dict[str, str]:
    return dict(needed(folder, folder / name).symbols)


def test_the_rule_beside_a_file_names_its_symbol_and_the_place(tmp_path: Path) -> None:
    _tree(tmp_path, mm__Makefile="obj-y := swap.o\nobj-$(CONFIG_KSM) += ksm.o # same pages\n")
    assert _of(tmp_path, "mm/ksm.c") == {"CONFIG_KSM": "mm/Makefile:2"}
    assert _of(tmp_path, "mm/swap.c") == {}


def test_a_file_of_an_object_of_several_needs_what_that_needs(tmp_path: Path) -> None:
    _tree(
        tmp_path,
        drivers__Makefile="obj-$(CONFIG_NET) += net/\n",
        drivers__net__Makefile=(
            "obj-$(CONFIG_TUN) += tun.o\ntun-objs := ring.o \\\n\tframe.o\ntun-$(CONFIG_FILTER) += filter.o\n"
        ),
    )
    above = {"CONFIG_NET": "drivers/Makefile:1"}
    assert _of(tmp_path, "drivers/net/frame.c") == {"CONFIG_TUN": "drivers/net/Makefile:1", **above}
    assert _of(tmp_path, "drivers/net/filter.c") == {
        "CONFIG_FILTER": "drivers/net/Makefile:4",
        "CONFIG_TUN": "drivers/net/Makefile:1",
        **above,
    }


def test_a_list_within_a_list_and_conditions_around_a_rule_count(tmp_path: Path) -> None:
    _tree(
        tmp_path,
        mm__Makefile=(
            "mmu-y := nommu.o\nmmu-$(CONFIG_MMU) := memory.o\nifdef CONFIG_CROSS\nmmu-$(CONFIG_MMU) += cross.o\nendif\n"
            "ifeq ($(CONFIG_PROC_FS),y)\nobj-y += proc.o\nelse\nobj-y += none.o\nendif\nobj-y += $(mmu-y)\n"
        ),
    )
    assert set(_of(tmp_path, "mm/memory.c")) == {"CONFIG_MMU"}
    assert set(_of(tmp_path, "mm/cross.c")) == {"CONFIG_MMU", "CONFIG_CROSS"}
    assert set(_of(tmp_path, "mm/proc.c")) == {"CONFIG_PROC_FS"}
    assert _of(tmp_path, "mm/none.c") == {}


def test_of_two_rules_the_one_that_needs_less_counts(tmp_path: Path) -> None:
    _tree(tmp_path, lib__Makefile="obj-$(CONFIG_A) += list.o\nlib-y += list.o\n")
    assert _of(tmp_path, "lib/list.c") == {}


def test_what_is_needed_is_on_unless_the_user_says_n(tmp_path: Path) -> None:
    _tree(tmp_path, mm__Makefile="obj-$(CONFIG_KSM) += ksm.o\n", mm__ksm__c="")
    source = tmp_path / "mm" / "ksm.c"
    assert "CONFIG_KSM" not in kernel_tree(tmp_path).symbols()
    assert kernel_tree(tmp_path).with_sources([source]).symbols()["CONFIG_KSM"] == "y"
    with pytest.raises(InputError, match=r"mm/ksm\.c: .*CONFIG_KSM \(mm/Makefile:1\)"):
        kernel_tree(tmp_path, {"CONFIG_KSM": "n"}).with_sources([source]).symbols()


def test_a_file_that_is_not_of_the_tree_needs_nothing(tmp_path: Path) -> None:
    tree = _tree(tmp_path / "linux", mm__Makefile="obj-$(CONFIG_KSM) += ksm.o\n")
    outside = tmp_path / "ksm.c"
    outside.write_text("")
    assert needed(tree, outside).symbols == {}
    assert kernel_tree(tree).with_sources([outside]).sources == ()
