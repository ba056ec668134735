"""Built-in models, and the parser's tables, kept between runs: making them takes longer than judging a test.

What is kept is JSON, in which nothing can be executed. An entry is used only where its first line is the digest of
what it was made from together with its own bytes: one that is damaged, or of another version, is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from modelcheck.cat.model import Model
from modelcheck.cat.stored import model_of, plain


def cache_folder() -> Path | None:
    """The user's folder for what can be made anew; None where there can be none."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "modelcheck"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder


def kept(name: str) -> Model | None:
    """The model ``name`` as `keep` left it, if nothing it was made by has changed since."""
    try:
        return model_of(find(f"{name}.model", of_today()))
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def keep(name: str, model: Model) -> None:
    """Leave ``model`` for later runs instead of an older one, where that is possible."""
    put(f"{name}.model", of_today(), plain(model))


def find(name: str, made_from: bytes, hook: Callable[[dict[str, Any]], Any] | None = None) -> Any:
    """The data that `put` left as ``name``, made from what has the digest ``made_from``; None where there is none.

    ``hook`` makes something else of each table in it, as for `json.loads`.
    """
    folder = cache_folder()
    if folder is None:
        return None
    try:
        stamp, _, body = (folder / name).read_bytes().partition(b"\n")
        return json.loads(body, object_hook=hook) if stamp == _stamp(made_from, body) else None
    except (OSError, ValueError, RecursionError):
        return None


def put(name: str, made_from: bytes, data: Any) -> None:
    """Leave ``data``, which JSON can hold, for later runs, where that is possible."""
    folder = cache_folder()
    if folder is None:
        return
    body = json.dumps(data, separators=(",", ":")).encode()
    with suppress(OSError), NamedTemporaryFile(dir=folder, delete=False) as temporary:
        temporary.write(_stamp(made_from, body) + b"\n" + body)
        temporary.close()
        Path(temporary.name).replace(folder / name)


def _stamp(made_from: bytes, body: bytes) -> bytes:
    return hashlib.sha256(made_from + hashlib.sha256(body).digest()).hexdigest().encode()


@cache
def of_today() -> bytes:
    """A digest of all that a model rests on: the texts of models, the code of this room, and the interpreter."""
    digest = hashlib.sha256(sys.version.encode())
    for room in ("modelcheck.models", "modelcheck.cat"):
        with resources.as_file(resources.files(room)) as path:
            for file in sorted(path.iterdir()):
                if file.suffix in (".cat", ".py", ".lark"):
                    text = file.read_bytes()
                    digest.update(repr((file.name, len(text))).encode())
                    digest.update(text)
    return digest.digest()


def grammar_digest(grammar: str) -> bytes:
    """A digest of what the parser's tables rest on: the grammar, and the version of lark."""
    from importlib import metadata  # brings the package email, which a kept model does without

    return hashlib.sha256(repr((sys.version, metadata.version("lark"), grammar)).encode()).digest()
