"""``spec.toml`` as it is written: keys and types checked, nothing looked up yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, NewType, NoReturn, get_args

import attrs
import cattrs
from attrs import evolve, field, frozen
from cattrs.gen import make_dict_structure_fn, override

from modelcheck.errors import InputError
from modelcheck.frontend.spec import locate
from modelcheck.program.ir import PROPERTIES

Names = NewType("Names", tuple[str, ...])
"""Written as an array of strings, or one string."""
Macros = NewType("Macros", Mapping[str, str])
"""Macro definitions; written as a table or an array of ``NAME=VALUE``."""
Config = NewType("Config", Mapping[str, str])
"""Kernel configuration symbols with ``y``, ``m``, ``n`` or a text as value; written like `Macros`."""
Stubs = NewType("Stubs", Mapping[str, str])
"""Functions with what stands in place of their bodies: a word of `modelcheck.frontend.c.stubs.WORDS`, or a number."""
Threads = NewType("Threads", tuple[tuple[str, str], ...])
"""(label, function); written as an array of functions or a table."""
Count = NewType("Count", int)
"""An integer from 1."""
Kernel = NewType("Kernel", str)
"""A release of Linux, as ``4.19``, the folder of its sources, or ``any``; written as a string."""
Folder = NewType("Folder", str)
"""The name of a folder."""
Seconds = NewType("Seconds", float)
"""A positive number."""

DEFAULT: Final = "default"
"""Stands in `Expectations` for every variant, or model, not named."""

OR: Final = "|"
"""Between names of files: the first that is there counts; of patches the first that applies."""

NAME: Final = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
RELEASE: Final = re.compile(r"[1-9][0-9]?\.[0-9]{1,2}(\.[0-9]{1,3})?")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@frozen
class Expectation:
    """A verdict, and for FAIL perhaps the one property that is expected to fail."""

    verdict: str = "PASS"
    property: str | None = None

    def __str__(self) -> str:
        return f"{self.verdict}:{self.property}" if self.property else self.verdict


Expectations = NewType("Expectations", Mapping[str, Mapping[str, Expectation]])
"""Variant → model → expectation, either of them perhaps `DEFAULT`."""


@frozen
class WrittenVariant:
    """One ``[variants.NAME]``."""

    about: str = ""
    patch: Names = Names(())
    config: Config = Config({})
    defines: Macros = Macros({})


@frozen
class WrittenScenario:
    """One ``[scenarios.NAME]``; None where the spec's own setting counts."""

    about: str = ""
    init: str | None = None
    threads: Threads = Threads(())
    final: str | None = None
    models: Names | None = None
    properties: Names | None = None
    unroll: Count | None = None
    recursion: Count | None = None
    timeout: Seconds | None = None
    faults: Names | None = None
    defines: Macros = Macros({})
    sources: Names = Names(())
    stubs: Stubs = Stubs({})
    variants: Names | None = None
    expect: Expectations = Expectations({})


@frozen
class WrittenSpec:
    """A whole ``spec.toml``."""

    sources: Names
    name: str | None = None
    about: str = ""
    include: Names = Names(())
    config: Config = Config({})
    defines: Macros = Macros({})
    models: Names | None = None
    properties: Names | None = None
    unroll: Count = Count(3)
    recursion: Count = Count(3)
    timeout: Seconds | None = None
    faults: Names = Names(())
    base: str = "base"
    kernel: Kernel | None = None
    kernel_build: Folder | None = None
    stubs: Stubs = Stubs({})
    variants: dict[str, WrittenVariant] = field(factory=dict)
    scenarios: dict[str, WrittenScenario] = field(factory=dict)


@frozen
class Text:
    """The text of a ``spec.toml`` with the means to point into it."""

    file: str
    positions: Mapping[locate.Path, locate.Position]

    def moved(self, written: Mapping[locate.Path, locate.Path]) -> Text:
        """The same for a document in which what stands at some paths is ``written`` at others."""
        return evolve(self, positions={**self.positions, **{path: self.at(origin) for path, origin in written.items()}})

    def at(self, path: locate.Path) -> locate.Position:
        """The place of ``path``, or of the nearest table around it that is written."""
        while path not in self.positions:
            path = path[:-1]
        return self.positions[path]

    def wrong(self, message: str, *path: str | int) -> NoReturn:
        """Raise `InputError` at the place of ``path``, or of the nearest table around it that is written."""
        raise self.error(message, path)

    def error(self, message: str, path: locate.Path) -> InputError:
        """The error that `wrong` raises."""
        place = self.at(path)
        return InputError(message, self.file, place.line, place.column)


