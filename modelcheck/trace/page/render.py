"""Templates, style and script made one file; nothing from a trace can run in it."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from modelcheck.trace.narrative import narrative
from modelcheck.trace.page.data import data
from modelcheck.trace.page.verdicts import Verdicts
from modelcheck.trace.terminal import lines
from modelcheck.trace.trace import Trace


def page(trace: Trace) -> str:
    """``trace`` as an HTML document that loads nothing: its story, source, memory and edges, to be stepped through.

    What comes from the trace is text or JSON in it; the policy in its head allows only its own script and style.
    """
    told = narrative(trace)
    return _render(
        "page.html",
        told=told,
        trace=trace,
        clean=told.names.text,
        story="\n".join(lines(told)),
        data=_json(data(trace, told)),
        script=_text("page.js"),
    )


def index(verdicts: Verdicts) -> str:
    """The tables of ``verdicts`` as an HTML document that loads nothing and runs no script."""
    return _render("index.html", verdicts=verdicts, script="")


def _render(template: str, *, script: str, **values: Any) -> str:
    style = _text("page.css")
    return (
        _environment()
        .get_template(template)
        .render(style=Markup(style), script=Markup(script), policy=_policy(style, script), **values)
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("modelcheck.trace.page", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _text(name: str) -> str:
    return resources.files("modelcheck.trace.page").joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    scripts = f"'sha256-{_hash(script)}'" if script else "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'sha256-{_hash(style)}'; img-src data:; "
        f"base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _json(value: Any) -> Markup:
    """JSON that ends no element and begins none, whatever texts are in it."""
    text = json.dumps(value, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
