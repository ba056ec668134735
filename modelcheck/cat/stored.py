"""A compiled model as plain data, and back: numbers, strings and lists, in which nothing can be executed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from modelcheck.cat.axioms import Axiom
from modelcheck.cat.model import Model
from modelcheck.cat.nodes import Node, Recursion, Terms
from modelcheck.cat.syntax import Place

_OPERANDS: Final = {
    "base": 0,
    "empty": 0,
    "var": 0,
    "fix": 0,
    "diff": 2,
    "product": 2,
    **dict.fromkeys(("inverse", "opt", "star", "plus", "identity", "domain", "range"), 1),
}
"""How many operands the terms have whose number is fixed."""

_SEVERAL: Final = ("union", "inter", "seq")


def plain(model: Model) -> dict[str, Any]:
    """``model`` as data that JSON can hold: terms go by their place in a list in which operands come first."""
    axioms = (*model.axioms, *model.flag_axioms.values())
    nodes = _in_order((*(axiom.node for axiom in axioms), *model.named.values(), *model.labels))
    number = {node: at for at, node in enumerate(nodes)}
    recursions = list(dict.fromkeys(node.recursion for node in nodes if node.recursion is not None))
    place = {id(recursion): at for at, recursion in enumerate(recursions)}

    def numbers(several: Iterable[Node]) -> list[int]:
        return [number[node] for node in several]

    def axiom(one: Axiom) -> list[Any]:
        at = [one.place.file, one.place.line, one.place.column]
        return [one.name, one.test, one.negated, one.flag, number[one.node], at, one.choice]

    return {
        "name": model.name,
        "terms": [
            [n.op, numbers(n.args), n.name, n.is_set, -1 if n.recursion is None else place[id(n.recursion)], n.index]
            for n in nodes
        ],
        "recursions": [[numbers(r.variables), numbers(r.bodies)] for r in recursions],
        "axioms": [axiom(one) for one in model.axioms],
        "flags": [[name, axiom(one)] for name, one in model.flag_axioms.items()],
        "named": {name: number[node] for name, node in model.named.items()},
        "labels": [[number[node], label] for node, label in model.labels.items()],
        "coherent": model.coherent,
        "atomic": model.atomic,
        "declared": sorted(model.declared),
        "recursive": sorted(model.recursive),
    }


def _in_order(roots: Iterable[Node]) -> list[Node]:
    """The terms that ``roots`` are made of, and they themselves; what one rests on comes before it."""
    found: dict[Node, None] = {}
    todo = [(root, False) for root in roots]
    while todo:
        node, ready = todo.pop()
        if node in found:
            continue
        if ready:
            found[node] = None
            continue
        todo.append((node, True))
        inner = node.args
        if node.op == "fix" and node.recursion is not None:
            inner = (*node.recursion.variables, *node.recursion.bodies)
        todo.extend((one, False) for one in inner)
    return list(found)


def model_of(data: Mapping[str, Any]) -> Model:
    """The model that `plain` made ``data`` of. Raises ValueError, TypeError, LookupError or AttributeError for what is
    no such data."""
    nodes = _terms(data["terms"], data["recursions"])

    def axiom(written: Sequence[Any]) -> Axiom:
        name, test, negated, flag, node, at, choice = written
        if test not in ("acyclic", "irreflexive", "empty"):
            raise ValueError(test)
        return Axiom(str(name), test, negated is True, flag is True, nodes[node], Place(*at), choice is True)

    return Model(
        str(data["name"]),
        tuple(map(axiom, data["axioms"])),
        {str(name): axiom(one) for name, one in data["flags"]},
        {str(name): nodes[node] for name, node in data["named"].items()},
        {nodes[node]: str(label) for node, label in data["labels"]},
        data["coherent"] is True,
        data["atomic"] is True,
        frozenset(map(str, data["declared"])),
        frozenset(map(str, data["recursive"])),
    )


def _terms(written: Sequence[Sequence[Any]], of: Sequence[Sequence[Sequence[int]]]) -> list[Node]:
    terms = Terms()
    recursions = [Recursion() for _ in of]
    closed = [False for _ in of]
    nodes: list[Node] = []
    for op, args, name, is_set, recursion, index in written:
        if op not in _SEVERAL and len(args) != _OPERANDS[op]:
            raise ValueError(op)
        own = None if recursion < 0 else recursions[recursion]
        if op == "fix" and own is not None and not closed[recursion]:
            variables, bodies = ([nodes[at] for at in several] for several in of[recursion])
            own.variables = tuple(variables)
            terms.close(own, bodies)
            closed[recursion] = True
        inner = tuple(nodes[at] for at in args)
        nodes.append(terms.make(op, inner, name=str(name), is_set=is_set is True, recursion=own, index=int(index)))
    return nodes
