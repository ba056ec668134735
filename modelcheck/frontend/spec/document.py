"""``spec.toml`` as TOML, before it is known for which kernel it is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.spec import locate
from modelcheck.frontend.spec.versions import Version, WrongConditionError, every, resolved
from modelcheck.frontend.spec.written import Text, WrittenSpec, structured
from modelcheck.reading import file_content


@frozen
class Document:
    """A ``spec.toml`` as TOML has it: see `modelcheck.frontend.spec.versions` for what in it depends on a version."""

    raw: dict[str, Any]
    text: Text

    def of(self, version: Version | None) -> tuple[WrittenSpec, Text, frozenset[locate.Path]]:
        """What it says for a version of the kernel; None: for none that is known. With its own places, and what is not
        there for that version. Raises `InputError` for the first key that is unknown, missing or of the wrong type."""
        try:
            form = resolved(self.raw, version)
        except WrongConditionError as error:
            raise self.text.error(str(error), error.path) from None
        text = self.text.moved(form.written)
        return structured(form.value, text), text, form.absent

    def forms(self) -> Iterator[WrittenSpec]:
        """What it says for different versions, so that each value that is written is in one. Raises as `of`."""
        try:
            for form in every(self.raw):
                yield structured(form.value, self.text.moved(form.written))
        except WrongConditionError as error:
            raise self.text.error(str(error), error.path) from None


def read_document(file: Path) -> Document:
    """Read ``file``. Raises `InputError` for a file that cannot be read, and for text that is no TOML."""
    name = str(file)
    try:
        text = file_content(file).decode("utf-8").replace("\r\n", "\n")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InputError(f"is no UTF-8 text (byte {error.start})", name) from None
    except RecursionError:
        raise InputError("is nested too deeply", name) from None
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), name, text) from None
    except ValueError:  # what the parser leaves to int(), which has a limit on digits
        line = next((at for at, one in enumerate(text.split("\n"), 1) if re.search(r"\d{4000}", one)), 1)
        raise InputError("a number here has too many digits", name, line) from None
    return Document(document, Text(name, locate.locate(text)))


def _syntax_error(message: str, name: str, text: str) -> InputError:
    place = re.search(r"\(at line (\d+), column (\d+)\)$", message)
    if place is None:
        last = text.rstrip("\n").count("\n") + 1
        return InputError(message.replace(" (at end of document)", " before the end of the file"), name, last)
    return InputError(message[: place.start()].rstrip(), name, int(place[1]), int(place[2]))
