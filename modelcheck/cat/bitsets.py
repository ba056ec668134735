"""Sets of events as Python integers, and relations as rows of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Rows = dict[int, int]
"""A relation: event -> bitset of its successors. Only rows that are not empty are there."""


def bits(members: int) -> Iterator[int]:
    """The members of a bitset, smallest first."""
    while members:
        low = members & -members
        yield low.bit_length() - 1
        members ^= low


def image(rows: Mapping[int, int], members: int) -> int:
    """The successors of ``members``."""
    result = 0
    get = rows.get
    while members:
        low = members & -members
        members ^= low
        result |= get(low.bit_length() - 1, 0)
    return result


def reach(rows: Mapping[int, int], members: int) -> int:
    """``members`` and everything that a path leads to."""
    seen = todo = members
    get = rows.get
    while todo:
        low = todo & -todo
        todo ^= low
        new = get(low.bit_length() - 1, 0) & ~seen
        seen |= new
        todo |= new
    return seen


def identity(members: int) -> Rows:
    """[S]."""
    return {event: 1 << event for event in bits(members)}


def inverse(rows: Mapping[int, int]) -> Rows:
    """Every pair turned round."""
    result: Rows = {}
    get = result.get
    for a, row in rows.items():
        mark = 1 << a
        while row:
            low = row & -row
            row ^= low
            b = low.bit_length() - 1
            result[b] = get(b, 0) | mark
    return result


def union(left: Mapping[int, int], right: Mapping[int, int]) -> Rows:
    """All pairs of both."""
    if len(left) < len(right):
        left, right = right, left
    result = dict(left)
    for a, row in right.items():
        result[a] = result.get(a, 0) | row
    return result


def inter(left: Mapping[int, int], right: Mapping[int, int]) -> Rows:
    """The pairs that are in both."""
    if len(left) > len(right):
        left, right = right, left
    get = right.get
    return {a: both for a, row in left.items() if (both := row & get(a, 0))}


def diff(left: Mapping[int, int], right: Mapping[int, int]) -> Rows:
    """The pairs of ``left`` that are not in ``right``."""
    get = right.get
    return {a: rest for a, row in left.items() if (rest := row & ~get(a, 0))}


def restrict(rows: Mapping[int, int], sources: int | None, targets: int | None) -> Rows:
    """The pairs from ``sources`` to ``targets``; None stands for all events."""
    if sources is None:
        if targets is None:
            return dict(rows)
        return {a: rest for a, row in rows.items() if (rest := row & targets)}
    if targets is None:
        return {a: row for a, row in rows.items() if sources >> a & 1}
    return {a: rest for a, row in rows.items() if sources >> a & 1 and (rest := row & targets)}


def domain(rows: Mapping[int, int]) -> int:
    """Every event with a successor."""
    result = 0
    for a in rows:
        result |= 1 << a
    return result


def compose(left: Mapping[int, int], right: Mapping[int, int], transitive: bool = False) -> Rows:
    """``left ; right``. ``transitive``: ``right`` is, so that a row need not be merged after one that holds it."""
    if not left or not right:
        return {}
    # Few rows: looking up what has no successors costs less than finding out what has.
    within = -1 if 3 * len(left) < len(right) else domain(right)
    get = right.get
    result: Rows = {}
    seen: dict[int, int] = {}
    for a, row in left.items():
        todo = row & within
        if not todo:
            continue
        known = seen.get(todo)
        if known is not None:
            result[a] = known
            continue
        out = 0
        rest = todo
        if transitive:
            while rest:
                low = rest & -rest
                successors = get(low.bit_length() - 1, 0)
                out |= successors
                rest &= ~(successors | low)
        else:
            while rest:
                low = rest & -rest
                rest ^= low
                out |= get(low.bit_length() - 1, 0)
        if out:
            seen[todo] = result[a] = out
    return result


def closure(rows: Mapping[int, int]) -> Rows:
    """The transitive closure.

    Successors are finished before their predecessors where there is no cycle; only a relation with
    cycles pays for the cubic way.
    """
    result: Rows = {}
    done = 0
    active = 0
    for root in rows:
        if done >> root & 1:
            continue
        stack = [root]
        active |= 1 << root
        while stack:
            a = stack[-1]
            row = rows.get(a, 0)
            if row & active:
                return _closure_with_cycles(rows)
            todo = row & ~done
            if todo:
                b = (todo & -todo).bit_length() - 1
                if b not in rows:
                    done |= 1 << b
                    continue
                stack.append(b)
                active |= 1 << b
                continue
            out = row
            rest = row
            while rest:
                low = rest & -rest
                further = result.get(low.bit_length() - 1, 0)
                out |= further
                rest &= ~(further | low)
            if out:
                result[a] = out
            done |= 1 << a
            active ^= 1 << a
            stack.pop()
    return result


def _closure_with_cycles(rows: Mapping[int, int]) -> Rows:
    result = dict(rows)
    for k in rows:
        successors = result[k]
        mark = 1 << k
        for a, row in result.items():
            if row & mark:
                result[a] = row | successors
                if a == k:
                    successors = result[a]
    return result


def is_acyclic(rows: Mapping[int, int]) -> bool:
    """Whether no path leads back to where it began; by depth-first search, without the closure."""
    done = 0
    get = rows.get
    for root in rows:
        if done >> root & 1:
            continue
        stack = [root]
        active = 1 << root
        while stack:
            row = get(stack[-1], 0)
            if row & active:
                return False
            todo = row & ~done
            if todo:
                low = todo & -todo
                active |= low
                stack.append(low.bit_length() - 1)
            else:
                mark = 1 << stack.pop()
                done |= mark
                active ^= mark
    return True


def components(rows: Mapping[int, int]) -> list[int]:
    """The strongly connected components that hold a cycle, as bitsets."""
    backward = inverse(rows)
    left = domain(rows)
    result = []
    while left:
        a = (left & -left).bit_length() - 1
        component = reach(rows, 1 << a) & reach(backward, 1 << a)
        left &= ~component
        if component.bit_count() > 1 or rows.get(a, 0) >> a & 1:
            result.append(component)
    return result
