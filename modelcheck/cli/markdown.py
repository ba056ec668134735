"""Verdicts as Markdown: a table for each scenario, variants down and models across."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modelcheck.frontend.spec import Spec
from modelcheck.verdicts.row import Row
from modelcheck.verdicts.warn import Warned


def to_markdown(spec: Spec, rows: Sequence[Row], warned: Sequence[Warned] = ()) -> Iterator[str]:
    """The lines of the tables; what they say of scenarios and variants is from ``spec``."""
    for name in dict.fromkeys(row.scenario for row in rows):
        own = [row for row in rows if row.scenario == name]
        models = list(dict.fromkeys(row.model for row in own))
        about = spec.scenarios[name].about
        yield f"**{name}**" + (f": {_text(about)}" if about else "")
        yield ""
        yield _line(["variant", *models])
        yield _line(["---"] * (len(models) + 1))
        for variant in dict.fromkeys(row.variant for row in own):
            found = {row.model: row for row in own if row.variant == variant}
            about = spec.variants[variant].about
            label = f"`{variant}`" + (f": {_text(about)}" if about else "")
            yield _line([label, *(_verdict(found[model]) if model in found else "" for model in models)])
        yield ""
        for warning in warned:
            if warning.scenario == name:
                yield f"Warning: {_text(warning.message)}."
                yield ""


def _verdict(row: Row) -> str:
    return row.found if row.as_expected else f"{row.found}, not {row.expected}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