class _WrongValueError(ValueError):
    """A value of the wrong form, at ``path`` below the key at hand."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.path = path


def structured(document: Mapping[str, Any], text: Text) -> WrittenSpec:
    """What a document says. Raises `InputError` for the first key that is unknown, missing or of the wrong type."""
    try:
        return _converter().structure(document, WrittenSpec)
    except cattrs.BaseValidationError as group:
        found = [text.error(message, path) for path, message in _findings(group, ())]
        raise min(found, key=lambda error: (error.line, error.column)) from None


def suggestion(wrong: str, known: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    """`` (did you mean 'x'?)`` for the nearest of the known words, else a list of them."""
    words = list(known)
    near = get_close_matches(wrong, words, 1)
    if near:
        return f" (did you mean '{near[0]}'?)"
    return f" (known: {', '.join(words)})" if words else ""


def _findings(group: cattrs.BaseValidationError, path: locate.Path) -> Iterator[tuple[locate.Path, str]]:
    """Every leaf of a tree of validation errors, as a path and a message."""
    for error in group.exceptions:
        inner = path
        for note in getattr(error, "__notes__", ()):
            if isinstance(note, cattrs.AttributeValidationNote):
                inner = (*inner, _key(note.name))
            elif isinstance(note, cattrs.IterableValidationNote):
                inner = (*inner, note.index)
        if isinstance(error, cattrs.BaseValidationError):
            yield from _findings(error, inner)
        elif isinstance(error, cattrs.ForbiddenExtraKeysError):
            known = [_key(a.name) for a in attrs.fields(error.cl)]
            for key in sorted(error.extra_fields):
                yield (*inner, key), f"unknown key '{key}'{suggestion(key, known)}"
        elif isinstance(error, KeyError):
            yield path, f"the key '{error.args[0]}' is missing"
        elif isinstance(error, _WrongValueError):
            yield (*inner, *error.path), str(error)
        else:
            raise error


def _key(attribute: str) -> str:
    """The key of an attribute, as it is written."""
    return attribute.replace("_", "-")


# ---------------------------------------------------------------- types


def _called(value: object) -> str:
    """What TOML calls a value of this type."""
    names = {bool: "a boolean", str: "a string", int: "an integer", float: "a float", list: "an array", dict: "a table"}
    return names.get(type(value), "a date or time")


def _expect(value: Any, kind: type, wanted: str, *path: str | int) -> Any:
    if type(value) is not kind:
        raise _WrongValueError(f"must be {wanted}, not {_called(value)}", *path)
    return value


def _string(value: Any, _: Any) -> str:
    return str(_expect(value, str, "a string"))


def _names(value: Any, _: Any) -> Names:
    if isinstance(value, str):
        return Names((value,))
    items = _expect(value, list, "an array of strings")
    return Names(tuple(_expect(item, str, "a string", index) for index, item in enumerate(items)))


def _count(value: Any, _: Any) -> Count:
    if _expect(value, int, "an integer") < 1:
        raise _WrongValueError(f"must be at least 1, not {value}")
    return Count(value)


def _seconds(value: Any, _: Any) -> Seconds:
    if type(value) is not int:
        _expect(value, float, "a number of seconds")
    if not 0 < value < float("inf"):
        raise _WrongValueError(f"must be a positive number of seconds, not {value}")
    return Seconds(float(value))


def _kernel(value: Any, _: Any) -> Kernel:
    if not _expect(value, str, "a string"):
        raise _WrongValueError("names neither a release of Linux, as 4.19 or 6.1.12, nor the folder of its sources")
    return Kernel(value)


def _folder(value: Any, _: Any) -> Folder:
    if not _expect(value, str, "a string"):
        raise _WrongValueError("names no folder")
    return Folder(value)


def _pairs(value: Any, wanted: str) -> Iterator[tuple[str, Any, str | int]]:
    """(name, value, key in the text) of a table or an array of ``NAME=VALUE``; a lone NAME has the value True."""
    if isinstance(value, dict):
        yield from ((name, given, name) for name, given in value.items())
        return
    seen: set[str] = set()
    for index, item in enumerate(_expect(value, list, f"an array of {wanted} or a table")):
        name, equals, text = _expect(item, str, "a string", index).partition("=")
        if name in seen:
            raise _WrongValueError(f"'{name}' is given twice", index)
        seen.add(name)
        yield name, text if equals else True, index


def _macros(value: Any, _: Any) -> Macros:
    result: dict[str, str] = {}
    for name, given, key in _pairs(value, '"NAME=VALUE"'):
        if not _IDENTIFIER.fullmatch(name):
            raise _WrongValueError(f"'{name}' is no name of a macro", key)
        if not isinstance(given, str | int):
            raise _WrongValueError(f"must be a string, an integer or a boolean, not {_called(given)}", key)
        result[name] = str(int(given)) if isinstance(given, int) else given
    return Macros(result)


def _config(value: Any, _: Any) -> Config:
    result: dict[str, str] = {}
    for name, given, key in _pairs(value, '"CONFIG_NAME=y"'):
        if not re.fullmatch(r"CONFIG_[A-Za-z0-9_]+", name):
            raise _WrongValueError(f"'{name}' is no configuration symbol: they begin with CONFIG_", key)
        if isinstance(given, bool):
            result[name] = "y" if given else "n"
        elif isinstance(given, str | int):
            result[name] = str(given)
        else:
            raise _WrongValueError(f"must be a boolean, an integer or a string, not {_called(given)}", key)
    return Config(result)


def _stubs(value: Any, _: Any) -> Stubs:
    result: dict[str, str] = {}
    for name, given in _expect(value, dict, "a table of functions").items():
        _function(name, name)
        if type(given) is int and abs(given) < 1 << 63:
            result[name] = str(given)
        elif given in ("any", "nothing", "never"):
            result[name] = given
        else:
            raise _WrongValueError(
                f"{name}() may return 'any' value, do 'nothing', 'never' be reached, or return a number", name
            )
    return Stubs(result)


def _threads(value: Any, _: Any) -> Threads:
    if isinstance(value, dict):
        return Threads(tuple((label, _function(function, label)) for label, function in value.items()))
    result: list[tuple[str, str]] = []
    for index, item in enumerate(_expect(value, list, "an array of functions or a table of labels with functions")):
        function = _function(item, index)
        count = sum(1 for _, earlier in result if earlier == function) + 1
        result.append((function if count == 1 else f"{function}-{count}", function))
    return Threads(tuple(result))


def _function(value: Any, *path: str | int) -> str:
    if not _IDENTIFIER.fullmatch(_expect(value, str, "the name of a function", *path)):
        raise _WrongValueError(f"'{value}' is no name of a function", *path)
    return str(value)


def _expectations(value: Any, _: Any) -> Expectations:
    if isinstance(value, str):
        return Expectations({DEFAULT: {DEFAULT: _expectation(value)}})
    result: dict[str, Mapping[str, Expectation]] = {}
    for variant, of in _expect(value, dict, "a verdict or a table").items():
        if isinstance(of, str):
            result[variant] = {DEFAULT: _expectation(of, variant)}
        else:
            models = _expect(of, dict, "a verdict or a table from models to verdicts", variant)
            result[variant] = {model: _expectation(text, variant, model) for model, text in models.items()}
    return Expectations(result)


def _expectation(value: Any, *path: str | int) -> Expectation:
    verdict, colon, name = _expect(value, str, "a verdict", *path).partition(":")
    if verdict not in ("PASS", "FAIL", "UNKNOWN"):
        raise _WrongValueError(f"'{value}' is no verdict: say PASS, FAIL, FAIL:property or UNKNOWN", *path)
    if colon and verdict != "FAIL":
        raise _WrongValueError(f"'{value}': only FAIL goes with a property", *path)
    if colon and name not in PROPERTIES:
        raise _WrongValueError(f"unknown property '{name}'{suggestion(name, PROPERTIES)}", *path)
    return Expectation(verdict, name or None)


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)

    def table(build: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        return lambda value, cls: build(_expect(value, dict, "a table"), cls)

    def attributes(cls: Any) -> Callable[[Any, Any], Any]:
        names = {one.name: override(rename=_key(one.name)) for one in attrs.fields(cls) if "_" in one.name}
        return table(make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **names))  # type: ignore[arg-type]

    def mapping(cls: Any) -> Callable[[Any, Any], Any]:
        _, element = get_args(cls)

        def structure(value: Any, _: Any) -> dict[str, Any]:
            result: dict[str, Any] = {}
            errors: list[Exception] = []
            for key, inner in _expect(value, dict, "a table").items():
                try:
                    result[key] = converter.structure(inner, element)
                except (cattrs.BaseValidationError, _WrongValueError) as error:
                    error.add_note(cattrs.IterableValidationNote(f"at {key}", key, element))
                    errors.append(error)
            if errors:
                raise cattrs.IterableValidationError("wrong tables", errors, cls)
            return result

        return structure

    converter.register_structure_hook_factory(attrs.has, attributes)
    converter.register_structure_hook_factory(lambda cls: getattr(cls, "__origin__", None) is dict, mapping)
    converter.register_structure_hook(str, _string)
    for kind, hook in (
        (Names, _names),
        (Macros, _macros),
        (Config, _config),
        (Stubs, _stubs),
        (Threads, _threads),
        (Count, _count),
        (Folder, _folder),
        (Kernel, _kernel),
        (Seconds, _seconds),
        (Expectations, _expectations),
    ):
        converter.register_structure_hook(kind, hook)
    return converter
