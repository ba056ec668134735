"""Models in several files, as the kernel has them: configuration, bell, macros, a lock.cat that chooses rf and co."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from modelcheck.cat import Model, load_model
from modelcheck.cat.configuration import read_configuration
from modelcheck.cat.definitions import parse_definitions
from modelcheck.errors import InputError
from tests.models import litmus

FILES = Path(__file__).parent / "files"
LITMUS = Path(__file__).parents[1] / "litmus"
MOST = 1500
"""Candidates that brute force looks at; larger tests are left out."""


@pytest.fixture(scope="module")
def without_choices(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The same model with our lock.cat, which takes rf and co of locks as the execution has them."""
    folder = tmp_path_factory.mktemp("files")
    for name in ("own.cat", "own.bell"):
        shutil.copy(FILES / name, folder / name)
    return load_model(str(folder / "own.cat"), bell=str(folder / "own.bell"))


def test_a_configuration_names_model_bell_macros_and_variants() -> None:
    found = read_configuration(FILES / "own.cfg")
    assert (found.model, found.bell, found.macros) == (
        str(FILES / "own.cat"),
        FILES / "own.bell",
        FILES / "own.def",
    )
    assert found.variants == {"lkmmv2"}
    assert found.pictures["edgeattr"] == "hb,color,indigo; co,color,blue"


def test_a_lock_cat_that_chooses_rf_and_co_allows_what_the_execution_has_chosen(without_choices: Model) -> None:
    choosing = read_configuration(FILES / "own.cfg").load()
    assert "lock-choices" in [axiom.name for axiom in choosing.axioms]
    compared = 0
    for path in sorted(LITMUS.glob("*.litmus")):
        try:
            test = litmus.parse(path.read_text())
            found, wanted = litmus.observe(test, choosing, MOST), litmus.observe(test, without_choices, MOST)
        except litmus.UnsupportedError:
            continue
        assert (path.stem, *found) == (path.stem, *wanted)
        compared += 1
    assert compared > 150


def test_after_its_choices_the_model_is_the_execution_s_own(without_choices: Model) -> None:
    choosing = read_configuration(FILES / "own.cfg").load()
    assert choosing.coherent
    assert choosing.atomic
    assert repr(choosing.named["fr"]) == repr(without_choices.named["fr"])


@pytest.mark.parametrize(
    ("name", "rule", "verdict"),
    [
        ("lock-message", "others-look e = (LKW * {e}) & loc & ext", "Never"),
        ("lock-either-first", "others-look e = (LKW * {e}) & loc & ext", "Sometimes"),
    ],
)
def test_verdicts_of_locks_under_the_kernel_like_model(name: str, rule: str, verdict: str) -> None:
    assert rule in (FILES / "lock.cat").read_text()
    test = litmus.parse((LITMUS / f"{name}.litmus").read_text())
    assert litmus.observe(test, read_configuration(FILES / "own.cfg").load())[0] == verdict


def test_a_choice_that_the_text_does_not_offer_is_no_execution(tmp_path: Path) -> None:
    for name in ("own.cat", "own.bell", "own.cfg", "own.def"):
        shutil.copy(FILES / name, tmp_path / name)
    text = (FILES / "lock.cat").read_text()
    # Unlocks that are not ordered after their sections leave a coherence order that is not the execution's.
    (tmp_path / "lock.cat").write_text(text.replace("let co = (co | critical | (critical^-1 ; co))+", "let co = co+"))
    model = read_configuration(tmp_path / "own.cfg").load()
    test = litmus.parse((LITMUS / "lock-message.litmus").read_text())
    assert litmus.observe(test, model)[:3] == ("Never", 0, 0)


OLD = """"Full read-modify-writes as fences around them"
enum Barriers = 'mb || 'rmb || 'wmb
instructions F[Barriers]
let strong = [M] ; fencerel(Mb) ; [M]
"""


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("atomic-xchg-is-full", "Never"),
        ("atomic-failed-cmpxchg-is-not", "Sometimes"),
        ("atomic-xchg-relaxed-is-not", "Sometimes"),
        ("propagation-store-buffering-mbs", "Never"),
        ("propagation-store-buffering-one-mb", "Sometimes"),
    ],
)
def test_where_mb_is_a_fence_only_a_full_atomic_has_one_on_either_side(name: str, verdict: str, tmp_path: Path) -> None:
    (tmp_path / "old.bell").write_text(OLD)
    (tmp_path / "old.cat").write_text(
        "acyclic po-loc | com as coherence\nacyclic strong | rfe | coe | fre | [R] ; (po & loc) ; [W] as order"
    )
    model = load_model(str(tmp_path / "old.cat"), bell=str(tmp_path / "old.bell"))
    assert litmus.observe(litmus.parse((LITMUS / f"{name}.litmus").read_text()), model)[0] == verdict


