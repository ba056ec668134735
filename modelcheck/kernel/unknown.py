"""Symbols that somebody names, and that nothing knows, misspelt or of another version; values that they cannot have."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from modelcheck.kernel.config import DEFAULTS, FORCED, LENT
from modelcheck.kernel.kconfig import Kconfig, Looked, look

_OURS: Final = frozenset((*DEFAULTS, *FORCED, *LENT))
_CONFIG: Final = re.compile(rb"^[ \t]*(?:menu)?config[ \t]+(\w+)", re.MULTILINE)
_NEAR: Final = 0.8
"""How like a known symbol another has to be to be taken for a misspelling of it; 1 is the same."""


KINDS: Final = {"bool": "y or n", "tristate": "y, m or n", "int": "a number", "hex": "a number such as 0x10"}
"""What symbols of a kind are; those of others are texts."""

_FITTING: Final = {
    "bool": re.compile("[yn]"),
    "tristate": re.compile("[ymn]"),
    "int": re.compile(r"-?\d+"),
    "hex": re.compile("0[xX][0-9a-fA-F]+"),
}


def fits(kind: str, value: str) -> bool:
    """Whether a symbol of ``kind`` may have ``value``; any may be n, which leaves it out."""
    return kind not in _FITTING or value == "n" or _FITTING[kind].fullmatch(value) is not None


def ours(name: str) -> bool:
    """Whether a symbol without CONFIG_ is one of our machine, or on or off by default."""
    return name in _OURS


def unknown(rules: Kconfig, folder: Path, names: Iterable[str]) -> tuple[dict[str, str], Mapping[str, Looked]]:
    """Of symbols without CONFIG_ those that no Kconfig file of a tree has, whatever the machine, each with the nearest
    that one has, or an empty text; and the files that were looked at."""
    files = dict(rules.files)
    known = {*rules.entries, *_OURS}
    for place, _, inside in os.walk(folder / "arch"):
        for file in inside:
            if file.startswith("Kconfig"):
                path = os.path.join(place, file)  # noqa: PTH118 (as kconfig.py names them)
                files[path], text = look(path)
                known.update(name.decode() for name in _CONFIG.findall(text))
    strange = [name for name in dict.fromkeys(names) if name not in known]
    return {name: "".join(get_close_matches(name, known, 1, _NEAR)) for name in strange}, files


def named(sources: Iterable[Path]) -> set[str]:
    """Symbols, with CONFIG_, that the text of sources, and of headers beside them, names: a driver that is in no tree
    has symbols that no Kconfig file has."""
    files = dict.fromkeys(sources)
    files |= dict.fromkeys(header for source in list(files) for header in sorted(source.parent.glob("*.h")))
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file())
    return {name for text in texts for name in re.findall(r"\bCONFIG_\w+", text)}
