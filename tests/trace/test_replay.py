"""Replay: stored failures show again on the code they come from, and not on code that has been mended."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.spec import program_spec
from modelcheck.trace import Trace, read_trace
from modelcheck.trace.replay import FOREIGN, IMPOSSIBLE, REPRODUCES, Replayed, Sources, replay
from modelcheck.verdicts.cells import Cell, Choice, choose
from modelcheck.verdicts.job import Job, answer

ROOT = Path(__file__).parents[2]
TRACES = sorted((ROOT / "traces").glob("*/*.json"))
BALLOON = ROOT / "traces" / "balloon"


@cache
def sources() -> Sources:
    return Sources()


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_every_stored_trace_reproduces(path: Path) -> None:
    found = replay(read_trace(path), sources(), path)
    assert found.outcome == REPRODUCES, (found.reason, found.now)


def test_replay_needs_no_solver() -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from modelcheck.trace import read_trace\n"
        "from modelcheck.trace.replay import Sources, replay\n"
        f"path = Path({str(BALLOON / 'migrate--return-success--tso.json')!r})\n"
        "assert replay(read_trace(path), Sources(), path).outcome == 'reproduces'\n"
        "sys.exit('z3' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


# ---------------------------------------------------------------- changed code

PUBLISH = """
#include <lkmm.h>
#include <assert.h>
#include <pthread.h>

struct letter { int paper; int words; };
static struct letter letter;
static int flag;

static void *sender(void *arg)
{
	WRITE_ONCE(letter.words, 7);
	WRITE_ONCE(flag, 1);
	return NULL;
}

static void *receiver(void *arg)
{
	if (READ_ONCE(flag)) {
		smp_rmb();
		assert(READ_ONCE(letter.words) == 7);
	}
	return NULL;
}

