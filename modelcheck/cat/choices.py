"""``with x from S``: choices of rf and co that a text makes, held to those that the execution has made.

herd7 gives a model an execution without sources for the events of locks, and its text chooses them. Here
every read has its source and every write its place in coherence before the model is asked. So a text that chooses
begins with names that lack the events of locks, as in herd7; each choice is the execution's own as far as it is
among those that the text offers; and at the end what the text has made of rf and co must be the execution's.
"""

from __future__ import annotations

from collections.abc import Mapping

from modelcheck.cat import syntax
from modelcheck.cat.nodes import Node, Terms
from modelcheck.cat.places import not_supported
from modelcheck.cat.values import Collection, Orders, Picks, Value

LOCK_READS = ("LKR", "LF", "RL", "RU")
LOCK_WRITES = ("LKW", "UL")


def lockless(terms: Terms) -> dict[str, Value]:
    """Names of an execution as herd7 gives it to a text that chooses for locks: those neither read nor write yet."""
    reads = terms.diff(terms.base_set("R"), terms.union([terms.base_set(t) for t in LOCK_READS]))
    writes = terms.diff(terms.base_set("W"), terms.union([terms.base_set(t) for t in LOCK_WRITES]))
    locks = terms.union([terms.base_set(t) for t in (*LOCK_READS, *LOCK_WRITES)])
    rf, co, rmw = (terms.base_relation(name) for name in ("rf", "co", "rmw"))
    on_reads, on_writes = terms.identity(reads), terms.identity(writes)
    return {
        "R": reads,
        "W": writes,
        "RMW": terms.diff(terms.base_set("RMW"), locks),
        "rf": terms.seq((rf, on_reads)),
        "co": terms.seq((on_writes, co, on_writes)),
        "rmw": terms.seq((on_reads, rmw, on_writes)),
    }


def chosen(
    terms: Terms, names: Mapping[str, Value], name: str, among: Value, at: syntax.Place
) -> tuple[Value, Node | None]:
    """What ``with name from among`` makes of ``name``, and what it must hold at least (None: nothing).

    Raises InputError where the choice is none of these: the solver chooses no other.
    """
    if isinstance(among, Collection) and len(among.members) == 1:
        return among.members[0], None
    if isinstance(among, Orders) and name.startswith("co"):
        written, co = _node(names, "W", terms.base_set("W")), terms.base_relation("co")
        if written is terms.base_set("W"):
            return co, among.least
        return terms.seq((terms.identity(written), co, terms.identity(written))), among.least
    if isinstance(among, Orders) and name.startswith("lo"):
        # The order of the operations of each lock: these are ordered like writes here.
        locks = terms.identity(terms.union([terms.base_set(tag) for tag in LOCK_WRITES]))
        return terms.seq((locks, terms.base_relation("co"), locks)), among.least
    if isinstance(among, Picks) and name.startswith(("rf", "co")):
        return terms.inter((among.union, terms.base_relation(name[:2]))), None
    raise not_supported("a choice of anything but rf and co (by a name that starts so) and linearisations", at)


def settle(terms: Terms, names: Mapping[str, Value]) -> tuple[dict[str, Value], Node]:
    """After a text that chose: names that stand for the execution's rf and co again, and what must be empty.

    That is the difference between the execution's rf, co and rmw and those that the text has made, as far as the reads
    go that the text counts, and the writes that it has put into co (an unlock without a section may be none).
    """
    result = dict(names)
    reads, writes = (terms.identity(_node(names, name, terms.base_set(name))) for name in ("R", "W"))
    order = _node(names, "co", terms.base_relation("co"))
    placed = terms.identity(terms.union((terms.domain(order), terms.range(order))))
    full = {
        "rf": terms.seq((terms.base_relation("rf"), reads)),
        "co": terms.seq((placed, terms.base_relation("co"), placed)),
    }
    differences: list[Node] = []
    for name, relation in full.items():
        made = _node(names, name, relation)
        differences += [terms.diff(made, terms.base_relation(name)), terms.diff(relation, made)]
        result[name] = terms.base_relation(name)
    made = _node(names, "rmw", terms.base_relation("rmw"))
    rmw = terms.base_relation("rmw")
    differences += [terms.diff(made, rmw), terms.diff(terms.seq((reads, rmw, writes)), made)]
    result["rmw"] = rmw
    rf, co, ext, internal = (terms.base_relation(name) for name in ("rf", "co", "ext", "int"))
    fr = terms.seq((terms.inverse(rf), co))
    for name, relation in (("rf", rf), ("co", co), ("fr", fr)):
        result[name] = relation
        result[f"{name}e"] = terms.inter((relation, ext))
        result[f"{name}i"] = terms.inter((relation, internal))
    result["com"] = terms.union((rf, co, fr))
    return result, terms.union(differences)


def _node(names: Mapping[str, Value], name: str, default: Node) -> Node:
    value = names.get(name)
    return value if isinstance(value, Node) else default
