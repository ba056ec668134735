"""Functions that a spec answers for: what stands in place of their bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from modelcheck.errors import InputError
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.builtins import builtin
from modelcheck.frontend.c.intrinsics import INTRINSICS
from modelcheck.frontend.c.types import VOID, CType, Signature
from modelcheck.frontend.c.unit import Unit

_INTEGERS: Final = {8: "unsigned char", 16: "unsigned short", 32: "unsigned int", 64: "unsigned long"}


def stub_text(stubs: Mapping[str, str], units: Iterable[Unit]) -> str:
    """C with a body for each function that ``units`` declare.

    ``any`` value is returned, ``nothing`` is done (and 0 returned), it must ``never`` be reached, or a number is
    returned. Types are integers as wide as what is declared. Raises `InputError` for a function that nobody declares or
    that is known by its name, whoever defines it, and where a struct or union goes in or out by value.
    """
    lines = [f"unsigned long {_ANY}(void);\n"]
    for name, signature in _declared(stubs, units).items():
        what = stubs[name]
        result = "void" if signature.result.kind == VOID else _integer(signature.result, name)
        parameters = [f"{_integer(type_, name)} p{number}" for number, type_ in enumerate(signature.params)]
        if what == "never":
            body = f'__mc_assert(0, "assertion", "{name}() must not be reached"); __mc_halt();'
        elif result == "void":
            body = ""
        elif what == "any":
            body = f"return ({result}){_ANY}();"
        else:
            body = f"return ({result})({0 if what == 'nothing' else what}L);"
        taken = ", ".join([*parameters, *(["..."] if signature.variadic and parameters else [])]) or "void"
        lines.append(f'{result} {name}({taken}) {{ __mc_assumes("stubs"); {body} }}\n')
    return "".join(lines)


def _declared(stubs: Mapping[str, str], units: Iterable[Unit]) -> dict[str, Signature]:
    found: dict[str, Signature] = {}
    for unit in units:
        for cursor in cl.children(unit.parsed.cursor):
            if cursor.kind == cl.FUNCTION_DECL:
                name = cl.text(cl.lib.clang_getCursorSpelling(cursor))
                if name in stubs and name not in found:
                    found[name] = unit.types.signature(unit.types.get(cl.lib.clang_getCursorType(cursor)))
    known = [name for name in stubs if name in INTRINSICS or builtin(name, lambda: True) is not None]
    if known:
        raise InputError(f"stubs: {known[0]}() is known by its name: what it does cannot be answered for")
    strange = [name for name in stubs if name not in found]
    if strange:
        raise InputError(f"stubs: no source declares {strange[0]}()")
    return found


def _integer(type_: CType, name: str) -> str:
    if not type_.scalar:
        raise InputError(f"stubs: {name}() takes or gives {type_.name} by value; give it a body in C")
    return _INTEGERS[max(8, type_.width)]


_ANY: Final = "__VERIFIER_nondet_ulong"
