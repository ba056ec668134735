"""Built-in models kept between runs, ready to use: reading their text takes longer than judging a test."""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from importlib import resources
from pathlib import Path
from tempfile import NamedTemporaryFile

from modelcheck.cat.model import Model


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
    file = _file(name)
    if file is None:
        return None
    try:
        found = pickle.loads(file.read_bytes())
    except Exception:  # noqa: BLE001 (whatever is wrong with the file, it can be made anew)
        return None
    return found if isinstance(found, Model) else None


def keep(name: str, model: Model) -> None:
    """Leave ``model`` for later runs instead of older ones, where that is possible."""
    file = _file(name)
    if file is None:
        return
    try:
        with NamedTemporaryFile(dir=file.parent, delete=False) as temporary:
            temporary.write(pickle.dumps(model))
        Path(temporary.name).replace(file)
        for old in file.parent.glob(f"{name}-*.model"):
            if old != file:
                old.unlink(missing_ok=True)
    except OSError:
        return


def _file(name: str) -> Path | None:
    """Named after all that the model rests on: the texts of models and the code of this room."""
    folder = cache_folder()
    if folder is None:
        return None
    digest = hashlib.sha256(repr((sys.version, name)).encode())
    for room in ("modelcheck.models", "modelcheck.cat"):
        with resources.as_file(resources.files(room)) as path:
            for file in sorted(path.iterdir()):
                if file.suffix in (".cat", ".py", ".lark"):
                    text = file.read_bytes()
                    digest.update(repr((file.name, len(text))).encode())
                    digest.update(text)
    return folder / f"{name}-{digest.hexdigest()[:16]}.model"
