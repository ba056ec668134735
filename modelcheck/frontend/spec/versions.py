"""What of a ``spec.toml`` depends on the version of the kernel.

Any value may be written as a table whose keys are conditions on the version, ``"<6.12"``, ``">=5.10,<6.1.150"``: the
first that holds gives the value, ``default`` where none does; where nothing is left, the key, or the element of an
array, is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from attrs import define, field, frozen

from modelcheck.frontend.spec import locate

Version = tuple[int, int, int]

DEFAULT: Final = "default"
_SIGNS: Final = ("<", ">", "=", "!", "~", "^")
_PART: Final = re.compile(r"(<|>=) ?([1-9]\d?)\.(\d{1,3})(?:\.(\d{1,3}))?")


class WrongConditionError(ValueError):
    """A condition that is none, or that cannot be judged; at ``path`` in the document."""

    def __init__(self, message: str, path: locate.Path) -> None:
        super().__init__(message)
        self.path = path


@frozen
class Condition:
    """Versions between bounds: at least one number, below the other; None: no bound."""

    least: Version | None
    below: Version | None

    def holds(self, version: Version) -> bool:
        """Whether a version is among them."""
        return (self.least is None or version >= self.least) and (self.below is None or version < self.below)


def is_condition(text: str) -> bool:
    """Whether ``text`` is meant as a condition; it may be wrong."""
    return text.startswith(_SIGNS)


def condition(text: str) -> Condition:
    """The condition that ``text`` writes. Raises `ValueError` where it is none."""
    bounds: dict[str, Version] = {}
    for part in text.split(","):
        found = _PART.fullmatch(part.strip())
        if found is None or found[1] in bounds:
            raise ValueError(f"'{text}' is no condition on a version: write '<6.12', '>=5.10' or '>=5.10,<6.12'")
        bounds[found[1]] = (int(found[2]), int(found[3]), int(found[4] or 0))
    return Condition(bounds.get(">="), bounds.get("<"))


@frozen
class Resolved:
    """A document for one version.

    Attributes:
        value: the document without such tables.
        written: where what is in it was written: paths that are not the same.
        absent: paths of keys that are not there for this version.
    """

    value: dict[str, Any]
    written: dict[locate.Path, locate.Path]
    absent: frozenset[locate.Path]


def resolved(document: dict[str, Any], version: Version | None) -> Resolved:
    """``document`` for a version; None: of no known version. Raises `WrongConditionError`."""
    return _Resolver(version, None).document(document)


def every(document: dict[str, Any]) -> Iterator[Resolved]:
    """``document`` in so many forms that each value that is written is in one. Raises `WrongConditionError`."""
    number = 0
    while True:
        resolver = _Resolver(None, number)
        yield resolver.document(document)
        number += 1
        if number >= resolver.most:
            return


@define
class _Resolver:
    """Chooses by ``version``, or in each table the key of ``number``, or the last."""

    version: Version | None
    number: int | None
    most: int = 0
    written: dict[locate.Path, locate.Path] = field(factory=dict)
    absent: set[locate.Path] = field(factory=set)

    def document(self, document: dict[str, Any]) -> Resolved:
        value = {name: made for name, of in document.items() for made in self.made(of, (name,), (name,))}
        return Resolved(value, self.written, frozenset(self.absent))

    def made(self, value: Any, path: locate.Path, origin: locate.Path) -> Iterator[Any]:
        """The value that is to stand at ``path``, if any; it is written at ``origin``."""
        while isinstance(value, dict) and any(is_condition(key) for key in value):
            key = self.chosen(value, origin)
            if key is None:
                self.absent.add(path)
                return
            value, origin = value[key], (*origin, key)
        if path != origin:
            self.written[path] = origin
        if isinstance(value, dict):
            yield {
                name: made for name, inner in value.items() for made in self.made(inner, (*path, name), (*origin, name))
            }
        elif isinstance(value, list):
            elements: list[Any] = []
            for index, inner in enumerate(value):
                elements += self.made(inner, (*path, len(elements)), (*origin, index))
            yield elements
        else:
            yield value

    def chosen(self, table: dict[str, Any], origin: locate.Path) -> str | None:
        """The key of a table by version that counts."""
        conditions: dict[str, Condition | None] = {}
        for key in table:
            try:
                conditions[key] = None if key == DEFAULT else condition(key)
            except ValueError as error:
                told = str(error) if is_condition(key) else f"'{key}' stands beside conditions on a version"
                raise WrongConditionError(told, (*origin, key)) from None
        keys = list(conditions)
        if self.number is not None:
            self.most = max(self.most, len(keys))
            return keys[min(self.number, len(keys) - 1)]
        if self.version is None:
            raise WrongConditionError(
                "this depends on the version of the kernel: name a tree with --kernel DIR, or a release by 'kernel'",
                origin,
            )
        for key, one in conditions.items():
            if one is not None and one.holds(self.version):
                return key
        return DEFAULT if DEFAULT in conditions else None