def test_a_model_may_use_what_the_bell_file_defines_and_ask_for_variants(tmp_path: Path) -> None:
    (tmp_path / "m.bell").write_text("enum Kinds = 'once let mine = po")
    (tmp_path / "m.cat").write_text('if "strict" empty mine as nothing else acyclic mine as order end')
    names = {
        variants: [
            a.name for a in load_model(str(tmp_path / "m.cat"), bell=str(tmp_path / "m.bell"), variants=variants).axioms
        ]
        for variants in (frozenset[str](), frozenset({"strict"}))
    }
    assert list(names.values()) == [["order"], ["nothing"]]
    with pytest.raises(InputError, match="mine is not defined"):
        load_model(str(tmp_path / "m.cat"))


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("model missing.cat\n", 1, 7, "no file missing.cat"),
        ("bell\n", 1, 1, "bell needs a value"),
        ("graph columns\n\n  colour red", 3, 3, "the setting colour is not known"),
        ("conf other.cfg", 1, 1, "not supported"),
    ],
)
def test_a_wrong_configuration_is_refused_at_its_place(
    text: str, line: int, column: int, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.cfg"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_configuration(path)
    assert (caught.value.file, caught.value.line, caught.value.column) == (str(path), line, column)
    assert says in caught.value.message


def test_a_configuration_may_name_a_built_in_model_or_none(tmp_path: Path) -> None:
    (tmp_path / "a.cfg").write_text("model lkmm\n")
    assert read_configuration(tmp_path / "a.cfg").load() is load_model("lkmm")
    (tmp_path / "b.cfg").write_text("graph columns\n")
    with pytest.raises(InputError, match="no model is named"):
        read_configuration(tmp_path / "b.cfg").load()
    with pytest.raises(InputError, match="No such file"):
        read_configuration(tmp_path / "c.cfg")


def test_definitions_say_which_events_a_primitive_makes() -> None:
    found = read_configuration(FILES / "own.cfg").primitives()
    assert found is not None
    steps = {name: [(s.operation, s.event_tags, s.arguments) for s in p.steps] for name, p in found.items()}
    assert steps["READ_ONCE"] == [("load", ("ONCE", "ONCE"), ("X",))]
    assert steps["smp_store_mb"] == [("store", ("ONCE", "ONCE"), ("X", "V")), ("fence", ("Mb", "Mb"), ())]
    assert steps["xchg"] == [("xchg", ("MB", "MB"), ("X", "V"))]
    assert steps["cmpxchg_acquire"] == [("cmpxchg", ("ACQUIRE", "ONCE"), ("X", "V", "W"))]
    assert steps["atomic_sub_return_release"] == [("atomic_op_return", ("ONCE", "RELEASE"), ("X", "-", "V"))]
    assert steps["atomic_inc"] == [("atomic_op", ("NORETURN", "NORETURN"), ("X", "+", "1"))]
    assert steps["synchronize_srcu"] == [("srcu", ("Sync-srcu", "Sync-srcu"), ("X",))]
    assert steps["spin_trylock"] == [("trylock", ("", ""), ("X",))]
    assert (found["atomic_read"].steps, found["atomic_read"].calls) == ((), ("READ_ONCE",))
    assert found["atomic_dec_and_test"].body.endswith("== 0")
    assert found["atomic_dec_and_test"].value
    assert not found["WRITE_ONCE"].value
    assert found["WRITE_ONCE"].parameters == ("X", "V")


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("READ_ONCE(X) __load(X)", 1, 20, "needs a tag"),
        ("READ_ONCE(X) __load{twice}(X)", 1, 21, "no tag twice"),
        ("\nf(X) { __store{once}(X); }", 2, 8, "takes 2 arguments, not 1"),
        ("f(X) { __stored{once}(X); }", 1, 8, "no operation __stored"),
        ("f(X) { __srcu{srcu-lock}(X, 1); }", 1, 8, "takes 1 argument, not 2"),
        ("f(X) { __srcu{rcu-lock}(X); }", 1, 15, "rcu-lock is no tag of __srcu"),
        ("f(X) { __fence{mb};", 1, 6, "never closed"),
        ("f(X) __load{once}(X", 1, 6, "never closed"),
        ("f(X) g(X)", 1, 1, "uses g, which is not defined"),
        ("f(X) g(X)\ng(X) f(X)", 1, 1, "defined by itself"),
        ("f __fence{mb}", 1, 1, "NAME(PARAMETERS)"),
        ("f(X)", 1, 5, "defined as nothing"),
        ("f(X) __atomic_op{mb}(X,%,1)", 1, 6, "% is no operator"),
        ("f(1) __fence{mb}", 1, 3, "no name of a parameter"),
    ],
)
def test_a_wrong_definition_is_refused_at_its_place(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_definitions(text, "wrong.def")
    assert says in caught.value.message
    assert (caught.value.file, caught.value.line, caught.value.column) == ("wrong.def", line, column)
