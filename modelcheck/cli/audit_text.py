"""An audit as a table, as JSON and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from modelcheck.auditing.element import Element, by_kind_and_place
from modelcheck.auditing.judgement import (
    GIVEN,
    MISPLACED,
    NOT_REACHED,
    OPEN,
    TOO_STRONG,
    Judgement,
    ModelAudit,
)
from modelcheck.auditing.report import Report

Kept = Mapping[tuple[str, int], Path]


def write(report: Report, format: str, stream: TextIO, kept: Kept) -> None:  # noqa: A002 (the option's name)
    """Write ``report`` to ``stream``; ``kept``: where traces are, by model and number of the judgement."""
    if format == "json":
        print(json.dumps(_json(report, kept), indent=1, ensure_ascii=False), file=stream)
        return
    for line in _markdown(report) if format == "markdown" else _lines(report, kept):
        print(line.rstrip(), file=stream)


def _rows(report: Report) -> Iterator[tuple[Element, list[Judgement]]]:
    """Each element that some model comes by, with what each model says; each may have scenarios of its own."""
    said = [{judgement.element.key: judgement for judgement in one.judgements} for one in report.audits]
    elements = {judgement.element.key: judgement.element for one in report.audits for judgement in one.judgements}
    for key, element in sorted(elements.items(), key=lambda item: by_kind_and_place(item[1])):
        several = [judgements.get(key) or Judgement(element, NOT_REACHED) for judgements in said]
        if any(judgement.verdict != NOT_REACHED for judgement in several):
            yield element, several


def _word(judgement: Judgement) -> str:
    return f"{judgement.verdict}: {judgement.weaker}" if judgement.verdict == TOO_STRONG else judgement.verdict


def _reasons(report: Report) -> Iterator[tuple[Element, str, list[str]]]:
    """Of each element what there is to say, with the models that say so."""
    for element, several in _rows(report):
        said: dict[str, list[str]] = {}
        for one, judgement in zip(report.audits, several, strict=True):
            for text in _told(judgement):
                said.setdefault(text, []).append(one.model)
        for text, models in said.items():
            yield element, text, models


def _told(judgement: Judgement) -> Iterator[str]:
    if judgement.verdict == MISPLACED:
        failure = judgement.failures[0]
        yield f"as it stands, {failure.scenario} fails ({failure.property}); it holds with it {judgement.place}"
        return
    if judgement.verdict == TOO_STRONG:
        yield f"{judgement.weaker} does in all scenarios"
    if judgement.verdict == OPEN:
        yield f"not known: {judgement.reason}"
    for failure in judgement.failures[:1]:
        more = len(judgement.failures) - 1
        others = f" (and {more} other scenario{'s' * (more > 1)})" if more else ""
        yield f"without it, {failure.scenario} fails: {failure.property}{others}"
    if judgement.verdict == GIVEN:
        for given in judgement.given:
            yield f"can go while one of these stays: {'; '.join(str(element) for element in given)}"


def _lines(report: Report, kept: Kept) -> Iterator[str]:
    models = [one.model for one in report.audits]
    rows = [(element, [_word(judgement) for judgement in several]) for element, several in _rows(report)]
    yield f"{report.spec}, {report.variant}: what the scenarios rest on"
    yield ""
    if rows:
        wide = max(len(f"{element.name}") for element, _ in rows)
        columns = [max([len(m), *(len(words[i]) for _, words in rows)]) for i, m in enumerate(models)]
        yield "  ".join((f"{'':{wide + 2}}", *(f"{m:{w}}" for m, w in zip(models, columns, strict=True))))
        kind = ""
        for element, words in rows:
            if element.kind != kind:
                kind = element.kind
                yield f"{kind}"
            yield "  ".join((f"  {element.name:{wide}}", *(f"{x:{w}}" for x, w in zip(words, columns, strict=True))))
        yield ""
    told: Element | None = None
    for element, text, found in _reasons(report):
        if element is not told:
            told = element
            yield f"{element}"
        yield f"    {', '.join(found)}: {text}"
    for one in report.audits:
        yield from _together(one)
    for (model, number), path in kept.items():
        element = next(one.judgements[number].element for one in report.audits if one.model == model)
        yield f"{model}: without {element.name}: modelcheck show {path}"
    yield from _repairs(report)
    for what, why in report.lost:
        yield f"{what}: came to nothing: {why}"


def _together(one: ModelAudit) -> Iterator[str]:
    yield ""
    holding = f"{len(one.asked)} scenario{' holds as it is' if len(one.asked) == 1 else 's hold as they are'}"
    yield f"{one.model}: {holding}; {one.questions} sets of changes asked about"
    for name, said in one.failing:
        yield f"    {name} was not asked about: {said}"
    for operation in one.unpaired:
        yield f"    {operation} was not asked about: no operation that belongs to it was found"
    for place in one.unclear:
        yield f"    {place} was not asked about: which of its operations is which is not clear"
    if one.unknown:
        yield f"    left as they are, since no weaker form of them is known: {', '.join(one.unknown)}"
    if not any(judgement.verdict != NOT_REACHED for judgement in one.judgements):
        yield "    no element of the kinds asked for is come by"
        return
    several = [loss for loss in one.losses if len(loss) > 1]
    for loss in several:
        yield f"    not all of these can go: {'; '.join(element.name for element in loss)}"
    for enough in one.suffice[:4]:
        yield f"    {len(enough)} suffice: {'; '.join(element.name for element in enough) or 'nothing is needed'}"
    if len(one.suffice) > 4:
        yield f"    … and {len(one.suffice) - 4} other minimal sets that suffice"
    if one.asked and not one.exhaustive:
        yield f"    not exhaustive: {one.reason}"


def _repairs(report: Report) -> Iterator[str]:
    for found in report.repairs:
        yield ""
        count = len(found.repairs)
        yield f"{found.scenario} under {found.model}: {count or 'no'} repair{'s' * (count != 1)}"
        if found.reason:
            yield f"    {found.reason}"
        for number, repair in enumerate(found.repairs, 1):
            checked = ", ".join(f"{scenario} ({model})" for scenario, model in repair.checked)
            yield ""
            yield f"{number}. {'; '.join(repair.changes)}"
            yield f"   checked as a patch: {checked}"
            yield from repair.patch.splitlines()
        if not found.exhaustive:
            yield f"    not exhaustive: {found.reason}"


def _markdown(report: Report) -> Iterator[str]:
    models = [one.model for one in report.audits]
    yield f"| element | {' | '.join(models)} |"
    yield f"| --- |{' --- |' * len(models)}"
    for element, several in _rows(report):
        yield f"| {element.kind}: `{_escaped(str(element))}` | {' | '.join(_word(j) for j in several)} |"
    yield ""
    for element, text, found in _reasons(report):
        if not text.startswith("without it"):
            yield f"- `{_escaped(element.name)}` ({', '.join(found)}): {text}"
    for place in dict.fromkeys(place for one in report.audits for place in (*one.unpaired, *one.unclear)):
        yield f"- `{_escaped(place)}`: not asked about"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'")


def _json(report: Report, kept: Kept) -> dict[str, Any]:
    return {
        "spec": report.spec,
        "variant": report.variant,
        "models": [
            {
                "model": one.model,
                "scenarios": list(one.asked),
                "failing": [{"scenario": name, "verdict": said} for name, said in one.failing],
                "elements": [
                    {
                        "kind": j.element.kind,
                        "text": j.element.text,
                        "places": [str(place) for place in j.element.places],
                        "function": j.element.places[0].function,
                        "verdict": j.verdict,
                        "weaker": j.weaker or None,
                        "failures": [
                            {"scenario": f.scenario, "property": f.property, "message": f.message} for f in j.failures
                        ],
                        "given": [_names(given) for given in j.given],
                        "place": j.place or None,
                        "trace": str(kept[one.model, number]) if (one.model, number) in kept else None,
                        "reason": j.reason,
                    }
                    for number, j in enumerate(one.judgements)
                ],
                "suffice": [_names(chosen) for chosen in one.suffice],
                "losses": [_names(chosen) for chosen in one.losses],
                "exhaustive": one.exhaustive,
                "reason": one.reason,
                "unpaired": list(one.unpaired),
                "unclear": list(one.unclear),
                "unknown": list(one.unknown),
                "questions": one.questions,
                "seconds": round(one.seconds, 3),
            }
            for one in report.audits
        ],
        "repairs": [
            {
                "scenario": found.scenario,
                "model": found.model,
                "repairs": [
                    {
                        "changes": list(repair.changes),
                        "patch": repair.patch,
                        "checked": [{"scenario": s, "model": m} for s, m in repair.checked],
                    }
                    for repair in found.repairs
                ],
                "exhaustive": found.exhaustive,
                "reason": found.reason,
            }
            for found in report.repairs
        ],
        "lost": [{"job": what, "reason": why} for what, why in report.lost],
    }


def _names(elements: Sequence[Element]) -> list[str]:
    return [str(element) for element in elements]
