"""Built-in models, and the parser's tables, kept between runs: making them takes longer than judging a test."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib import resources

from modelcheck.cat.model import Model
from modelcheck.cat.stored import model_of, plain
from modelcheck.keeping import find, put


def kept(name: str) -> Model | None:
    """The model ``name`` as `keep` left it, if nothing it was made by has changed since."""
    try:
        return model_of(find(f"{name}.model", of_today()))
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def keep(name: str, model: Model) -> None:
    """Leave ``model`` for later runs instead of an older one, where that is possible."""
    put(f"{name}.model", of_today(), plain(model))


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
