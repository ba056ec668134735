"""How weaker forms of an operation are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelcheck.auditing.names import arguments
from modelcheck.auditing.sites import Site
from modelcheck.program.ir import NONE, Load, Rmw, Store, Tags

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


def stronger_marks(site: Site) -> Iterator[Mark]:
    """The stronger forms of a load or store, weakest first. None where the text is not understood."""
    tags = {step.instruction.tags for step in site.steps if isinstance(step.instruction, Load | Store)}
    if tags not in ({NONE}, {ONCE}):
        return
    plain = tags == {NONE}
    load = isinstance(site.steps[0].instruction, Load)
    text = site.text.rstrip("; ")
    name, given = site.name, arguments(text)
    if not plain and _ATOMIC_ACCESS.fullmatch(name):
        form, tag = ("_acquire", "ACQUIRE") if load else ("_release", "RELEASE")
        yield f"{name}{form}()", frozenset({tag}), f"{name}{form}({', '.join(given)})"
        return
    if load:
        place = given[0] if not plain and name in _ONCE and len(given) == 1 else text if plain else ""
        if not _is_place(place):
            return
        if plain:
            yield "READ_ONCE()", ONCE, f"READ_ONCE({place})"
        yield "smp_load_acquire()", frozenset({"ACQUIRE"}), f"smp_load_acquire({_address(place)})"
        return
    place, value = _assigned(text)
    if not plain and name == "WRITE_ONCE" and len(given) == 2:
        place, value = given
    elif not plain and name == "ACCESS_ONCE":
        place = arguments(place)[0] if arguments(place) else ""
    if not _is_place(place) or not value:
        return
    if plain:
        yield "WRITE_ONCE()", ONCE, f"WRITE_ONCE({place}, {value})"
    yield "smp_store_release()", frozenset({"RELEASE"}), f"smp_store_release({_address(place)}, {value})"


_ONCE = ("READ_ONCE", "ACCESS_ONCE")
_ATOMIC_ACCESS = re.compile(r"atomic(?:_long|64)?_(?:read|set)")


def _is_place(text: str) -> bool:
    """Whether ``text`` can name a place in memory: what is no list, assignment or arithmetic at its top."""
    return re.match(r"[A-Za-z_*(]", text) is not None and not re.search(r"[=,;?<>+/%|^!&-]", _top(text.lstrip("*")))


def _address(place: str) -> str:
    """The address of ``place``, as it is written."""
    return place[1:] if re.fullmatch(r"\*\w+", place) else f"&{place}"


def _assigned(text: str) -> tuple[str, str]:
    """The two sides of an assignment; empty where ``text`` is none."""
    top = _top(text, blank=True)
    found = re.search(r"(?<![=!<>+*/%&|^-])=(?!=)", top)
    return ("", "") if found is None else (text[: found.start()].strip(), text[found.end() :].strip())


def _top(text: str, blank: bool = False) -> str:
    """``text`` without what stands in brackets, and without ``->``; ``blank``: with spaces in its place."""
    found, depth = [], 0
    for index, letter in enumerate(text):
        depth -= letter in ")]}"
        arrow = text[index : index + 2] == "->" or text[max(index - 1, 0) : index + 1] == "->"
        found.append(letter if not depth and not arrow else " " if blank else "")
        depth += letter in "([{"
    return "".join(found)


def stronger_atomics(site: Site) -> Iterator[Atomic]:
    """The forms of a read-modify-write with more order, weakest first."""
    tags = {
        step.instruction.read_tags | step.instruction.write_tags
        for step in site.steps
        if isinstance(step.instruction, Rmw)
    }
    name = site.name
    if name == "clear_bit" and tags == {frozenset({"NORETURN"})}:
        text = site.text.replace(name, "clear_bit_unlock", 1)
        yield "clear_bit_unlock()", ONCE, frozenset({"RELEASE"}), text
    elif name.endswith("_relaxed") and tags == {ONCE}:
        base = name.removesuffix("_relaxed")
        for form, read, write in (("_acquire", "ACQUIRE", "ONCE"), ("_release", "ONCE", "RELEASE")):
            yield f"{base}{form}()", frozenset({read}), frozenset({write}), site.text.replace(name, base + form, 1)


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
