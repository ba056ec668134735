"""``modelcheck minimise``: a trace like any other, smaller; and one line for what cannot be cut down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelcheck.trace import read_trace
from tests.cli.conftest import Command

NAME = "traces/mailbox/deliver--no-release--lkmm.json"


@pytest.fixture
def failing(modelcheck: Command, mailbox: Path) -> Path:
    """The trace of the letter that is not there: unordered by the sender."""
    assert modelcheck("check", mailbox, "--variant", "no-release", "--model", "lkmm", "-j", "0").code == 0
    return Path(NAME)


def test_it_writes_a_smaller_trace_beside_the_old_one_and_says_what_it_dropped(
    modelcheck: Command, failing: Path
) -> None:
    outcome = modelcheck("minimise", failing)
    assert outcome.code == 0
    *sentences, file = outcome.out.splitlines()
    assert file == "traces/mailbox/deliver--no-release--lkmm.minimised.json"
    old, new = read_trace(failing), read_trace(Path(file))
    # Stores may overtake one another under PSO, too, which knows no acquire that the model LKMM would need.
    assert new.model == "pso"
    assert (new.property, new.source, new.stack, new.setting) == (old.property, old.source, old.stack, old.setting)
    assert [f"  {sentence}" for sentence in new.minimised] == sentences
    assert sentences
    assert len(new.execution.events) <= len(old.execution.events)
    assert modelcheck("show", file).code == 0
    assert modelcheck("replay", file).code == 0
    assert modelcheck("minimise", file, "-o", "again.json").code == 0
    assert read_trace(Path("again.json")).execution == new.execution


ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "name",
    [
        "balloon/assign--isolate-no-locks--lkmm",
        "balloon/assign-race--posted--lkmm",
        "balloon/clear--isolate-no-list-lock--tso",
        "balloon/migrate--return-error--sc",
        "balloon/migrate-leak--return-error--lkmm",
        "balloon/wipe-at-removal--wipe-deferred--sc",
        "rcu-refcount/remove--free-at-once--lkmm",
        "seqlock/read--no-wmb-after-odd--lkmm",
    ],
)
def test_a_stored_failure_is_cut_down_and_replays(
    modelcheck: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    stored, file = ROOT / "traces" / f"{name}.json", tmp_path / "smaller.json"
    monkeypatch.chdir(ROOT)
    assert modelcheck("minimise", stored, "-o", file).code == 0
    assert modelcheck("replay", file).code == 0
    old, new = read_trace(stored), read_trace(file)
    assert new.property == old.property
    assert [s.function for s in (*new.stack, new.source) if s] == [s.function for s in (*old.stack, old.source) if s]
    # Headers may do more than when the failure was stored: mutex_unlock() looks at a mutex once more.
    touched = {event.name for event in old.execution.events}
    assert sum(event.name in touched for event in new.execution.events) <= len(old.execution.events)


def test_the_same_bytes_every_time(modelcheck: Command, failing: Path) -> None:
    for name in ("a.json", "b.json"):
        assert modelcheck("minimise", failing, "-o", name).code == 0
    assert Path("a.json").read_bytes() == Path("b.json").read_bytes()


def test_check_can_do_it_for_each_trace_it_keeps(modelcheck: Command, mailbox: Path, failing: Path) -> None:
    assert modelcheck("minimise", failing, "-o", "alone.json").code == 0
    outcome = modelcheck("check", mailbox, "--variant", "no-release", "--model", "lkmm", "-j", "0", "--minimise")
    assert outcome.code == 0
    assert failing.read_bytes() == Path("alone.json").read_bytes()


def test_lines_of_the_source_may_have_moved(modelcheck: Command, mailbox: Path, failing: Path) -> None:
    source = mailbox / "mailbox.c"
    source.write_text(source.read_text().replace("static int letter;", "/* Two\nlines. */\nstatic int letter;"))
    assert modelcheck("minimise", failing, "-o", "moved.json").code == 0
    old, new = read_trace(failing), read_trace(Path("moved.json"))
    assert old.source is not None
    assert new.source is not None
    assert new.source.line == old.source.line + 2
    assert modelcheck("replay", "moved.json").code == 0


def test_a_failure_that_is_gone_is_exit_1(modelcheck: Command, mailbox: Path, failing: Path) -> None:
    patch = mailbox / "patches" / "no-release.diff"
    assert "+" in patch.read_text()
    source = mailbox / "mailbox.c"
    source.write_text(source.read_text().replace("smp_load_acquire(&flag)", "READ_ONCE(letter)"))
    outcome = modelcheck("minimise", failing)
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.out.startswith(f"{failing}: no longer possible: ")
    assert outcome.out.count("\n") == 1


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("scenario", "delivr", "does not belong to this source: "),
        ("variant", "none", "does not belong to this source: "),
        ("minimised", [1], "is damaged: "),
    ],
)
def test_a_trace_of_something_else_is_exit_2(
    modelcheck: Command, failing: Path, key: str, value: object, complaint: str
) -> None:
    document = json.loads(failing.read_text())
    document[key] = value
    failing.write_text(json.dumps(document))
    outcome = modelcheck("minimise", failing)
    assert outcome.code == 2, outcome.out
    assert outcome.err.startswith(f"modelcheck: {failing}: {complaint}")


def test_a_spec_that_is_gone_is_asked_for(modelcheck: Command, mailbox: Path, failing: Path) -> None:
    moved = mailbox.rename(mailbox.with_name("elsewhere"))
    outcome = modelcheck("minimise", failing)
    assert outcome.code == 2
    assert "its spec is not at mailbox; --source DIR says where it is" in outcome.err
    assert modelcheck("minimise", failing, "--source", moved).code == 0
    assert modelcheck("minimise", failing, "--source", "nowhere").code == 2
    assert (
        modelcheck("minimise", "none.json").err == "modelcheck: none.json: cannot be read: No such file or directory\n"
    )
