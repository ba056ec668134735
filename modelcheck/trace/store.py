"""Trace files: JSON, the same bytes for the same trace, written whole or not at all, read back with suspicion."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from modelcheck.cat import BUILT_IN, load_model
from modelcheck.errors import InputError
from modelcheck.program.expr import UNDEFINED, Partial, Undefined, join_bytes
from modelcheck.program.ir import Source
from modelcheck.reading import file_content
from modelcheck.solve.result import Condition, ExecutedEvent, Execution, TouchedObject
from modelcheck.trace.judged import Edge, HeldAxiom, Judged, RaisedFlag, judge
from modelcheck.trace.trace import VERSION, Setting, SourceText, Trace
from modelcheck.trace.wellformed import complaints

_FORMAT: Final = "modelcheck trace"
_READ: Final = (1, 2)
_WIDTH: Final = 120
_LARGEST_FILE: Final = 64 << 20
_LARGEST_EXACT: Final = 1 << 53
"""Integers from here up are written as text: readers in other languages would round them."""

_LEFT_OUT: Final = ((None, "minimised"), ("execution", "partial"))
"""Keys, of the whole or of a part of it, that are there only where they say something; so is ``starts`` of a place."""


def trace_path(folder: Path, spec: str, scenario: str, variant: str, model: str) -> Path:
    """Where the trace of one cell of a spec's table is kept: ``FOLDER/SPEC/SCENARIO--VARIANT--MODEL.json``."""
    return folder / spec / f"{scenario}--{variant}--{model.replace('/', '_')}.json"


def to_bytes(trace: Trace) -> bytes:
    """``trace`` as the bytes of its file: a JSON object, its keys in order, one event a line."""
    document = {"format": _FORMAT, "version": VERSION, **_converter().unstructure(trace)}
    for place, key in _LEFT_OUT:
        of = document if place is None else document[place]
        if not of[key]:
            del of[key]
    return (_laid_out(document) + "\n").encode()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it finds all of ``content`` or what was there before.

    Makes the folders above it; follows links; what is there and no file (a device, a pipe) is written into. Raises
    `InputError` when the place cannot be written.
    """
    try:
        if path.is_symlink():
            path = path.resolve()
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(content)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            umask = os.umask(0)
            os.umask(umask)
            Path(temporary).chmod(0o666 & ~umask)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead round
        reason = error.strerror if isinstance(error, OSError) else "its links lead round"
        raise InputError(f"cannot be written: {reason}", str(path)) from None


def read_trace(path: Path) -> Trace:
    """Read a trace file. Raises `InputError` for whatever is not a whole, consistent trace of a known version.

    What an older version lacks is made up where that is possible, and else empty.
    """
    text = file_content(path, most=_LARGEST_FILE)
    return parse_trace(text, str(path))


def parse_trace(text: bytes, name: str) -> Trace:
    """The trace in the content of a trace file that is called ``name``; as `read_trace`."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"is no JSON (cut short?): {error.msg}", name, error.lineno, error.colno) from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise InputError("is no JSON that a trace could be", name) from None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise InputError("is no trace of modelcheck", name)
    version = document.get("version")
    if version not in _READ or isinstance(version, bool):
        known = " and ".join(map(str, _READ))
        raise InputError(f"has version {str(version)[:20]!s}; this modelcheck reads versions {known}", name)
    content = {"minimised": [], **{k: v for k, v in document.items() if k not in ("format", "version")}}
    if isinstance(content.get("execution"), dict):
        content["execution"] = {"partial": False, **content["execution"]}
    try:
        trace = _converter(whole=version == VERSION).structure(content, Trace)
    except (cattrs.BaseValidationError, _DamageError, RecursionError) as error:
        raise InputError(f"is damaged: {_first(error)}", name) from None
    for complaint in chain(_inconsistent(trace), complaints(trace.execution)):
        raise InputError(f"is damaged: {complaint}", name)
    if version != VERSION and trace.model in BUILT_IN and trace.execution.events:
        trace = attrs.evolve(trace, judged=judge(trace.execution, load_model(trace.model)))
    return trace


