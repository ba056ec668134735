"""What is told of an execution is what its relations say."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from modelcheck.errors import InputError
from modelcheck.program.ir import Program, Source
from modelcheck.trace import Trace, read_trace, record
from modelcheck.trace.narrative import Narrative, narrative
from modelcheck.trace.page.data import data
from modelcheck.trace.terminal import lines
from tests.solve import checking

TRACES = Path(__file__).parents[2] / "traces"
KEPT = Path(__file__).parent / "data"
"""Traces that stay as they are when the specs change."""


def told(spec: str, name: str) -> Narrative:
    return narrative(read_trace(TRACES / spec / f"{name}.json"))


def kept(name: str) -> Narrative:
    return narrative(read_trace(KEPT / f"{name}.json"))


LISTED = r"store of (page\[0\].lru|virtio_balloon.pages)"
"""What list_add() writes."""


@pytest.mark.parametrize(
    ("spec", "name", "barrier", "before", "after"),
    [
        # What the variant's patch takes away is what is missing.
        ("seqlock", "read--no-wmb-after-odd--lkmm", "smp_wmb", "store of sequence", "store of (first|second)"),
        ("seqlock", "read--no-wmb-after-odd--pso", "smp_wmb", "store of sequence", "store of (first|second)"),
        ("seqlock", "read--no-wmb-before-even--lkmm", "smp_wmb", "store of (first|second)", "store of sequence"),
        ("seqlock", "read--no-rmb-after-first-look--lkmm", "smp_rmb", "load of sequence", "load of (first|second)"),
        ("seqlock", "read--no-rmb-before-second-look--lkmm", "smp_rmb", "load of (first|second)", "load of sequence"),
        ("balloon", "clear-watched--clear-no-wmb--lkmm", "smp_wmb", "store of page.*mapping", "store of virtio_ball"),
        # Reasoned in specs/balloon/README.md: the barrier belongs before the store of the mapping, ...
        ("balloon", "assign--isolate-no-locks-assign-once--lkmm", "smp_wmb", LISTED, r"store of page\[0\].m"),
    ],
)  # fmt: skip
def test_the_missing_order_is_the_one_that_the_variant_lacks(
    spec: str, name: str, barrier: str, before: str, after: str
) -> None:
    order = told(spec, name).ending.order
    assert re.match(f"Nothing orders the {before}", order)
    assert re.search(f" before the {after}", order)
    assert barrier in order
    assert "and nothing orders" not in order
    assert "ONCE" not in order


def test_where_only_a_marked_store_is_missing_that_is_said() -> None:
    # ... and with the barrier there, the store must be marked.
    order = kept("marked").ending.order
    assert order.startswith("The store of page[0].mapping (include/linux/balloon_compaction.h:48, step 20) is a plain")
    assert "With WRITE_ONCE in step 20" in order
    assert "smp_" not in order


def test_an_interleaving_takes_no_order() -> None:
    for path in sorted(TRACES.rglob("*--sc.json")):
        story = narrative(read_trace(path))
        assert story.cycle is None
        notes = [note for p in story.passages for s in p.sentences for note in s.notes]
        assert all(note.startswith("FAILS: ") for note in notes)
        assert "this is an interleaving, it takes no weak memory." in story.ending.order or not story.passages


@pytest.mark.parametrize(
    ("spec", "name", "between"),
    [
        # As README.md and specs/balloon/README.md reason: compaction's list_add() and the other's list_del(), ...
        ("explained", "clear--isolate-no-list-lock--sc", "compact_first wrote it in step 41 (mm/compaction.c:19)."),
        # ... the wipe, and the free that waits for no reader.
        ("balloon", "wipe--wipe-deferred-no-lock--sc", "migrate_first wrote it in step 54 (include/linux/balloon_c"),
        ("rcu-refcount", "remove--free-at-once--sc", "which remove freed in step "),
    ],
)
def test_of_an_interleaving_it_is_told_what_came_between(spec: str, name: str, between: str) -> None:
    _, found, order = told(spec, name).ending.order.partition(" What came between: step ")
    assert found
    assert between in order


def test_a_thread_that_saw_nothing_of_others_is_told_without() -> None:
    trace = read_trace(TRACES / "explained" / "clear--isolate-no-list-lock--sc.json")
    own = {e.id for e in trace.execution.events if e.thread == 1}
    apart = tuple(p for p in trace.execution.rf if (p[0] in own) == (p[1] in own))
    alone = attrs.evolve(trace, execution=attrs.evolve(trace.execution, rf=apart))
    assert narrative(alone).ending.order.endswith("it takes no weak memory.")


def test_a_race_names_its_two_accesses() -> None:
    order = kept("race").ending.order
    assert order.startswith("Nothing orders the plain store of page[0].mapping (include/linux/balloon_compaction.h:47")
    assert "and the load of page[0].mapping (include/linux/balloon_compaction.h:66" in order


def test_the_old_value_is_told_with_the_step_that_had_written_another() -> None:
    story = kept("watched")
    notes = {s.number: s.notes for p in story.passages for s in p.sentences if s.notes}
    texts = {s.number: s.text for p in story.passages for s in p.sentences}
    assert notes[40] == (
        "the old value, though step 9 put page[0].mapping = 0 there: nothing orders step 9 before step 15",
    )
    assert texts[9] == "writes page[0].mapping = 0"
    assert texts[40].startswith("reads page[0].mapping = &address_space")


def test_memory_that_is_freed_is_told_as_that() -> None:
    story = kept("freed")
    sentences = {s.number: s for p in story.passages for s in p.sentences}
    assert (sentences[11].kind, sentences[11].text) == ("free", "frees object")
    assert sentences[7].text == "reads object.value, which was freed in step 11"
    assert sentences[7].notes == (
        "freed by a step that is taken later, step 11: nothing orders step 9 before step 11",
        "FAILS: use-after-free",
    )
    assert [(turn.number, turn.text) for turn in story.ending.cycle] == [
        (7, "reads object.value"),
        (8, "writes object.refs.refs.counter = 1"),
        (9, "reads object.refs.refs.counter = 1"),
        (11, "frees object"),
    ]


def test_a_model_that_cannot_be_read_leaves_the_order_unknown() -> None:
    trace = read_trace(KEPT / "watched.json")
    order = narrative(attrs.evolve(trace, model="gone.cat")).ending.order
    assert order == (
        "SC forbids the cycle of the steps 9, 15, 22 and 40; which of them gone.cat would have to order is not known."
    )


def test_a_model_beside_its_spec_is_asked_which_order_is_missing() -> None:
    # On Alpha a read that depends on another one may still come first: that is what smp_read_barrier_depends() is for.
    trace = read_trace(TRACES / "balloon" / "publish--assign-wmb-moved-once--models_alpha.cat.json")
    beside = attrs.evolve(trace.setting, origin=str(TRACES.parent / trace.setting.origin))
    order = narrative(attrs.evolve(trace, setting=beside)).ending.order
    assert order.startswith("Nothing orders the load of page[0].mapping")
    assert " before the load of address_space.flags" in order
    assert "a read barrier (smp_rmb)" in order


def test_memory_that_nobody_has_written_is_told_without_a_value() -> None:
    story = told("balloon", "publish--posted--lkmm")
    texts = [sentence.text for passage in story.passages for sentence in passage.sentences]
    assert texts[-1] == "reads address_space.flags [ONCE] from the start, when nobody had written it"
    assert "reads address_space.flags" in [turn.text for turn in story.ending.cycle]


def test_what_minimising_left_out_is_told_above_what_broke() -> None:
    trace = attrs.evolve(read_trace(KEPT / "watched.json"), minimised=("no step of a \x1b[31mthread", "7 of 9 events"))
    shown = list(lines(narrative(trace), 80))
    at = shown.index("This is a longer failure cut down to what matters:")
    assert shown[at + 1 : at + 4] == ["     no step of a \N{REPLACEMENT CHARACTER}[31mthread", "     7 of 9 events", ""]
    assert shown[at + 4].startswith(f"{trace.property} at ")
    assert "This is a longer" not in "\n".join(lines(narrative(attrs.evolve(trace, minimised=())), 80))


def test_a_failure_before_the_first_thread_has_a_place_and_no_steps() -> None:
    trace = read_trace(KEPT / "watched.json")
    none = attrs.evolve(trace.execution, events=(), rf=(), co=(), addr=(), data=(), ctrl=(), rmw=(), conditions=())
    assert isinstance(trace.source, Source)
    story = narrative(attrs.evolve(trace, execution=none))
    assert story.ending.order == "It fails before the first thread starts."
    assert [line for line in lines(story, 80) if "misidentified" in line]


def test_a_step_that_a_cycle_passes_within_is_told_once() -> None:
    """What is freed is freed part by part, in one step."""
    trace = read_trace(TRACES / "rcu-refcount" / "remove--put-relaxed--lkmm.json")
    story = narrative(trace)
    assert story.cycle is not None
    number = story.telling.number
    passed = [number[link.source] for link in story.cycle.links]
    assert len(set(passed)) < len(passed)
    assert [turn.number for turn in story.ending.cycle] == list(dict.fromkeys(passed))
    assert not any(one == other for _, one, other, _ in data(trace, story)["cycle"])


def test_a_cycle_beside_the_failure_is_told_as_that() -> None:
    text = """
    static int x, y, r0, r1;
    void t0(void) { WRITE_ONCE(x, 1); r0 = READ_ONCE(y); }
    void t1(void) { WRITE_ONCE(y, 1); r1 = READ_ONCE(x); }
    void final(void) { assert(r0 || r1); }
    """
    result = checking.answer(text, "tso", {"assertion"})
    assert result.execution is not None
    one = next(e.source for e in result.execution.events if e.source.function == "t0")
    for place, told in [
        (result.source, "Nothing orders the store of x"),
        # Had t0 failed, what t1 read would be nothing to it.
        (one, "What leads to the failure is an interleaving, it takes no weak memory"),
    ]:
        failed = attrs.evolve(result, source=place, stack=())
        program = Program({}, (), "main", {})
        trace = record(program, failed, spec="s", scenario="s", variant="v", model="tso", unroll=1, recursion=1)
        assert told in narrative(trace).ending.order


def test_a_trace_too_long_to_be_told_is_refused() -> None:
    trace = read_trace(KEPT / "watched.json")
    events = [e for e in trace.execution.events if e.thread > 0]
    many = tuple(attrs.evolve(events[n % len(events)], id=n) for n in range(2001))
    with pytest.raises(InputError, match="2001 events is too long to be told"):
        narrative(attrs.evolve(trace, execution=attrs.evolve(trace.execution, events=many)))


def hostile(trace: Trace, text: str) -> Trace:
    """``trace`` with ``text`` in every name, source line and message."""

    def dirty(source: Source) -> Source:
        return attrs.evolve(source, file=source.file + text, function=source.function + text)

    execution = trace.execution
    events = tuple(
        attrs.evolve(
            e,
            name=e.name + text if e.name else "",
            points=e.points + text if e.points else "",
            source=dirty(e.source),
            stack=tuple(map(dirty, e.stack)),
        )
        for e in execution.events
    )
    objects = tuple(attrs.evolve(o, name=o.name + text) for o in execution.objects)
    threads = tuple(name + text for name in execution.threads)
    assert trace.source is not None
    return attrs.evolve(
        trace,
        spec=trace.spec + text,
        scenario=text,
        variant=text,
        message=text,
        property=text,
        tool=text,
        minimised=(text,),
        source=dirty(trace.source),
        stack=tuple(map(dirty, trace.stack)),
        sources={
            file + text: attrs.evolve(kept, lines={n: line + text for n, line in kept.lines.items()})
            for file, kept in trace.sources.items()
        },
        execution=attrs.evolve(execution, events=events, objects=objects, threads=threads),
    )


def test_nothing_told_can_act_on_a_terminal() -> None:
    trace = read_trace(KEPT / "weak.json")
    dirty = hostile(trace, "\x1b[2J\u202e\u200f\n\ud800")
    for width in (None, 60, 140):
        text = list(lines(narrative(dirty), width))
        assert any("\N{REPLACEMENT CHARACTER}[2J" in line for line in text)
        assert all(line.isprintable() for line in text)
