"""The digest of a model: of everything that it rests on, and of nothing else."""

from __future__ import annotations

from pathlib import Path

from modelcheck.cat.load import model_digest


def make(folder: Path, inner: str = "acyclic po | rf | co | fr as sc\n") -> str:
    (folder / "parts").mkdir(parents=True)
    (folder / "parts" / "inner.cat").write_text(inner)
    (folder / "mine.cat").write_text('"mine"\ninclude "parts/inner.cat"\n')
    (folder / "other.cat").write_text('"other"\nacyclic po as other\n')
    return str(folder / "mine.cat")


def test_a_copy_elsewhere_has_the_same_digest(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other")
    (tmp_path / "other" / "other.cat").write_text('"other"\nacyclic rf as other\n')
    assert model_digest(one) == model_digest(other)


def test_an_included_file_in_another_folder_counts(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other", "acyclic po | rf | co as weak\n")
    assert model_digest(one) != model_digest(other)
    before = model_digest(one)
    (tmp_path / "one" / "parts" / "inner.cat").write_text("acyclic po | rf as weaker\n")
    assert model_digest(one) != before


def test_a_built_in_model_is_its_name() -> None:
    assert model_digest("sc") == "sc"
