"""The LKMM against herd7's verdicts, execution counts and flags, where the shared litmus tests are present."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from modelcheck.cat import load_model
from tests.models import litmus

SHARED = Path(__file__).parents[3] / "shared" / "litmus"
FOLDERS = ("demo", "deps", "extra", "kernel", "lkml", "lwn573436", "lwn573497", "oota", "plain", "srcu", "tree")
MOST = 400
"""Candidates looked at for one test; larger tests are left to the solver."""

OUT_OF_THIN_AIR = ("plain/C-OOTA.litmus", "kernel/crypto-control-data.litmus")


def _rows(folder: str) -> list[dict[str, str]]:
    with (SHARED / "expected.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["path"].startswith(f"{folder}/")]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared litmus tests are not here")
@pytest.mark.parametrize("folder", FOLDERS)
def test_the_lkmm_says_what_herd7_says(folder: str) -> None:
    model = load_model("lkmm")
    wrong = []
    for row in _rows(folder):
        if row["path"] in OUT_OF_THIN_AIR:
            continue
        try:
            test = litmus.parse((SHARED / row["path"]).read_text())
            verdict, positive, negative, flags = litmus.observe(test, model, MOST)
        except litmus.UnsupportedError:
            continue
        same = verdict == row["verdict"]
        if row["source"] == "herd7":
            same &= (str(positive), str(negative)) == (row["positive"], row["negative"])
            same &= flags == set(row["flags"].replace(";", " ").split())
        if not same:
            wrong.append((row["path"], verdict, positive, negative, flags))
    assert not wrong
