"""Answers kept by the content of what was asked: found again by any later run, dropped when damaged."""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import cattrs
from attrs import evolve, frozen

from modelcheck.errors import InputError
from modelcheck.keeping import code_changed, code_digest
from modelcheck.solve.result import Result
from modelcheck.trace.store import write_atomically
from modelcheck.verdicts.job import Answer

_KEEP_DAYS: Final = 60
"""Entries that nobody has asked for so long are removed."""


@frozen
class Question:
    """What an answer rests on.

    Attributes:
        behaviour: `modelcheck.program.digest.digest` of the program within its bounds.
        layout: a digest of the texts of the program, by which a failure is told to be somewhere.
        model: a digest of the memory model's text.
        properties: what must hold.
    """

    behaviour: str
    layout: str
    model: str
    properties: frozenset[str]

    @property
    def key(self) -> str:
        """The same for questions with the same verdict."""
        parts = (self.behaviour, self.model, sorted(self.properties), code_digest())
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @property
    def place(self) -> str:
        """The same for questions with the same verdict at the same lines."""
        return hashlib.sha256(repr((self.key, self.layout)).encode()).hexdigest()


class Cache:
    """A folder of answers. Any number of processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, question: Question) -> Answer | None:
        """The answer to ``question``, if it is there whole. A failure counts only where it lies at the same lines."""
        entry = self._entry(self._path(question.key)) or self._entry(self._path(question.place))
        if entry is None:
            return None
        try:
            trace = entry["trace"]
            result = cattrs.structure(entry["result"], Result)
            return Answer(result, None if trace is None else trace.encode("utf-8", "surrogatepass"))
        except (cattrs.BaseValidationError, LookupError, AttributeError, TypeError, ValueError):
            return None  # it is whole, and of another make

    def _entry(self, path: Path) -> dict[str, Any] | None:
        try:
            stamp, _, body = path.read_bytes().partition(b"\n")
        except OSError:
            return None
        with suppress(OSError):
            if stamp != _stamp(path, body):
                path.unlink()
                return None
            os.utime(path)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def keep(self, question: Question, answer: Answer) -> None:
        """Keep ``answer`` where that is possible. What is UNKNOWN is not kept: another run may know more."""
        if answer.result.verdict == "UNKNOWN" or code_changed():
            return
        result = evolve(answer.result, execution=None, touches=None)
        entry: dict[str, Any] = {
            "result": cattrs.unstructure(result),
            "trace": None if answer.trace is None else answer.trace.decode("utf-8", "surrogatepass"),
        }
        body = json.dumps(entry, sort_keys=True).encode("ascii")
        path = self._path(question.key if result.verdict == "PASS" else question.place)
        with suppress(InputError):  # a cache that cannot be written is none
            write_atomically(path, _stamp(path, body) + b"\n" + body)

    def prune(self) -> None:
        """Remove what nobody has asked for in a long time."""
        oldest = time.time() - _KEEP_DAYS * 86400
        for path in self.folder.glob("??/*"):
            with suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]


def _stamp(path: Path, body: bytes) -> bytes:
    """A digest of an entry together with what it answers, which its name is made from."""
    return hashlib.sha256(repr((path.parent.name, path.name, body)).encode()).hexdigest().encode()
