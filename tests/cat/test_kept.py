"""Built-in models are kept between runs, and made anew where that does not help."""

from __future__ import annotations

import json
import pickle
from importlib import resources
from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.cat.kept import keep, kept, of_today
from modelcheck.cat.load import BUILT_IN, model_from_text
from modelcheck.cat.parser import _parser, parse
from modelcheck.cat.stored import model_of, plain
from modelcheck.keeping import find


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


def test_what_is_kept_of_each_model_is_the_whole_of_it() -> None:
    for name in BUILT_IN:
        text = resources.files("modelcheck.models").joinpath(f"{name}.cat").read_text(encoding="utf-8")
        made = model_from_text(text, f"{name}.cat")
        again = model_of(json.loads(json.dumps(plain(made))))
        assert plain(again) == plain(made)
        assert list(map(str, again.axioms)) == list(map(str, made.axioms))
        for one, other in zip(made.axioms, again.axioms, strict=True):
            assert (one.node.support, one.node.rank, one.node.effort) == (
                *(other.node.support, other.node.rank, other.node.effort),
            )


def test_another_content_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    keep("sc", load_model("sc"))
    of_today.cache_clear()
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"" if path.suffix == ".lark" else path.open("rb").read())
    assert kept("sc") is None
    of_today.cache_clear()


def test_one_bit_that_has_changed_is_noticed(cache: Path) -> None:
    keep("sc", load_model("sc"))
    file = cache / "sc.model"
    whole = file.read_bytes()
    for at in range(0, 8 * len(whole), 67):
        changed = bytearray(whole)
        changed[at // 8] ^= 1 << at % 8
        file.write_bytes(changed)
        assert find("sc.model", of_today()) is None
    for length in range(0, len(whole), 100):
        file.write_bytes(whole[:length])
        assert kept("sc") is None


def test_no_entry_is_executed(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    struck = tmp_path / "struck"

    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (struck,)

    load_model("sc")
    _parser.cache_clear()
    _parser()
    names = [file.name for file in cache.iterdir()]
    assert "cat-grammar" in names
    for name in (*names, "sc.model", "lkmm.model"):
        (cache / name).write_bytes(pickle.dumps(Bomb()))
    assert kept("sc") is None
    _parser.cache_clear()
    assert model_from_text("acyclic po | rf | co as one", "one.cat").axioms[0].name == "one"
    assert not struck.exists()


def test_tables_that_are_kept_read_a_model_as_the_grammar_does(cache: Path) -> None:
    text = resources.files("modelcheck.models").joinpath("lkmm.cat").read_text(encoding="utf-8")
    _parser.cache_clear()
    from_grammar = parse(text, "lkmm.cat")
    assert (cache / "cat-grammar").exists()
    _parser.cache_clear()
    assert parse(text, "lkmm.cat") == from_grammar


def test_where_there_is_no_folder_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    keep("sc", load_model("sc"))
    assert kept("sc") is None
