"""Configuration files (``.cfg``): which model, bell and macro files go together, and which variants are on."""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path

from attrs import field, frozen

from modelcheck.cat.definitions import Primitive, read_definitions
from modelcheck.cat.load import load_model
from modelcheck.cat.model import Model
from modelcheck.errors import InputError
from modelcheck.reading import bounds_of, file_content, is_file, refusal, within

_PICTURES = frozenset(
    """
    graph squished movelabel fontname fontsize fontcolor fontsizeeps xscale yscale scale arrowsize splines pad overlap
    sep margin ranksep nodesep outputdir dotmode dotcom dot gv neato rightmove edgeattr edge_attr classic edgemerge
    edgedelta penwidth texmacros tikz brackets showevents show unshow doshow noid noids labelinit labels showinitrf
    showfinalrf showinitwrites showinitread showobserved showpo showpoloc showthread showlegend showkind shortlegend
    withbox verbose extrachars yexpand finaldotted symetric initdotted contiguous oneinit fixedsize thread showthreads
    moreedges trueedgecolor html condensed sites maphcolor optace evince texmacro evtprefix
    """.split()  # noqa: SIM905
)
"""Settings of pictures and of what is printed beside the verdict: they do not change what a model allows."""

_FILES = ("model", "bell", "macros")


@frozen
class Configuration:
    """What a configuration file says.

    Attributes:
        file: its path.
        model: path of the model file, or the name of a built-in one; None when it names none.
        bell: path of the bell file, or None.
        macros: path of the macro file, or None.
        variants: variants that are on.
        pictures: settings that do not change what is allowed, as written.
    """

    file: Path
    model: str | None = None
    bell: Path | None = None
    macros: Path | None = None
    variants: frozenset[str] = frozenset()
    pictures: Mapping[str, str] = field(factory=dict)

    def load(self) -> Model:
        """The model with its bell file. Raises InputError where a file is wrong, or no model is named."""
        if self.model is None:
            raise InputError("no model is named here: add a line model FILE.cat", str(self.file))
        return load_model(self.model, bell=None if self.bell is None else str(self.bell), variants=self.variants)

    def primitives(self, declared: Set[str] = frozenset()) -> Mapping[str, Primitive] | None:
        """The primitives that its macro file defines, where the model declares these tags; None when it names none."""
        return None if self.macros is None else read_definitions(self.macros, declared)


def read_configuration(path: Path) -> Configuration:
    """The configuration in ``path``; files that it names lie beside it.

    Raises InputError, with line and column: a file that cannot be read, a setting that is not known, a value that is
    missing, a named file that is not there.
    """
    try:
        text = file_content(path, "cannot read this configuration").decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("this is no text file (UTF-8)", str(path)) from None
    files: dict[str, Path] = {}
    variants: set[str] = set()
    pictures: dict[str, str] = {}
    model: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.split("#", 1)[0].rstrip()
        words = bare.split(None, 1)
        if not words:
            continue
        key, column = words[0].lower(), len(bare) - len(bare.lstrip()) + 1
        value = words[1].strip() if len(words) > 1 else ""
        if key in _FILES or key in ("variant", "conf"):
            if not value:
                raise InputError(f"{key} needs a value", str(path), number, column)
            at = bare.index(value, column + len(key) - 1) + 1
            if key == "conf":
                raise InputError("conf within a configuration is not supported", str(path), number, column)
            if key == "variant":
                variants.update(part.strip() for part in value.split(",") if part.strip())
            elif key == "model" and not is_file(path.parent / value) and "." not in value:
                model = value
            else:
                files[key] = path.parent / value
                if not within(files[key], bounds_of(path)):
                    raise InputError(refusal(value, path), str(path), number, at)
                if not is_file(files[key]):
                    raise InputError(f"there is no file {value} beside this one", str(path), number, at)
        elif key in _PICTURES:
            pictures[key] = f"{pictures[key]}; {value}" if key in pictures else value
        else:
            raise InputError(f"the setting {words[0]} is not known", str(path), number, column)
    if "model" in files:
        model = str(files["model"])
    return Configuration(path, model, files.get("bell"), files.get("macros"), frozenset(variants), pictures)
