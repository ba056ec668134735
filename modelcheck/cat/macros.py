"""Primitives of a macro file as C macros over the front end's intrinsics, for the litmus front end to read.

A litmus test is untyped: every location is a word of 8 bytes, and a parameter is the address of one. A place that a
definition names is an lvalue (``X`` or ``*X``) for a load and a store; for all other operations it is an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from modelcheck.cat.definitions import OPERATORS, Primitive, Step

WORD = 8

DECLARATIONS: Final = """\
long __mc_load(), __mc_rmw(), __mc_rmw_if(), __mc_choose(), __mc_self();
long __mc_cookie();
void __mc_store(), __mc_rmw_await(), __mc_fence(), __mc_fence_at(), __mc_unlock(), __mc_guess();
"""
"""The front end's intrinsics that the macros use."""

_OPERATION = re.compile(r"__\w+")


def header(primitives: Mapping[str, Primitive]) -> str:
    """The text that goes before the threads of a litmus test: declarations, then a macro for each primitive."""
    return DECLARATIONS + as_c(primitives)


def as_c(primitives: Mapping[str, Primitive]) -> str:
    """A ``#define`` for each primitive, one a line, in the order of their definitions."""
    return "".join(f"#define {_head(p)} {_body(p)}\n" for p in primitives.values())


def _head(primitive: Primitive) -> str:
    return f"{primitive.name}({', '.join(primitive.parameters)})"


def _body(primitive: Primitive) -> str:
    pieces: list[str] = []
    steps = iter(primitive.steps)
    position = 0
    while found := _OPERATION.search(primitive.body, position):
        step = next(steps)
        pieces += [_plain(primitive.body[position : found.start()], primitive), _operation(step, primitive)]
        position = _behind(primitive.body, found.end())
    pieces.append(_plain(primitive.body[position:], primitive))
    text = "".join(pieces).strip()
    return f"({text})" if primitive.value else f"({{ {text} }})"


def _behind(body: str, at: int) -> int:
    """Where the tag and the arguments of an operation end."""
    for opening, closing in ("{}", "()"):
        there = at + (body[at : at + 1] == " ")
        if body[there : there + 1] == opening:
            depth, at = 1, there + 1
            while depth:
                depth += {opening: 1, closing: -1}.get(body[at], 0)
                at += 1
    return at


def _plain(text: str, primitive: Primitive) -> str:
    """Text between operations: a parameter with a star before it is the word at that address."""
    if not primitive.parameters:
        return text
    names = "|".join(map(re.escape, primitive.parameters))
    return re.sub(rf"(?<![\w)])\s*\*\s*({names})\b", r"(*(long *)(\1))", text)


def _operation(step: Step, primitive: Primitive) -> str:
    given = [_plain(argument, primitive) for argument in step.arguments]
    read, write = step.event_tags
    place = f"({given[0]}), {WORD}" if given else ""
    match step.operation, given:
        case "load", [lvalue]:
            return f'__mc_load(&({lvalue}), {WORD}, "{read}")'
        case "store", [lvalue, value]:
            return f'__mc_store(&({lvalue}), {WORD}, ({value}), "{write}")'
        case "fence", []:
            return f'__mc_fence("{step.tag}")'
        case "xchg", [_, value]:
            return f'__mc_rmw({place}, "xchg", ({value}), "{read}", "{write}")'
        case "cmpxchg", [_, old, new]:
            return f'__mc_rmw_if({place}, "xchg", ({new}), "eq", ({old}), "{read}", "{write}", "ONCE")'
        case "atomic_op", [_, operator, value]:
            return f'((void)__mc_rmw({place}, "{OPERATORS[operator]}", ({value}), "{read}", "{write}"))'
        case "atomic_fetch_op", [_, operator, value]:
            return f'__mc_rmw({place}, "{OPERATORS[operator]}", ({value}), "{read}", "{write}")'
        case "atomic_op_return", [_, operator, value]:
            applied = "& ~" if operator == "&~" else operator
            old = f'__mc_rmw({place}, "{OPERATORS[operator]}", __mc_by, "{read}", "{write}")'
            return f"({{ long __mc_by = ({value}); {old} {applied} __mc_by; }})"
        case "atomic_add_unless", [_, value, bound]:
            old = f'__mc_rmw_if({place}, "add", ({value}), "ne", __mc_not, "{read}", "{write}", "ONCE")'
            return f"({{ long __mc_not = ({bound}); long __mc_old = {old}; (long)(__mc_old != __mc_not); }})"
        case "lock", [_]:
            return f'__mc_rmw_await({place}, "xchg", __mc_self() + 1, "eq", 0, "LKR", "LKW")'
        case "unlock", [_]:
            return f'__mc_unlock({place}, 0, "UL")'
        case "trylock", [_]:
            return f'(__mc_rmw_if({place}, "xchg", __mc_self() + 1, "eq", 0, "LKR", "LKW", "LF") == 0)'
        case "islocked", [_]:
            taken = f'__mc_word = __mc_load({place}, "RL"); __mc_guess(__mc_word != 0);'
            free = f'__mc_word = __mc_load({place}, "RU"); __mc_guess(__mc_word == 0);'
            choice = f"if (__mc_choose(2)) {{ {taken} }} else {{ {free} }}"
            return f"({{ long __mc_word; {choice} (long)(__mc_word != 0); }})"
        case "srcu", [where]:
            if step.tag == "Srcu-lock":
                # No access, in these files: what it gives is a cookie like no other.
                event = f'__mc_fence_at("{step.tag}", ({where}), __mc_new);'
                return f"({{ long __mc_new = __mc_cookie(); {event} __mc_new; }})"
            return f'__mc_fence_at("{step.tag}", ({where}))'
        case "srcu", [where, cookie]:
            return f'__mc_fence_at("{step.tag}", ({where}), ({cookie}))'
    raise AssertionError(step.operation)
