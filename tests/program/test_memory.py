"""Addresses: faults by property and names as in the C."""

from __future__ import annotations

import pytest

from modelcheck.program.ir import Layout, Leaf, MemoryObject
from modelcheck.program.memory import AddressSpace

PAGE = Layout(
    "struct page[2]",
    32,
    (
        Leaf("[0].flags", 0, 8, "unsigned long"),
        Leaf("[0].mapping", 8, 8, "void *"),
        Leaf("[1].flags", 16, 8, "unsigned long"),
        Leaf("[1].mapping", 24, 8, "void *"),
    ),
)
SPACE = AddressSpace(
    [
        MemoryObject("f", 0x400000, 64, "function"),
        MemoryObject("page", 0x10000, 32, "global", PAGE),
        MemoryObject("text", 0x20000, 4, "global", readonly=((0, 4),)),
    ]
)


@pytest.mark.parametrize(
    ("address", "size", "write", "kind"),
    [
        (0, 8, False, "null-dereference"),
        (4095, 1, True, "null-dereference"),
        (2**64 - 12, 4, False, "wild-pointer"),
        (0xDEAD000000000100, 8, True, "wild-pointer"),
        (0x10000 + 32, 8, False, "out-of-bounds"),
        (0x10000 - 8, 8, False, "out-of-bounds"),
        (0x10000 + 28, 8, False, "out-of-bounds"),
        (0x10000 + 4, 8, False, "wild-pointer"),
        (0x20000, 4, True, "wild-pointer"),
        (0x400000, 8, False, "wild-pointer"),
    ],
)
def test_improper_accesses_are_findings(address: int, size: int, write: bool, kind: str) -> None:
    fault = SPACE.fault(address, size, write)
    assert fault is not None
    assert fault[0] == kind


def test_pointers_are_told_by_the_largest_part_that_starts_where_they_lead() -> None:
    device = Layout(
        "struct device",
        32,
        (
            Leaf("pages_lock", 0, 4, "int"),
            Leaf("pages.next", 8, 8, "struct list_head *"),
            Leaf("pages.prev", 16, 8, "struct list_head *"),
            Leaf("cookie", 24, 8, "unsigned long"),
        ),
    )
    space = AddressSpace([*SPACE, MemoryObject("dev", 0x30000, 32, "global", device)])
    assert space.pointed(0x30008, 0x30008) == "&dev.pages"
    assert space.pointed(0x30008, 0x30010) == "&dev.pages.prev"
    assert space.pointed(0x30008, 0x30000) == "&dev"
    assert space.pointed(0x30008, 0x10010) == "&page[1]"
    assert space.pointed(0x30008, 0x10018) == "&page[1].mapping"
    assert space.pointed(0x30008, 0x400000) == "f"
    assert space.pointed(0x30008, 0x50000) == ""
    assert space.pointed(0x30018, 0x30000) == ""  # an unsigned long


def test_proper_accesses_are_none() -> None:
    assert SPACE.fault(0x10008, 8, True) is None
    assert SPACE.fault(0x20000, 4, False) is None


def test_names_are_those_of_the_c_source() -> None:
    assert SPACE.name(0x10000 + 24) == "page[1].mapping"
    assert SPACE.name(0x10000 + 25) == "page[1].mapping+1"
    assert SPACE.name(0) == "NULL"
    assert SPACE.name(0x20000) == "text"
    assert SPACE.name(2**64 - 12) == "-12"
    assert SPACE.find(0x20004) is None


def test_added_objects_are_found() -> None:
    space = AddressSpace()
    space.add(MemoryObject("b", 0x2000, 8, "heap"))
    space.add(MemoryObject("a", 0x1000, 8, "heap"))
    found = space.find(0x1004)
    assert found is not None
    assert found.name == "a"
    assert [thing.name for thing in space] == ["a", "b"]
