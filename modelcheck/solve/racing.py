"""Pairs of accesses that the model's own flags are asked about: races, frees that nothing orders, what is watched."""

from __future__ import annotations

from modelcheck.cat import Model
from modelcheck.program.ir import WATCHED, Source
from modelcheck.program.places import told
from modelcheck.solve.encode import Encoding
from modelcheck.solve.sat import NO
from modelcheck.solve.shapes import overtaken

WATCHED_ACCESS = "watched-access"
"""The flag of a model that pairs what is watched with the accesses that are concurrent with it."""


def watched_access(name: str, kind: str, source: Source, stack: tuple[Source, ...]) -> str:
    """What is said where an access of ``kind`` there is concurrent with what is watched."""
    verb = "write" if kind == "W" else "read"
    return f"{name} is to be accessed exclusively, and the {verb} at {told(source, stack)} is concurrent"


def frees_race(model: Model) -> bool:
    """Whether a free that races with an access by ``model``'s own flag is to be reported: where a read cannot be late
    enough to see what a later step of its thread leads to, but the language leaves such a race without a meaning."""
    return "data-race" in model.flag_names and not overtaken(model)


def unordered_free(kind: str, name: str, source: Source, stack: tuple[Source, ...], scope: bool) -> str:
    """What is said of an access of ``kind`` (R or W) to the cell ``name`` that a free there, or the end of a local's
    ``scope``, races with."""
    verb = "write to" if kind == "W" else "read of"
    end = "its scope is left" if scope else "it is freed"
    return f"{verb} {name}, which nothing orders before {end} at {told(source, stack)}"


def late_property(scope: bool) -> str:
    """The property that a use after the end of an object breaks, of a local's ``scope`` or not."""
    return "use-after-scope" if scope else "use-after-free"


def conflicts(encoding: Encoding) -> dict[tuple[int, int], int]:
    """Pairs of accesses that may race, with the literal that both are executed and meet."""
    both: dict[tuple[int, int], int] = {}
    for one, other in _conflicts(encoding):
        literal = encoding.circuit.all_of(
            (encoding.executed[one], encoding.executed[other], encoding.same_place(one, other))
        )
        if literal != NO:
            both[one, other] = literal
    return both


def frees(encoding: Encoding, properties: frozenset[str]) -> dict[tuple[int, int], int]:
    """Pairs of an access and the end of its object's life by another thread, with the literal that both are
    executed; of locals only where ``properties`` ask for them, and of others too."""
    both: dict[tuple[int, int], int] = {}
    asked = [poison for poison in encoding.poison if late_property(encoding.events[poison].scope) in properties]
    for end, place in [(poison, place) for poison in asked for place in encoding.at[poison]]:
        for event in encoding.graph.events:
            if event.kind in ("R", "W") and not event.final and event.thread != encoding.events[end].thread:
                here = encoding.at.get(event.id, {}).get(place, NO)
                literal = encoding.circuit.all_of((encoding.executed[event.id], here, encoding.executed[end]))
                if literal != NO:
                    both[event.id, end] = literal
    return both


def watched(encoding: Encoding) -> dict[tuple[int, int], int]:
    """Pairs of what is watched and an access that it is watched for, with the literal that both are executed and
    meet."""
    pairs: dict[tuple[int, int], int] = {}
    for one in encoding.graph.events:
        if one.tags.isdisjoint(WATCHED) or one.final or encoding.executed[one.id] == NO:
            continue
        for other in encoding.graph.events:
            counts = other.kind == "W" or (other.kind == "R" and "Watch-all" in one.tags)
            if not counts or other.thread == one.thread or other.final or not other.tags.isdisjoint(WATCHED):
                continue
            both = encoding.executed[one.id], encoding.executed[other.id]
            if NO not in both and (same := encoding.same_place(one.id, other.id)) != NO:
                pairs[one.id, other.id] = encoding.circuit.all_of((*both, same))
    return pairs


def _conflicts(encoding: Encoding) -> list[tuple[int, int]]:
    """Pairs of accesses of two threads to one cell, one a write, one plain."""
    found: list[tuple[int, int]] = []
    accesses = [
        e for e in encoding.graph.events if e.kind in ("R", "W") and not e.final and encoding.executed[e.id] != NO
    ]
    for index, one in enumerate(accesses):
        for other in accesses[index + 1 :]:
            if one.thread == other.thread or "W" not in (one.kind, other.kind) or (one.tags and other.tags):
                continue
            if set(encoding.at[one.id]) & set(encoding.at[other.id]):
                found.append((one.id, other.id))
    return found
