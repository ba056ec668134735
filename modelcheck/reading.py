"""What may be read: files that the user named, and what these lead to within bounds.

A spec, a model or a trace may come from a stranger, and name any file: what it leads to is read only where it lies in
the repository that holds it (in its own folder where there is none), among our own headers and models, or in a folder
that is allowed besides, with ``--allow`` or in the variable `VARIABLE` of the environment.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from modelcheck.errors import InputError

VARIABLE: Final = "MODELCHECK_ALLOW"
"""Names folders that are allowed besides, parted as in ``PATH``."""

C_FILES: Final = (".c", ".i")
"""How the names of C files end; the second are preprocessed ones."""

LARGEST: Final = 256 << 20
"""Bytes of a file that is read whole."""


@contextmanager
def allowing(folders: Iterable[Path]) -> Iterator[None]:
    """Allow some folders besides while the context lasts, in processes that are begun then, too."""
    before = os.environ.get(VARIABLE)
    names = [str(folder.resolve()) for folder in folders]
    if names:
        os.environ[VARIABLE] = os.pathsep.join([*([before] if before else []), *names])
    try:
        yield
    finally:
        if before is not None:
            os.environ[VARIABLE] = before
        elif names:
            os.environ.pop(VARIABLE, None)


def allowed() -> tuple[Path, ...]:
    """The folders that are allowed besides."""
    names = os.environ.get(VARIABLE, "").split(os.pathsep)
    return tuple(Path(name).resolve() for name in names if name)


def bounds_of(place: Path) -> tuple[Path, ...]:
    """Where what the folder or file ``place`` leads to may lie: its repository or folder, and what is allowed besides.

    A link that ``place`` itself is leads to where it is meant.
    """
    return (*_own(place.absolute()), *allowed())


def _own(place: Path) -> tuple[Path, ...]:
    try:
        real = place.resolve()
        folder = real if real.is_dir() else real.parent
    except (OSError, RuntimeError, ValueError):
        return ()
    for above in (folder, *folder.parents):
        if (above / ".git").exists():
            return (above,)
    return (folder,)


def within(path: Path, bounds: Iterable[Path]) -> bool:
    """Whether ``path``, with every link in it followed, lies in one of the folders ``bounds``."""
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError):
        return False
    return any(real.is_relative_to(folder) for folder in bounds)


def refusal(path: Path | str, place: Path) -> str:
    """What is said of a ``path`` that leads out of the bounds of ``place``."""
    return f"{path} {leads_out(place)}"


def leads_out(place: Path) -> str:
    """The same without the path."""
    own = _own(place.absolute())
    of = f"the repository {own[0]}" if own and (own[0] / ".git").exists() else f"the folder {own[0] if own else place}"
    return f"leads out of {of}: allow its folder with --allow DIR if it is to be read"


def file_content(path: Path, wrong: str = "cannot be read", most: int = LARGEST) -> bytes:
    """What the file at ``path`` holds.

    Raises `InputError` for what cannot be read, is no file or pipe, or is larger than ``most`` bytes.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
            what = "is a folder" if stat.S_ISDIR(mode) else "is neither a file nor a pipe"
            raise InputError(what, str(path))
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise InputError(f"{wrong}: {error.strerror}", str(path)) from None
    except ValueError:  # a name with a NUL in it
        raise InputError(f"{wrong}: that is no name of a file", str(path)) from None
    if len(data) > most:
        raise InputError(f"is larger than {most >> 20} MB", str(path))
    return data


def can_be_named(name: str) -> bool:
    """Whether a file may have such a path, as far as its form and length say."""
    try:
        parts = [os.fsencode(part) for part in name.split("/")]
    except UnicodeEncodeError:
        return False
    return "\0" not in name and "\n" not in name and all(len(part) <= 255 for part in parts) and len(name) < 3000


def is_file(path: Path) -> bool:
    """Whether there is a regular file at ``path``; False for names that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def copy_tree(folder: Path, into: Path, bounds: Iterable[Path]) -> None:
    """Copy what a spec may consist of: no hidden files, traces or pages, and of links what they lead to.

    Links that lead out of ``bounds``, nowhere, or to a folder around them are left out.
    """
    _copy(folder, into, tuple(bounds), (folder.resolve(),))


def _copy(folder: Path, into: Path, bounds: tuple[Path, ...], around: tuple[Path, ...]) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.suffix in (".json", ".html"):
            continue
        if path.is_symlink() and not within(path, bounds):
            continue
        if path.is_dir():
            if path.resolve() not in around:
                _copy(path, into / path.name, bounds, (*around, path.resolve()))
        elif is_file(path):
            shutil.copy(path, into / path.name)
