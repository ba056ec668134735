"""What a file says beside its definitions: what runs by itself, other names of things, and what is not modelled.

A compiler and a linker act on these without any statement of the program naming them, so that nothing that is lowered
would show that one was left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from modelcheck.frontend.c import attributes
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.translation import Diagnostic


@frozen
class Hook:
    """A function that runs before main() (``constructor``) or after it (``destructor``), lower priorities outermost."""

    which: str
    priority: int
    function: str


@frozen
class Problem:
    """Something that changes the meaning of the whole program and is not modelled, where clang says it is."""

    reason: str
    file: str
    line: int
    column: int


@frozen(eq=False)
class Beside:
    """What there is of it in one file.

    Attributes:
        hooks: in the order of their definitions.
        aliases: names of functions and variables that stand for another one, by name.
        problems: in no order.
        names: the functions of the Competition on Software Verification that are called in it. See `competition`.
    """

    hooks: tuple[Hook, ...] = ()
    aliases: Mapping[str, str] = field(factory=dict)
    problems: tuple[Problem, ...] = ()
    names: frozenset[str] = frozenset()


def beside(
    top: Sequence[cl.Cursor],
    diagnostics: Iterable[Diagnostic],
    read: Mapping[str, bytes],
    ours: Callable[[str], bool],
    kernel: bool = False,
) -> Beside:
    """What a parsed file says beside its definitions.

    Args:
        top: its declarations.
        diagnostics: clang's messages about it.
        read: the files that it was made of, by name.
        ours: whether a file is a header of ours, which says nothing of the kind.
        kernel: it is a file of a kernel tree, whose start-up is not part of any program here: a scenario calls what it
            wants of it.
    """
    texts = {name: data for name, data in read.items() if not ours(name)}
    problems = [*_told(diagnostics, texts), *_pragmas(texts), *_assembly(top, texts, kernel)]
    if not any(_WORDS.search(data) for data in texts.values()):
        return Beside(problems=tuple(problems), names=_competition(texts))
    when: dict[str, dict[tuple[str, int], None]] = {}
    aliases: dict[str, str] = {}
    for cursor in top:
        if cursor.kind not in (cl.FUNCTION_DECL, cl.VAR_DECL):
            continue
        place = cl.expansion(cl.lib.clang_getRangeStart(cl.lib.clang_getCursorExtent(cursor)))
        if cl.file_name(place[0]) not in texts:
            continue
        name = cl.text(cl.lib.clang_getCursorSpelling(cursor))
        target = attributes.alias_of(cursor)
        if target is not None:
            aliases[name] = target
        for section in attributes.sections(cursor):
            if _RUN_BY_SECTION.match(section) and not kernel:
                problems.append(_at(f"{name} is put in {section}, which is run, or looked through, by itself", place))
        if cursor.kind == cl.FUNCTION_DECL:
            found = when.setdefault(name, {})
            found.update(dict.fromkeys(attributes.runs(cursor)))
            if not found and not {"constructor", "destructor"}.isdisjoint(attributes.names(cursor)):
                problems.append(_at(f"the priority with which {name}() runs cannot be told", place))
    defined = (
        cl.text(cl.lib.clang_getCursorSpelling(cursor))
        for cursor in top
        if cursor.kind == cl.FUNCTION_DECL and cl.lib.clang_isCursorDefinition(cursor)
    )
    hooks = [Hook(which, priority, name) for name in defined for which, priority in when.get(name, ())]
    return Beside(tuple(hooks), aliases, tuple(problems), _competition(texts))


def _competition(texts: Mapping[str, bytes]) -> frozenset[str]:
    return frozenset(found.decode() for data in texts.values() for found in _SV_COMP.findall(data))


def _at(reason: str, place: tuple[int | None, int, int]) -> Problem:
    return Problem(reason, cl.file_name(place[0]), place[1], place[2])


def _told(diagnostics: Iterable[Diagnostic], texts: Mapping[str, bytes]) -> Iterator[Problem]:
    """What clang passes over and another compiler does not."""
    for one in diagnostics:
        if one.severity >= 3 or one.file not in texts:
            continue
        attribute = _ATTRIBUTE.search(one.message)
        reason = ""
        if one.message == "unknown pragma ignored":
            line = texts[one.file].decode("utf-8", "replace").split("\n")[one.line - 1]
            pragma = _PRAGMA_IN_LINE.search(line)
            words = pragma.group(1).strip() if pragma else line.strip()
            reason = "" if _IDLE_PRAGMA.match(words) else f"the pragma {words} is not known here"
        elif one.message.startswith("unexpected '#pragma"):
            reason = f"{one.message.split(chr(39))[1]} is not supported"
        elif attribute is not None:
            reason = attributes.strange([attribute.group(1)])
        if reason:
            yield Problem(reason, one.file, one.line, one.column)


def _pragmas(texts: Mapping[str, bytes]) -> Iterator[Problem]:
    """Pragmas that clang gives a meaning to without a trace that libclang shows."""
    for file, data in texts.items():
        for found in _RENAMING.finditer(data):
            word = (found.group(1) or found.group(2)).decode()
            line = data.count(b"\n", 0, found.start()) + 1
            yield Problem(f"the pragma {word} is not supported; use the attribute instead", file, line, 1)


def _assembly(top: Sequence[cl.Cursor], texts: Mapping[str, bytes], kernel: bool) -> Iterator[Problem]:
    for cursor in top:
        if cursor.kind == cl.UNEXPOSED_DECL:
            printed = cl.text(cl.lib.clang_getCursorPrettyPrinted(cursor, None))
            if printed.startswith(("asm", "__asm")) and not _idle(printed, kernel):
                place = cl.expansion(cl.lib.clang_getRangeStart(cl.lib.clang_getCursorExtent(cursor)))
                if cl.file_name(place[0]) in texts:
                    yield _at("assembly outside of functions is not supported", place)


def _idle(printed: str, kernel: bool) -> bool:
    """Whether assembly at file scope only puts data somewhere that no C gives: what names it finds no definition, and
    is refused. Of a kernel tree, no section runs by itself."""
    text = "".join(_QUOTED.findall(printed)).replace("\\n", "\n").replace("\\t", " ").replace('\\"', '"')
    statements = (_LABEL.sub("", part).strip() for line in text.split("\n") for part in line.split(";"))
    return all(
        not part or part.startswith("#") or (_DATA.match(part) and (kernel or not _RUN_WITHIN.search(part)))
        for part in statements
    )


_SV_COMP: Final = re.compile(rb"\b(reach_error|__VERIFIER_\w+)[ \t]*\(")
_WORDS: Final = re.compile(rb"constructor|destructor|alias|section")
_RUN_BY_SECTION: Final = re.compile(
    r"\.(?:(?:preinit_array|init_array|fini_array|ctors|dtors|initcall\w*)(?:\.|$)|(?:init|fini)$)"
)
_RUN_WITHIN: Final = re.compile(r"\.(?:preinit_array|init_array|fini_array|ctors|dtors|initcall|init\b|fini\b)")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_LABEL: Final = re.compile(r"^\s*(?:[\w.$]+:\s*)+")
_DATA: Final = re.compile(
    r"\.(?:(?:push|pop)?section|previous|subsection|data|rodata|bss|text|(?:p2|b)?align|org|global|globl|hidden|local|type|size"
    r"|byte|short|hword|word|long|int|quad|octa|value|string|asciz|ascii|zero|skip|space|fill|ident|file|loc|incbin|symver"
    r"|cfi_\w+)\b"
)
"""Directives that make no code, and give no name to what has another one in C."""
_ATTRIBUTE: Final = re.compile(
    r"^(?:unknown )?(?:attribute )?'(?:__attribute__\(\()?([\w:]+)\W*'(?: attribute)? (?:ignored|only|is)"
)
_PRAGMA_IN_LINE: Final = re.compile(r"pragma\W+(.*)")
_IDLE_PRAGMA: Final = re.compile(
    r"(?:region|endregion|mark|comment|message|ident|warning|once|pop|push|inline|forceinline|noinline|intrinsic|function"
    r"|ivdep|vector|novector|simd|unroll|nounroll|loop|optimize|hdrstop|managed|runtime_checks|check_stack|auto_inline"
    r"|GCC\W+(?:optimize|target|push_options|pop_options|reset_options|ivdep|unroll|novector|diagnostic|warning|error"
    r"|system_header|visibility|poison|dependency|pch_preprocess)|clang\W+(?:loop|diagnostic|optimize|fp)"
    r"|STDC\W+(?:FENV_ACCESS|FENV_ROUND|FP_CONTRACT|CX_LIMITED_RANGE))\b"
)
"""Pragmas that hint at how code is made or what to warn of, and those for floating point, which is refused itself."""
_RENAMING: Final = re.compile(
    rb"^[ \t]*#[ \t]*pragma[ \t]+(weak|redefine_extname)\b|_Pragma[ \t]*\([ \t]*\"[ \t]*(weak|redefine_extname)\b", re.M
)
