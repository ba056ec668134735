"""The operations that an audit knows by name: how locks pair, and what the weaker forms of each annotation are.

Facts of the kernel's and C11's interfaces. What is not named here is not taken for an element.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

from modelcheck.auditing.element import ANNOTATION, ATOMIC, BARRIER, GRACE, LOCK, SECTION


@frozen
class Family:
    """Operations that open and close one kind of section; patterns of whole names."""

    kind: str
    opens: str
    closes: str


FAMILIES: Final = (
    Family(LOCK, r"(raw_)?spin_(try)?lock(?!_init)\w*", r"(raw_)?spin_unlock\w*"),
    Family(LOCK, r"mutex_(try)?lock\w*", r"mutex_unlock"),
    Family(LOCK, r"read_(try)?lock\w*", r"read_unlock\w*"),
    Family(LOCK, r"write_(try)?lock\w*", r"write_unlock\w*"),
    Family(LOCK, r"down_read\w*", r"up_read"),
    Family(LOCK, r"down_write\w*", r"up_write"),
    Family(LOCK, r"(try)?lock_page\w*|folio_(try)?lock\w*", r"unlock_page|folio_unlock"),
    Family(LOCK, r"bit_spin_(try)?lock", r"(__)?bit_spin_unlock"),
    Family(LOCK, r"test_and_set_bit_lock", r"(__)?clear_bit_unlock"),
    Family(LOCK, r"pthread_mutex_(try)?lock", r"pthread_mutex_unlock"),
    Family(LOCK, r"write_seq(lock|begin)|write_seqcount_begin", r"write_sequnlock|write_seqcount_end"),
    Family(SECTION, r"rcu_read_lock\w*", r"rcu_read_unlock\w*"),
    Family(SECTION, r"srcu_read_lock\w*", r"srcu_read_unlock\w*"),
)

TRIES: Final = re.compile(r"\w*trylock\w*")
"""What gives a truth value for success; other operations that open a section give 0."""

BARRIERS: Final = {
    "smp_mb": "Mb", "smp_rmb": "Rmb", "smp_wmb": "Wmb", "mb": "Mb", "rmb": "Rmb", "wmb": "Wmb",
    "smp_mb__before_atomic": "", "smp_mb__after_atomic": "", "smp_mb__after_spinlock": "",
    "smp_mb__after_unlock_lock": "", "smp_mb__before_atomic_inc": "", "smp_mb__after_atomic_inc": "",
    "smp_mb__before_atomic_dec": "", "smp_mb__after_atomic_dec": "", "smp_mb__before_clear_bit": "",
    "smp_mb__after_clear_bit": "", "smp_mb__after_srcu_read_unlock": "", "smp_read_barrier_depends": "",
    "atomic_thread_fence": "", "__sync_synchronize": "Mb", "dma_wmb": "Wmb", "dma_rmb": "Rmb",
}  # fmt: skip
"""Fences: the tag of those that a weaker fence could stand for."""

WEAKER_FENCES: Final = {"Mb": (("smp_wmb()", "Wmb"), ("smp_rmb()", "Rmb"))}
"""Weaker fences than one of a tag: how they are written, and their tag."""

GRACES: Final = re.compile(r"synchronize_(s?rcu)\w*")

ANNOTATIONS: Final = re.compile(
    r"READ_ONCE|WRITE_ONCE|ACCESS_ONCE|smp_load_acquire|smp_store_release|smp_store_mb|rcu_dereference\w*"
    r"|srcu_dereference|rcu_assign_pointer|atomic(_long|64)?_(read|set)(_acquire|_release)?"
    r"|atomic_(load|store)(_explicit)?"
)

ATOMICS: Final = re.compile(
    r"atomic(_long|64)?_(add|sub|inc|dec|and|or|xor|andnot|fetch|xchg|cmpxchg|try_cmpxchg|add_unless)\w*"
    r"|atomic_(exchange|compare_exchange|fetch)\w*"
    r"|refcount_(inc|dec|add|sub)\w*|kref_\w+|(try_)?cmpxchg\w*|xchg\w*"
    r"|(set|clear|change|test_and_set|test_and_clear|test_and_change)_bit"
    r"|(Set|Clear|TestSet|TestClear)Page\w+|get_page\w*|put_page\w*|folio_(get|put)\w*|mapping_(set|clear)_\w+"
)


def name_of(text: str) -> str:
    """The identifier that a piece of C begins with; empty when it begins with something else."""
    found = re.match(r"\s*([A-Za-z_]\w*)", text)
    return found.group(1) if found else ""


def arguments(text: str) -> tuple[str, ...]:
    """The arguments of the call that ``text`` is, as they are written."""
    inner = text[text.find("(") + 1 : text.rfind(")")] if "(" in text else ""
    found: list[str] = []
    depth, current = 0, ""
    for character in inner:
        if character == "," and depth == 0:
            found.append(current.strip())
            current = ""
            continue
        depth += character in "([{"
        depth -= character in ")]}"
        current += character
    return (*found, current.strip()) if current.strip() or found else ()


def kind_of(name: str) -> str | None:
    """The kind of element that an operation called ``name`` is; None for what is none."""
    if name in BARRIERS:
        return BARRIER
    if GRACES.fullmatch(name):
        return GRACE
    if (found := family_of(name)) is not None:
        return found[0].kind
    if ANNOTATIONS.fullmatch(name):
        return ANNOTATION
    return ATOMIC if ATOMICS.fullmatch(name) else None


def family_of(name: str) -> tuple[Family, bool] | None:
    """The family of a lock operation, and whether it opens a section."""
    for family in FAMILIES:
        if re.fullmatch(family.opens, name):
            return family, True
        if re.fullmatch(family.closes, name):
            return family, False
    return None