# ---------------------------------------------------------------- layout


def _laid_out(value: Any, indent: str = "") -> str:
    """JSON with what is long spread over lines; a dictionary in a list (an event) stays on one."""
    compact = _compact(value)
    if isinstance(value, dict) and (not indent or len(compact) > _WIDTH):
        deeper = indent + " "
        items = [
            f"{deeper}{_compact(key)}: {_laid_out(item, deeper)}"
            for key, item in sorted(value.items(), key=_numbers_by_size)
        ]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        lines = [f"{indent} {_compact(item)}" for item in value]
        return "[\n" + ",\n".join(lines) + f"\n{indent}]"
    return compact


def _compact(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _numbers_by_size(item: tuple[str, Any]) -> tuple[int, str]:
    """Keys that are line numbers in their order, others by the alphabet."""
    key = str(item[0])
    return int(key) if key.isdecimal() else -1, key


# ---------------------------------------------------------------- types


class _DamageError(ValueError):
    pass


def _integer(value: Any, _: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _DamageError("an integer is missing")
    return value


def _text(value: Any, _: Any) -> str:
    if not isinstance(value, str):
        raise _DamageError("a text is missing")
    return value


def _flag(value: Any, _: Any) -> bool:
    if not isinstance(value, bool):
        raise _DamageError("a truth value is missing")
    return value


_PARTIAL: Final = re.compile(r"0x([0-9a-f]{2}|\?\?){2,16}")
"""A value of which some bytes are undefined, the highest first."""


def _big_out(value: Any) -> Any:
    if isinstance(value, Partial):
        return "0x" + "".join(f"{one:02x}" if isinstance(one, int) else "??" for one in reversed(value.bytes))
    if isinstance(value, Undefined):
        return "undefined"
    return hex(value) if isinstance(value, int) and value >= _LARGEST_EXACT else value


def _big(value: Any, _: Any) -> Any:
    if value is None:
        return None
    if value == "undefined":
        return UNDEFINED
    if isinstance(value, str) and "?" in value:
        if not _PARTIAL.fullmatch(value):
            raise _DamageError("a value is no integer")
        return join_bytes([UNDEFINED if one == "??" else int(one, 16) for one in re.findall("..", value)[:0:-1]])
    if isinstance(value, str):
        if not value.startswith("0x") or len(value) > 18:
            raise _DamageError("a value is no integer")
        return int(value, 16)
    return _integer(value, int)


def _pairs(value: Any, _: Any) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list):
        raise _DamageError("a relation is missing")
    result = []
    for pair in value:
        if not (isinstance(pair, list) and len(pair) == 2):
            raise _DamageError("a relation holds something that is no pair")
        result.append((_integer(pair[0], int), _integer(pair[1], int)))
    return tuple(result)


def _lines(value: Any, _: Any) -> Mapping[int, str]:
    if not isinstance(value, dict) or not all(isinstance(v, str) and k.isdecimal() for k, v in value.items()):
        raise _DamageError("source lines are missing")
    return {int(k): v for k, v in value.items()}


def _texts(value: Any, _: Any) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise _DamageError("texts by name are missing")
    return dict(value)


def _converter(whole: bool = True) -> cattrs.Converter:
    """Reads and writes traces; ``whole``: every field must be there."""
    converter = cattrs.Converter(forbid_extra_keys=True)
    for kind, hook in ((int, _integer), (str, _text), (bool, _flag)):
        converter.register_structure_hook(kind, hook)

    starts = attrs.fields(Source).starts

    def checked(cls: type) -> None:
        build: Any = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True)

        def structure(value: Any, kind: Any) -> Any:
            if not isinstance(value, dict):
                raise _DamageError(f"{cls.__name__} is missing")
            for field in attrs.fields(cls) if whole else ():
                if field.name not in value and field is not starts:
                    raise _DamageError(f"{field.name} is missing")
            return build(value, kind)

        converter.register_structure_hook(cls, structure)

    def sequence(kind: Any) -> Any:
        element = kind.__args__[0]

        def structure(value: Any, _: Any) -> tuple[Any, ...]:
            if not isinstance(value, list):
                raise _DamageError("a list is missing")
            return tuple(converter.structure(item, element) for item in value)

        return structure

    converter.register_structure_hook_factory(lambda k: getattr(k, "__origin__", None) is tuple, sequence)
    converter.register_structure_hook_func(lambda k: k == tuple[tuple[int, int], ...], _pairs)
    converter.register_structure_hook_func(lambda k: k in (int | None, int | Undefined | None), _big)
    converter.register_structure_hook_func(lambda k: k == Mapping[int, str], _lines)
    converter.register_structure_hook_func(lambda k: k == Mapping[str, str], _texts)
    converter.register_unstructure_hook_func(lambda k: k in (int | None, int | Undefined | None), _big_out)
    converter.register_unstructure_hook_func(lambda k: k == frozenset[str], sorted)
    converter.register_unstructure_hook_func(
        lambda k: k == Mapping[int, str], lambda lines: {str(number): line for number, line in lines.items()}
    )
    converter.register_unstructure_hook_func(
        lambda k: getattr(k, "__origin__", None) is tuple, lambda v: [converter.unstructure(item) for item in v]
    )
    converter.register_unstructure_hook(
        Source, make_dict_unstructure_fn(Source, converter, starts=override(omit_if_default=True))
    )
    judgement = (HeldAxiom, RaisedFlag, Edge, Judged)
    for cls in (Source, ExecutedEvent, Condition, SourceText, TouchedObject, Execution, *judgement, Setting, Trace):
        checked(cls)
    return converter


