"""Litmus tests by the names that a user gives, judged on processes, in order."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from attrs import evolve

from modelcheck.errors import InputError
from modelcheck.reading import file_content
from modelcheck.run import Done, Lost, Workers
from modelcheck.verdicts.litmus import Batch, Judged, ModelChoice, judge, lost, unread
from modelcheck.verdicts.work import work

BATCH = 16
"""Tests that one job reads and judges: clang parses them together."""


def judge_all(
    files: Sequence[Path],
    wrong: Sequence[InputError],
    model: ModelChoice,
    count: bool,
    bound: int,
    timeout: float | None,
    workers: Workers,
    show: str | None = None,
    pictures: Path | None = None,
) -> Generator[Judged]:
    """The outcomes of ``files``, in order, behind those of what is ``wrong``; the other parameters are as in `Batch`.

    Raises `InputError` for a model that is wrong.
    """
    for error in wrong:
        yield unread(error.file or "", error)
    batches = [
        Batch(tuple(files[i : i + BATCH]), model, count, bound, timeout, show, pictures)
        for i in range(0, len(files), BATCH)
    ]
    for several in _results(batches, workers):
        yield from several


def find(paths: Sequence[str]) -> tuple[list[Path], list[InputError]]:
    """The tests that ``paths`` name (files, folders, ``@list`` files), each once, and what is wrong with the others."""
    found: dict[Path, None] = {}
    wrong: list[InputError] = []
    for name in paths:
        for each in _named(name, ()):
            if isinstance(each, InputError):
                wrong.append(each)
            else:
                found[each] = None
    return list(found), wrong


def _named(name: str, lists: tuple[Path, ...]) -> Iterator[Path | InputError]:
    """The tests that ``name`` leads to; ``lists`` are the list files it stands in, outermost first."""
    path = Path(name.removeprefix("@"))
    if path != Path(name):
        yield from _listed(path, lists)
    elif path.is_dir():
        found = sorted(path.rglob("*.litmus"))
        yield from found
        if not found:
            yield InputError("there is no .litmus file in this folder", name)
    elif path.exists():
        yield path
    else:
        yield InputError("no such file or folder", name)


def _listed(file: Path, lists: tuple[Path, ...]) -> Iterator[Path | InputError]:
    """The tests in a list file; paths are as seen from the folder we are in, else from that of the list."""
    if file.resolve() in lists:
        yield InputError("this list names itself", str(file))
        return
    try:
        lines = file_content(file, "this list cannot be read").decode("utf-8").splitlines()
    except UnicodeDecodeError:
        yield InputError("this list is no text file (UTF-8)", str(file))
        return
    except InputError as error:
        yield error
        return
    for number, line in enumerate(lines, 1):
        name = line.strip()
        if name and not name.startswith("#"):
            for each in _named(_beside(file, name), (*lists, file.resolve())):
                if isinstance(each, InputError) and each.line is None:
                    each = InputError(f"{name}: {each.message}", str(file), number, line.index(name) + 1)
                yield each


def _beside(file: Path, name: str) -> str:
    """``name``, or what leads to it in the folder of ``file`` where it is there and not here."""
    bare = name.removeprefix("@")
    there = file.parent / bare
    return name[: len(name) - len(bare)] + str(there) if there.exists() and not Path(bare).exists() else name


def _results(batches: Sequence[Batch], workers: Workers) -> Generator[list[Judged]]:
    """The outcomes of each batch, in order."""
    if workers.cluster is None and (len(batches) < 2 or workers.processes in (0, 1)):
        for batch in batches:
            yield judge(batch)
        return
    waiting: dict[int, list[Judged]] = {}
    turn = 0
    for event in work(judge, batches, workers):
        if isinstance(event, Done):
            waiting[event.number] = event.value
        elif isinstance(event, Lost):
            waiting[event.number] = _singly(batches[event.number], event.reason, workers)
        while turn in waiting:
            yield waiting.pop(turn)
            turn += 1


def _singly(batch: Batch, reason: str, workers: Workers) -> list[Judged]:
    """What a batch gives whose process came to an end: all but the test that is to blame."""
    if len(batch.paths) == 1:
        return [lost(batch.paths[0], reason)]
    found = {number: lost(path, reason) for number, path in enumerate(batch.paths)}
    singles = [evolve(batch, paths=(path,)) for path in batch.paths]
    for event in work(judge, singles, Workers(1) if workers.cluster is None else workers):
        if isinstance(event, Done):
            (found[event.number],) = event.value
    return list(found.values())
