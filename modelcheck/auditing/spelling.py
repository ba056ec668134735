"""How weaker forms of an operation are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelcheck.auditing.names import arguments
from modelcheck.auditing.sites import Site
from modelcheck.program.ir import NONE, Load, Store, Tags

ONCE: Tags = frozenset({"ONCE"})
RELAXED: Tags = frozenset({"RLX"})

Mark = tuple[str, Tags, str | None]
"""Name of the weaker form, the tags of its access, its text (None: it cannot be said by other text)."""


def weaker_marks(site: Site) -> Iterator[Mark]:
    """The weaker forms of a marked load or store, weakest last."""
    name, given = site.name, arguments(site.text)
    stores = any(isinstance(step.instruction, Store) for step in site.steps)
    loads = any(isinstance(step.instruction, Load) for step in site.steps)
    if stores and loads:
        return
    if name.startswith("atomic_") and name.endswith("_explicit"):
        if "memory_order_relaxed" in site.text:
            return
        yield "memory_order_relaxed", RELAXED, re.sub(r"memory_order_\w+", "memory_order_relaxed", site.text)
        return
    if name in ("atomic_load", "atomic_store"):
        text = f"{name}_explicit({', '.join(given)}, memory_order_relaxed)"
        yield "memory_order_relaxed", RELAXED, text
        return
    kernel_atomic = re.fullmatch(r"(atomic(?:_long|64)?_(?:read|set))(_acquire|_release)?", name)
    if kernel_atomic:
        if kernel_atomic.group(2):
            plain_name = kernel_atomic.group(1)
            yield f"{plain_name}()", ONCE, f"{plain_name}({', '.join(given)})"
        return
    if name in ("smp_load_acquire", "smp_store_release") and given:
        place = f"*({given[0]})"
        if loads:
            yield "READ_ONCE()", ONCE, f"READ_ONCE({place})"
            yield "plain", NONE, f"({place})"
        else:
            yield "WRITE_ONCE()", ONCE, f"WRITE_ONCE({place}, {', '.join(given[1:])})"
            yield "plain", NONE, f"({place} = ({', '.join(given[1:])}))"
    elif name == "rcu_assign_pointer" and len(given) == 2:
        yield "WRITE_ONCE()", ONCE, f"WRITE_ONCE({given[0]}, {given[1]})"
        yield "plain", NONE, f"({given[0]} = ({given[1]}))"
    elif name in ("READ_ONCE", "ACCESS_ONCE") or name.startswith(("rcu_dereference", "srcu_dereference")):
        yield "plain", NONE, f"({given[0]})" if given else None
    elif name == "WRITE_ONCE" and len(given) == 2:
        yield "plain", NONE, f"({given[0]} = ({given[1]}))"


def stronger_marks(site: Site) -> Iterator[tuple[str, Tags, str]]:
    """The stronger forms of a load or store, weakest first: name, tags, text. None where the text is not understood."""
    tags = {step.instruction.tags for step in site.steps if isinstance(step.instruction, Load | Store)}
    if tags not in ({NONE}, {ONCE}):
        return
    plain = tags == {NONE}
    if isinstance(site.steps[0].instruction, Load):
        found = re.fullmatch(rf"(?:READ_ONCE|ACCESS_ONCE)\(({_LVALUE})\)|({_LVALUE})", site.text)
        if found is None:
            return
        place = found.group(1) or found.group(2)
        if plain:
            yield "READ_ONCE()", ONCE, f"READ_ONCE({place})"
        yield "smp_load_acquire()", frozenset({"ACQUIRE"}), f"smp_load_acquire(&{place})"
        return
    pattern = rf"WRITE_ONCE\(({_LVALUE}), (.+)\)|(?:ACCESS_ONCE\(({_LVALUE})\)|({_LVALUE})) = (.+)"
    found = re.fullmatch(pattern, site.text)
    if found is None:
        return
    place = found.group(1) or found.group(3) or found.group(4)
    value = found.group(2) or found.group(5)
    if plain:
        yield "WRITE_ONCE()", ONCE, f"WRITE_ONCE({place}, {value})"
    yield "smp_store_release()", frozenset({"RELEASE"}), f"smp_store_release(&{place}, {value})"


_LVALUE = r"\*?[A-Za-z_]\w*(?:->\w+|\.\w+|\[\w+\])*"
"""What names a place in memory, in the simple cases."""

Atomic = tuple[str, Tags, Tags, str | None]
"""Name of the weaker form, tags of its read and of its write, its text."""


def weaker_atomics(site: Site, present: Tags) -> Iterator[Atomic]:
    """The forms of a read-modify-write with less order, weakest last; ``present``: the order that it has."""
    if present & {"SC", "ACQ", "REL", "ACQ_REL"}:
        text = re.sub(r"memory_order_\w+", "memory_order_relaxed", site.text)
        yield "memory_order_relaxed", RELAXED, RELAXED, text if text != site.text else None
    elif "MB" in present:
        yield "acquire", frozenset({"ACQUIRE"}), ONCE, _suffixed(site, "_acquire")
        yield "release", ONCE, frozenset({"RELEASE"}), _suffixed(site, "_release")
        yield "relaxed", ONCE, ONCE, _suffixed(site, "_relaxed")
    elif present & {"ACQUIRE", "RELEASE"}:
        yield "relaxed", ONCE, ONCE, _suffixed(site, "_relaxed")


def _suffixed(site: Site, suffix: str) -> str | None:
    """The operation with another suffix for its order, where the kernel's interface has one."""
    if not re.fullmatch(r"(atomic(_long|64)?_(\w+_return|fetch_\w+|xchg|cmpxchg)|cmpxchg|xchg)", site.name):
        base = re.sub(r"_(acquire|release)$", "", site.name)
        if base == site.name or suffix != "_relaxed":
            return None
        return site.text.replace(site.name, f"{base}_relaxed", 1)
    return site.text.replace(site.name, site.name + suffix, 1)


def unmarked(site: Site) -> str | None:
    """A read-modify-write as a load and a store, where the interface has such a form: those on bits have."""
    if re.fullmatch(r"(set|clear|change|test_and_set|test_and_clear|test_and_change)_bit", site.name):
        return "__" + site.text
    if re.fullmatch(r"(Set|Clear)Page\w+", site.name):
        return "__" + site.text
    return None