def _first(error: BaseException) -> str:
    """The first leaf of a tree of validation errors, in words, with the keys that lead to it."""
    keys: list[str] = []
    while True:
        for note in getattr(error, "__notes__", ()):
            if isinstance(note, cattrs.AttributeValidationNote | cattrs.IterableValidationNote):
                keys.append(str(note.name if isinstance(note, cattrs.AttributeValidationNote) else note.index))
        if not isinstance(error, BaseExceptionGroup):
            break
        error = error.exceptions[0]
    where = f" at {'.'.join(keys)}" if keys else ""
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing{where}"
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        return f"it holds the unknown key '{min(error.extra_fields)}'{where}"
    if isinstance(error, _DamageError):
        return f"{error}{where}"
    return f"something does not fit{where}"


def _inconsistent(trace: Trace) -> Iterator[str]:
    execution, judged = trace.execution, trace.judged
    if trace.unroll < 1 or trace.recursion < 1:
        yield "its bounds are below 1"
    count = len(execution.events)
    for index, event in enumerate(execution.events):
        if event.id != index:
            yield f"event {index} says that it is {event.id}"
        if not -1 <= event.thread < len(execution.threads):
            yield f"event {index} is of the unknown thread {event.thread}"
    for name in ("rf", "co", "addr", "data", "ctrl", "rmw"):
        for pair in getattr(execution, name):
            if not (0 <= pair[0] < count and 0 <= pair[1] < count):
                yield f"{name} speaks of an event that is not there"
    speaking = {number for flag in judged.flags for pair in flag.pairs for number in pair}
    speaking |= {number for cycle in judged.cycles for edge in cycle for number in (edge.source, edge.target)}
    speaking |= {number for condition in execution.conditions for number in condition.reads}
    if any(not 0 <= number < count for number in speaking):
        yield "a judgement or condition speaks of an event that is not there"
    told = {number for event in execution.events for number in event.guard}
    if any(not 0 <= number < len(execution.conditions) for number in told):
        yield "a guard speaks of a condition that is not there"
