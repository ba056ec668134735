"""Litmus tests judged some at a time: the work that a process of ``modelcheck litmus`` does."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.run import OutOfTime, alarm, given_up, politely

if TYPE_CHECKING:
    from modelcheck.cat import Model
    from modelcheck.cat.definitions import Primitive
    from modelcheck.frontend.litmus import LitmusTest, Macros
    from modelcheck.solve.litmus import Observation
    from modelcheck.solve.proposal import Proposal


@frozen
class ModelChoice:
    """The model that is asked for: a name or a file, a configuration file, and the files that go with them."""

    name: str | None = None
    bell: str | None = None
    macros: str | None = None
    configuration: str | None = None

    @property
    def kernel(self) -> bool:
        """Whether it is the kernel's, which the comments in its tests speak of."""
        return self.configuration is not None or self.name in (None, "lkmm")

    def load(self) -> tuple[Model, Macros | None]:
        """The model, and the primitives of its macro file. Raises `InputError` where a file is wrong."""
        from modelcheck.cat import load_model

        if self.configuration is None and self.macros is None:
            return load_model(self.name or "lkmm", bell=self.bell), None
        from modelcheck.cat.configuration import read_configuration
        from modelcheck.cat.definitions import read_definitions
        from modelcheck.cat.macros import header
        from modelcheck.frontend.litmus import Macros

        configuration = None if self.configuration is None else read_configuration(Path(self.configuration))
        if configuration is None:
            model = load_model(self.name or "lkmm", bell=self.bell)
        elif self.name is None and self.bell is None:
            model = configuration.load()
        else:
            bell = self.bell or (str(configuration.bell) if configuration.bell else None)
            model = load_model(self.name or configuration.model or "lkmm", bell=bell, variants=configuration.variants)
        primitives: Mapping[str, Primitive] | None = None
        if self.macros is not None:
            primitives = read_definitions(Path(self.macros), model.declared)
        elif configuration is not None:
            primitives = configuration.primitives(model.declared)
        macros = None if primitives is None else Macros(frozenset(primitives), header(primitives))
        return model, macros


@frozen
class Batch:
    """Some litmus tests, and how to judge them.

    ``show`` is ``prop`` or ``all``: of which executions pictures are put into the folder ``pictures``; None for none.
    """

    paths: tuple[Path, ...]
    model: ModelChoice
    count: bool
    bound: int
    timeout: float | None
    show: str | None = None
    pictures: Path | None = None


@frozen
class Judged:
    """One litmus test's outcome, or what is wrong with it.

    Attributes:
        file: where it is.
        test: its name; None where it cannot be read.
        verdict: ``Never``, ``Sometimes``, ``Always``, ``Unknown``, or ``Error``.
        positive, negative: executions that meet the condition without its quantifier, and that do not, as in herd7's
            line Observation; None where they were not counted.
        states: number of final states; None likewise.
        flags: raised by the model.
        seconds: wall time.
        reason: why Unknown.
        lines: what herd7 prints.
        error: what is wrong with it.
        warning: a comment in the test says otherwise.
    """

    file: str
    test: str | None
    verdict: str
    positive: int | None = None
    negative: int | None = None
    states: int | None = None
    flags: tuple[str, ...] = ()
    seconds: float | None = None
    reason: str = ""
    lines: tuple[str, ...] = ()
    error: str | None = None
    warning: str | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """As an object of the JSON output."""
        if self.error is not None:
            return {"file": self.file, "test": None, "verdict": self.verdict, "error": self.error}
        found: dict[str, Any] = {
            "file": self.file,
            "test": self.test,
            "verdict": self.verdict,
            "positive": self.positive,
            "negative": self.negative,
            "states": self.states,
            "flags": list(self.flags),
            "seconds": self.seconds,
        }
        return {**found, "reason": self.reason} if self.reason else found


