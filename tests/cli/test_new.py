"""``modelcheck new``: what it writes runs, and nothing is overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command


def test_what_it_writes_passes_as_posted_and_fails_where_it_says(modelcheck: Command, tmp_path: Path) -> None:
    outcome = modelcheck("new", "letter-box")
    assert outcome.code == 0
    assert outcome.out == (
        "letter-box/spec.toml\nletter-box/letter-box.c\nletter-box/patches/no-release.patch\n\n"
        "Now: modelcheck check letter-box\n"
    )
    outcome = modelcheck("check", "letter-box", "--format", "json", "-j", "0")
    document = json.loads(outcome.out)
    assert (outcome.code, outcome.err, document["spec"]) == (0, "", "letter-box")
    found = {(row["variant"], row["model"]): row["verdict"] for row in document["results"]}
    assert found == {
        ("posted", "sc"): "PASS",
        ("posted", "tso"): "PASS",
        ("posted", "lkmm"): "PASS",
        ("no-release", "sc"): "PASS",
        ("no-release", "tso"): "PASS",
        ("no-release", "lkmm"): "FAIL",
    }
    assert modelcheck("check", "letter-box", "--engine", "interleave", "--model", "sc", "-j", "0").code == 0


def test_it_goes_where_it_is_told(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "my specs").mkdir()
    outcome = modelcheck("new", "box", "--dir", "my specs")
    assert outcome.out.endswith("Now: modelcheck check 'my specs/box'\n")
    assert (tmp_path / "my specs" / "box" / "box.c").is_file()


def test_what_is_there_is_left_alone(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "file").write_text("mine")
    for name in ("box", "file"):
        outcome = modelcheck("new", name)
        assert (outcome.code, outcome.err) == (2, f"modelcheck: {name}: is there already\n")
    assert list((tmp_path / "box").iterdir()) == []
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "a b", "../up", "a/b", "-", ".hidden", "a--b", "a_", "ä"])
def test_a_name_that_cannot_be_one_is_refused(modelcheck: Command, tmp_path: Path, name: str) -> None:
    outcome = modelcheck("new", "--", name)
    said = f"modelcheck: '{name}' cannot be the name of a spec: letters, digits and single - _ . only\n"
    assert (outcome.code, outcome.err) == (2, said)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(modelcheck: Command) -> None:
    outcome = modelcheck("new", "box", "--dir", "none")
    assert (outcome.code, outcome.err) == (2, "modelcheck: none: no such folder\n")
