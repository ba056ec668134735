"""Which association a _Generic selects, where the types of its choices do not tell: libclang shows no type names.

They are read off the printed function. A name that is not understood is no match, and then no default is taken either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.libclang import lib


def association(body: cl.Node, node: cl.Node, typedefs: Mapping[str, str]) -> int | None:
    """The number of the association that ``node`` selects, None where it cannot be told.

    Args:
        body: the function that it stands in.
        node: the _Generic.
        typedefs: what the type names of the file stand for, canonical.
    """
    nodes = [inner.cursor.d1 for inner in body.walk() if inner.kind == cl.GENERIC]
    printed = list(_printed(cl.text(lib.clang_getCursorPrettyPrinted(body.cursor, None))))
    if len(nodes) != len(printed) or node.cursor.d1 not in nodes:
        return None
    names = printed[nodes.index(node.cursor.d1)]
    controlling = node.expressions()[0]
    canonical = lib.clang_getCanonicalType(lib.clang_getCursorType(controlling.cursor))
    wanted = _plain(cl.text(lib.clang_getTypeSpelling(canonical)))
    resolved = [name if name == "default" else _resolved(name, typedefs) for name in names]
    if wanted in resolved:
        return resolved.index(wanted)
    return resolved.index("default") if "default" in resolved and None not in resolved else None


def _printed(text: str) -> Iterator[list[str]]:
    """The type names of each _Generic of a printed function, in its order."""
    for found in re.finditer(r"\b_Generic\(", text):
        pieces = list(_split(text, found.end()))
        yield [piece.partition(":")[0].strip() for piece in pieces[1:]]


def _split(text: str, start: int) -> Iterator[str]:
    """The parts between commas from ``start`` up to the parenthesis that closes."""
    depth, begin, position = 0, start, start
    while position < len(text):
        sign = text[position]
        if sign in "\"'":
            quoted = _QUOTED.match(text, position)
            position = quoted.end() if quoted else len(text)
            continue
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        if depth < 0 or (sign == "," and not depth):
            yield text[begin:position]
            begin = position + 1
        if depth < 0:
            return
        position += 1


def _resolved(name: str, typedefs: Mapping[str, str]) -> str | None:
    """A type name in the canonical words, for what is a plain type or pointers to one; None for others."""
    base, stars, rest = name.partition("*")
    words = base.split()
    qualifiers = [word for word in words if word in _QUALIFIERS]
    plain = " ".join(word for word in words if word not in _QUALIFIERS)
    if plain in typedefs:
        meant = typedefs[plain]
        if "(" in meant or "[" in meant or (qualifiers and "*" in meant):
            return None
        plain = meant
    elif words and not (set(words) - set(_QUALIFIERS) <= _INTEGERS):
        if not re.fullmatch(r"(?:struct|union|enum) \w+", plain):
            return None
    else:
        plain = _INTEGER_NAMES.get(" ".join(sorted(plain.split())), plain)
    if set(rest) - set("* constvlaile"):
        return None
    return _plain(" ".join([*qualifiers, plain]) + (f" {stars}{rest}" if stars else ""))


def _plain(spelled: str) -> str:
    """A type as clang spells it, without qualifiers of its own."""
    spelled = re.sub(r"\s*\*\s*", " *", spelled).strip()
    if "*" in spelled:
        return (
            re.sub(r"(?:\s*\b(?:const|volatile|restrict)\b)+$", "", spelled).replace(" * *", " **").replace("* *", "**")
        )
    return " ".join(word for word in spelled.split() if word not in _QUALIFIERS)


_QUALIFIERS = ("const", "volatile", "restrict")
_INTEGERS = frozenset(("_Bool", "char", "short", "int", "long", "signed", "unsigned", "float", "double", "void"))
_INTEGER_NAMES = {
    " ".join(sorted(words.split())): name
    for name, several in {
        "short": ("short", "short int", "signed short", "signed short int"),
        "unsigned short": ("unsigned short", "unsigned short int"),
        "int": ("int", "signed", "signed int"),
        "unsigned int": ("unsigned", "unsigned int"),
        "long": ("long", "long int", "signed long", "signed long int"),
        "unsigned long": ("unsigned long", "unsigned long int"),
        "long long": ("long long", "long long int", "signed long long", "signed long long int"),
        "unsigned long long": ("unsigned long long", "unsigned long long int"),
        "signed char": ("signed char",),
        "unsigned char": ("unsigned char",),
    }.items()
    for words in several
}
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')