def judge(batch: Batch) -> list[Judged]:
    """Read and judge the tests of ``batch``, in order. Raises `InputError` for a model that is wrong."""
    from modelcheck.frontend.litmus import read_litmus

    try:
        with alarm(None if batch.timeout is None else politely(batch.timeout)):
            model, macros = batch.model.load()
    except (OutOfTime, MemoryError) as error:
        error.__traceback__ = None
        return [lost(path, f"{given_up(error)} as the model was read") for path in batch.paths]
    _settle()
    found: list[Judged] = []
    for path, test in read_litmus(batch.paths, macros=macros):
        if isinstance(test, InputError):
            found.append(unread(str(path), test))
        else:
            found.append(_judged(path, test, model, batch))
    return found


@cache
def _settle() -> None:
    """What is there for good need not be looked through for garbage again and again: a tenth of the time."""
    gc.freeze()


def unread(file: str, error: InputError) -> Judged:
    """The outcome of what cannot be read."""
    return Judged(file, None, "Error", error=str(error))


def lost(path: Path, reason: str) -> Judged:
    """The outcome of a test whose process came to an end."""
    lines = (f"Test {path.stem}", f"Observation {path.stem} Unknown", f"Reason {reason}", "")
    return Judged(str(path), path.stem, "Unknown", reason=reason, lines=lines)


def _judged(path: Path, test: LitmusTest, model: Model, batch: Batch) -> Judged:
    from modelcheck.verdicts.herd import herd_lines

    pictures = _Pictures(test.name, batch.show)
    seen = _observe(test, model, batch, pictures)
    if batch.pictures is not None:
        pictures.write(batch.pictures)
    return Judged(
        str(path),
        test.name,
        seen.verdict,
        seen.positive,
        seen.negative,
        len(seen.states) if seen.positive is not None else None,
        tuple(seen.flags),
        round(seen.seconds, 4),
        seen.reason,
        tuple(herd_lines(test, seen)),
        warning=_contradiction(path, test, seen) if batch.model.kernel else None,
    )


def _contradiction(path: Path, test: LitmusTest, seen: Observation) -> str | None:
    """What to say where the test's ``Result:`` comment is wrong. With a data race expected and found, the verdict does
    not count."""
    said = (test.result_comment or "").split()
    if not said or said[0] not in ("Never", "Sometimes", "Always") or seen.verdict == "Unknown":
        return None
    if said[0] == seen.verdict or ("DATARACE" in said and "data-race" in seen.flags):
        return None
    return f"{path}: a comment says Result: {test.result_comment}, and it is {seen.verdict}"


def _observe(test: LitmusTest, model: Model, batch: Batch, pictures: _Pictures) -> Observation:
    from modelcheck.solve.litmus import Observation, observe, observed

    watch = pictures.add if batch.show is not None else None
    began = time.monotonic()
    clock = None
    try:
        with alarm(None if batch.timeout is None else politely(batch.timeout)) as clock:
            return observe(test, model, count=batch.count, bound=batch.bound, timeout=batch.timeout, watch=watch)
    except (OutOfTime, RecursionError, MemoryError) as error:
        error.__traceback__ = None
        reason = given_up(error)
    finally:
        if clock is not None and clock.rang:
            model.forget()
    return Observation("Unknown", None, None, observed(test), (), (), time.monotonic() - began, reason)


class _Pictures:
    """The pictures of one test, collected while its executions are counted."""

    def __init__(self, test: str, which: str | None) -> None:
        self.test = test
        self.which = which
        self.graphs: list[str] = []

    def add(self, proposal: Proposal, met: bool) -> None:
        """Draw an execution, if it is one that is asked for."""
        if met or self.which == "all":
            from modelcheck.solve.witness import execution_of
            from modelcheck.trace.dot import dot

            self.graphs.append(dot(execution_of(proposal), f"{self.test} {len(self.graphs) + 1}"))

    def write(self, folder: Path) -> None:
        """All of them into one file, as herd7 does; none, no file."""
        if self.graphs:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{self.test.replace('/', '_')}.dot").write_text("\n".join(self.graphs), encoding="utf-8")
            except OSError as error:
                raise InputError(error.strerror or "cannot be written", str(folder)) from None