int main(void)
{
	pthread_t one, two;

	pthread_create(&one, NULL, sender, NULL);
	pthread_create(&two, NULL, receiver, NULL);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return 0;
}
"""


def checked(folder: Path, text: str, model: str, engine: str = "z3") -> tuple[Path, Path]:
    """A program and the trace of its failure."""
    file = folder / "program.c"
    file.write_text(text)
    spec = program_spec(file)
    (cell,) = choose(spec, Choice(models=(model,)))
    assert isinstance(cell, Cell)
    trace = answer(Job(spec, cell, engine)).trace
    assert trace is not None
    path = folder / "trace.json"
    path.write_bytes(trace)
    return file, path


def again(file: Path, path: Path, text: str) -> Replayed:
    file.write_text(text)
    return replay(read_trace(path), Sources(), path)


@pytest.fixture
def publish(tmp_path: Path) -> tuple[Path, Path]:
    return checked(tmp_path, PUBLISH, "lkmm")


def test_a_program_without_a_manifest_replays(publish: tuple[Path, Path]) -> None:
    file, path = publish
    found = again(file, path, PUBLISH)
    assert found.outcome == REPRODUCES
    assert found.now is not None
    assert found.now.line == "assert(READ_ONCE(letter.words) == 7);"
    assert found.execution is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("static void *sender", "\n\n/* moved */\nstatic int unrelated[9];\n\nstatic void *sender"),
        ("struct letter { int paper; int words; };", "struct letter { long stamp; int paper; int words; };"),
        ("static int flag;", "static int first, second[40];\nstatic int flag;"),
        ("WRITE_ONCE(flag, 1);", "int mine = 3; int *p = &mine;\n\t*p = 4;\n\tWRITE_ONCE(flag, 1);"),
        ("smp_rmb();", "smp_mb();"),
        ("WRITE_ONCE(letter.words, 7);", "smp_mb();\n\tWRITE_ONCE(letter.words, 7);"),
        ("WRITE_ONCE(letter.words, 7);", "letter.words = 7;"),
        ("if (READ_ONCE(flag)) {", "int seen = READ_ONCE(flag);\n\tif (seen) {"),
    ],
    ids=["lines", "layout", "addresses", "a-local", "a-stronger-fence", "a-fence-elsewhere", "plain", "a-variable"],
)
def test_what_does_not_matter_may_change(publish: tuple[Path, Path], old: str, new: str) -> None:
    assert old in PUBLISH
    found = again(*publish, PUBLISH.replace(old, new))
    assert found.outcome == REPRODUCES, (found.reason, found.now)


def test_a_new_barrier_forbids_the_execution_and_is_named(publish: tuple[Path, Path]) -> None:
    found = again(*publish, PUBLISH.replace("WRITE_ONCE(flag, 1);", "smp_wmb();\n\tWRITE_ONCE(flag, 1);"))
    assert found.outcome == IMPOSSIBLE
    assert found.axiom
    assert found.execution is not None
    (fresh,) = found.fresh
    assert found.execution.events[fresh].tags == {"Wmb"}
    assert "there is a fence [Wmb] at program.c:13" in found.reason
    ends = [found.execution.events[edge.source].name for edge in found.cycle]
    assert {"letter.words", "flag"} & set(ends)


def test_a_release_forbids_the_execution_and_is_named(publish: tuple[Path, Path]) -> None:
    found = again(*publish, PUBLISH.replace("WRITE_ONCE(flag, 1);", "smp_store_release(&flag, 1);"))
    assert found.outcome == IMPOSSIBLE
    assert "a write of flag [RELEASE] at program.c:13" in found.reason


@pytest.mark.parametrize(
    ("old", "new", "reason", "now"),
    [
        ("WRITE_ONCE(flag, 1);", "WRITE_ONCE(flag, 2);", "sender writes flag = 2, where the trace writes flag = 1", 13),
        ("WRITE_ONCE(flag, 1);", "", "sender does no more, where the trace writes flag = 1", 12),
        ("if (READ_ONCE(flag)) {", "if (READ_ONCE(letter.paper)) {", "receiver reads letter.paper, where", 19),
        ("READ_ONCE(flag))", "!READ_ONCE(flag))", "receiver does no more, where the trace reads letter.words = 0", 19),
        ("static int flag;", "static int flag = 3;", "flag = 3", None),
        ("== 7);", "!= 7);", "assertion does not fail here any more", None),
        ("== 7);", "< 8);", "assertion does not fail here any more", None),
    ],
    ids=["value", "gone", "place", "branch", "start", "condition", "weaker"],
)
def test_what_matters_may_not_change(
    publish: tuple[Path, Path], old: str, new: str, reason: str, now: int | None
) -> None:
    assert old in PUBLISH
    if new == "static int flag = 3;":
        # Nobody reads the start of flag in this execution: that change alone does not show.
        assert again(*publish, PUBLISH.replace(old, new)).outcome == REPRODUCES
        return
    found = again(*publish, PUBLISH.replace(old, new))
    assert found.outcome == IMPOSSIBLE
    assert reason in found.reason
    if now is not None:
        assert found.now is not None
        assert found.now.source.line == now


def test_another_start_is_noticed_by_who_reads_it(publish: tuple[Path, Path]) -> None:
    found = again(*publish, PUBLISH.replace("static struct letter letter;", "static struct letter letter = { 0, 5 };"))
    assert found.outcome == IMPOSSIBLE
    assert "receiver reads letter.words = 5, where the trace reads letter.words = 0" in found.reason


OBJECT = """
#include <linux/slab.h>
#include <pthread.h>
struct dev { int a, b; struct dev *next; };
static struct dev *shared;
static void *reader(void *x)
{
	struct dev *d = READ_ONCE(shared);
	if (d)
		BUG_ON(READ_ONCE(d->next->b) != 7);
	return NULL;
}
int main(void)
{
	pthread_t t;
	MADE
	WRITE_ONCE(d->a, 1);
	WRITE_ONCE(d->next, d);
	pthread_create(&t, NULL, reader, NULL);
	WRITE_ONCE(shared, d);
	WRITE_ONCE(d->b, 7);
	pthread_join(t, NULL);
	return 0;
}
"""
TYPED = "struct dev *d = kzalloc(sizeof(*d), GFP_KERNEL);"
UNTYPED = "void *raw = kzalloc(sizeof(struct dev), GFP_KERNEL); struct dev *d = raw;"
OTHER = "struct dev *e = kzalloc(sizeof(*e), GFP_KERNEL); "


@pytest.mark.parametrize(("then", "now"), [(TYPED, UNTYPED), (UNTYPED, TYPED), (UNTYPED, OTHER + TYPED)])
@pytest.mark.parametrize(("model", "engine"), [("sc", "interleave"), ("tso", "z3"), ("lkmm", "z3")])
def test_an_object_is_the_same_whether_or_not_its_type_is_known(
    then: str, now: str, model: str, engine: str, tmp_path: Path
) -> None:
    file, path = checked(tmp_path, OBJECT.replace("MADE", then), model, engine)
    assert again(file, path, OBJECT.replace("MADE", now)).outcome == REPRODUCES
    mended = OBJECT.replace("d->b, 7", "d->a, 7").replace("d->a, 1", "d->b, 7")
    assert again(file, path, mended.replace("MADE", now)).outcome == IMPOSSIBLE


def test_other_threads_are_another_program(publish: tuple[Path, Path]) -> None:
    found = again(*publish, PUBLISH.replace("sender", "writer"))
    assert found.outcome == FOREIGN
    assert found.reason == "the threads of 'main' are writer, receiver; those of the trace are sender, receiver"


def test_a_patch_is_applied_for_the_replay_alone(publish: tuple[Path, Path], tmp_path: Path) -> None:
    file, path = publish
    patch = tmp_path / "fix.patch"
    patch.write_text(
        "--- a/program.c\n+++ b/program.c\n@@ -11,4 +11,5 @@\n {\n \tWRITE_ONCE(letter.words, 7);\n"
        "+\tsmp_wmb();\n \tWRITE_ONCE(flag, 1);\n \treturn NULL;\n"
    )
    found = replay(read_trace(path), Sources(patch=patch), path)
    assert (found.outcome, bool(found.axiom)) == (IMPOSSIBLE, True)
    assert file.read_text() == PUBLISH


def test_the_patch_that_mends_a_variant_of_the_balloon_ends_its_trace(tmp_path: Path) -> None:
    path = BALLOON / "clear-watched--clear-no-wmb--lkmm.json"
    wrong = (ROOT / "specs/balloon/patches/clear-no-wmb.patch").read_text()
    patch = tmp_path / "back.patch"
    patch.write_text(wrong.replace("@@ -52,7 +52,6 @@", "@@ -52,6 +52,7 @@").replace("-\tsmp_wmb();", "+\tsmp_wmb();"))
    found = replay(read_trace(path), Sources(patch=patch), path)
    assert found.outcome == IMPOSSIBLE
    assert "there is a fence [Wmb] at include/linux/balloon_compaction.h:" in found.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"scenario": "nothing"}, "has no scenario 'nothing'"),
        ({"variant": "nothing"}, "has no variant 'nothing'"),
        ({"model": "alpha"}, "there is no memory model 'alpha'"),
        ({"model": "alpha.cat"}, "its memory model alpha.cat is not there"),
    ],
)
def test_what_is_not_there_is_foreign(publish: tuple[Path, Path], change: dict[str, str], reason: str) -> None:
    found = replay(attrs.evolve(read_trace(publish[1]), **change), Sources(), publish[1])  # type: ignore[arg-type]
    assert found.outcome == FOREIGN
    assert reason in found.reason


def test_a_spec_that_is_nowhere_is_foreign(publish: tuple[Path, Path]) -> None:
    file, path = publish
    trace = read_trace(path)
    file.unlink()
    found = replay(trace, Sources(), path)
    assert found.outcome == FOREIGN
    assert "--source DIR says where it is" in found.reason
    with pytest.raises(InputError, match="no such file or folder"):
        replay(trace, Sources(source=file), path)


# ---------------------------------------------------------------- edited traces


def edited(trace: Trace, **change: Any) -> Trace:
    return attrs.evolve(trace, execution=attrs.evolve(trace.execution, **change))


def test_an_edited_value_is_damage(publish: tuple[Path, Path]) -> None:
    trace = read_trace(publish[1])
    for event in trace.execution.events:
        if event.kind == "R" and isinstance(event.value, int):
            events = list(trace.execution.events)
            events[event.id] = attrs.evolve(event, value=event.value + 1)
            with pytest.raises(InputError, match=f"event {event.id} does not read what event"):
                replay(edited(trace, events=tuple(events)), Sources(), publish[1])


def test_an_edited_source_of_a_read_is_damage(publish: tuple[Path, Path]) -> None:
    trace = read_trace(publish[1])
    first, *others = trace.execution.rf
    for rf in (others, [first, *others, first], [(0, first[1]), *others][: len(others)]):
        with pytest.raises(InputError, match="is damaged"):
            replay(edited(trace, rf=tuple(rf)), Sources(), publish[1])


def test_an_execution_that_the_model_forbids_does_not_reproduce(publish: tuple[Path, Path]) -> None:
    trace = attrs.evolve(read_trace(publish[1]), model="sc")
    found = replay(trace, Sources(), publish[1])
    assert found.outcome == IMPOSSIBLE
    assert found.axiom


def test_another_property_does_not_reproduce(publish: tuple[Path, Path]) -> None:
    trace = attrs.evolve(read_trace(publish[1]), property="leak")
    assert replay(trace, Sources(), publish[1]).outcome == IMPOSSIBLE


def test_another_place_does_not_reproduce(publish: tuple[Path, Path]) -> None:
    trace = attrs.evolve(read_trace(publish[1]), message="assertion failed: something else")
    assert replay(trace, Sources(), publish[1]).outcome == IMPOSSIBLE
