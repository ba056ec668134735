"""Built-in models are kept between runs, and made anew where that does not help."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.cat.kept import keep, kept


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache folder of the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "modelcheck"


def test_what_is_kept_is_the_same_model() -> None:
    assert kept("sc") is None
    keep("sc", load_model("sc"))
    found = kept("sc")
    assert found is not None
    assert [axiom.name for axiom in found.axioms] == [axiom.name for axiom in load_model("sc").axioms]


def test_the_newest_takes_the_place_of_older_ones(cache: Path) -> None:
    cache.mkdir()
    (cache / "sc-0123.model").touch()
    keep("sc", load_model("sc"))
    assert len(list(cache.glob("sc-*.model"))) == 1


def test_another_content_is_another_file(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    keep("sc", load_model("sc"))
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"" if path.suffix == ".lark" else path.open("rb").read())
    assert kept("sc") is None


def test_a_file_that_is_none_is_as_good_as_no_file(cache: Path) -> None:
    keep("sc", load_model("sc"))
    (file,) = cache.glob("sc-*.model")
    file.write_bytes(b"no model")
    assert kept("sc") is None


def test_where_there_is_no_folder_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    keep("sc", load_model("sc"))
    assert kept("sc") is None
