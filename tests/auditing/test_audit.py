"""What an audit says, on programs whose barriers and locks are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.auditing.element import ANNOTATION, ATOMIC, BARRIER, KINDS, LOCK, TEST
from modelcheck.auditing.judgement import (
    GIVEN,
    MISPLACED,
    NECESSARY,
    NOT_REACHED,
    REDUNDANT,
    TOO_STRONG,
    Judgement,
    ModelAudit,
)
from modelcheck.auditing.report import Report, audit_spec
from modelcheck.errors import InputError
from modelcheck.frontend.spec import program_spec, read_spec
from modelcheck.run import Workers
from modelcheck.verdicts.cells import Choice, choose
from tests.auditing.programs import MAILBOX, written

ROOT = Path(__file__).parents[2]


def audited(path: Path, *models: str, kinds: tuple[str, ...] = KINDS, repair: bool = False, **choice: str) -> Report:
    spec = program_spec(path) if path.suffix == ".c" else read_spec(path)
    scenarios = (choice["scenario"],) if "scenario" in choice else ()
    variant = choice.get("variant", next(iter(spec.variants)))
    cells = choose(spec, Choice(scenarios, (variant,), models))
    return audit_spec(spec, cells, kinds, repair=repair, evidences=True, workers=Workers(0))


def verdicts(audit: ModelAudit) -> dict[tuple[str, str], str]:
    return {(j.element.text, j.element.places[0].function): j.verdict for j in audit.judgements}


def of(audit: ModelAudit, text: str) -> Judgement:
    return next(j for j in audit.judgements if text in str(j.element))


def test_each_kind_of_element_is_judged_by_what_becomes_of_the_program_without_it(tmp_path: Path) -> None:
    report = audited(written(tmp_path), "lkmm")
    (audit,) = report.audits
    assert {j.element.kind for j in audit.judgements} == {BARRIER, LOCK, ANNOTATION, ATOMIC, TEST}
    # Message passing needs a barrier on each side (MP in the kernel's recipes); for stores, one for stores.
    assert (of(audit, "smp_mb()").verdict, of(audit, "smp_mb()").weaker) == (TOO_STRONG, "smp_wmb()")
    assert of(audit, "smp_rmb()").verdict == NECESSARY
    # Without either lock the two increments may lose one; the counter's order is of no account, its atomicity is.
    locks = [j for j in audit.judgements if j.element.kind == LOCK]
    assert [j.verdict for j in locks] == [NECESSARY, NECESSARY]
    atomics = [j for j in audit.judgements if j.element.kind == ATOMIC]
    assert {f.property for j in atomics for f in j.failures} == {"assertion"}
    assert [j.verdict for j in atomics] == [NECESSARY, NECESSARY]
    # Who does not look at the flag may read the letter before it is written.
    (test,) = (j for j in audit.judgements if j.element.kind == TEST)
    assert (test.element.text, test.verdict) == ("READ_ONCE(flag)", NECESSARY)


def test_sequential_consistency_needs_no_barrier(tmp_path: Path) -> None:
    (audit,) = audited(written(tmp_path), "sc", kinds=(BARRIER,)).audits
    assert [j.verdict for j in audit.judgements] == [REDUNDANT, REDUNDANT]
    assert audit.suffice == ((),)
    assert audit.exhaustive


def test_what_stands_in_for_another_is_told(tmp_path: Path) -> None:
    twice = MAILBOX.replace("\tsmp_mb();\n", "\tsmp_mb();\n\tsmp_wmb();\n")
    (audit,) = audited(written(tmp_path, twice), "lkmm", kinds=(BARRIER,)).audits
    first, second = of(audit, "smp_mb()"), of(audit, "smp_wmb()")
    assert (first.verdict, second.verdict) == (GIVEN, GIVEN)
    assert first.given == ((second.element,),)
    # Either of the two, and the reader's: two minimal sets, and one loss of two elements.
    reader = of(audit, "smp_rmb()").element
    assert {frozenset(chosen) for chosen in audit.suffice} == {
        frozenset({first.element, reader}),
        frozenset({second.element, reader}),
    }
    assert frozenset({first.element, second.element}) in {frozenset(loss) for loss in audit.losses}


def test_evidence_is_a_patch_without_the_element_that_fails_when_checked_anew(tmp_path: Path) -> None:
    report = audited(written(tmp_path), "sc", "lkmm")
    assert len(report.evidence) > 6
    for model, number, shown in report.evidence:
        judgement = next(a for a in report.audits if a.model == model).judgements[number]
        assert shown.verdict == "FAIL", (model, str(judgement.element), shown.patch)
        assert shown.trace is not None


@pytest.mark.parametrize("name", ["seqlock", "ticketlock", "rcu-refcount"])
def test_evidence_of_the_small_specs_fails_when_checked_anew(name: str) -> None:
    report = audited(ROOT / "specs" / name)
    assert report.evidence
    for model, _, shown in report.evidence:
        assert shown.verdict == "FAIL", (model, shown.name, shown.patch)


def test_the_seqlock_needs_all_four_barriers_under_lkmm_and_none_under_tso() -> None:
    report = audited(ROOT / "specs" / "seqlock", "tso", "lkmm", kinds=(BARRIER,))
    tso, lkmm = report.audits
    assert set(verdicts(tso).values()) == {REDUNDANT}
    assert len(verdicts(lkmm)) == 4
    assert set(verdicts(lkmm).values()) == {NECESSARY}


class TestTheBalloon:
    """The reviewer's question: which barriers, under which locks; and the author's: which is misplaced."""

    def test_the_barrier_is_redundant_while_a_lock_is_kept(self) -> None:
        (audit,) = audited(ROOT / "specs" / "balloon", "lkmm", scenario="assign", variant="posted").audits
        assert of(audit, "smp_wmb() in assign_balloon_mapping").verdict == REDUNDANT
        page = of(audit, "trylock_page(page) in isolate_balloon_page()")
        listed = of(audit, "spin_lock(&vb->pages_lock) in virtballoon_isolatepage()")
        # Either lock will do, as the spec's own variants without one and without both say.
        assert page.verdict == listed.verdict == GIVEN
        assert (listed.element,) in page.given
        assert (page.element,) in listed.given

    def test_without_locks_and_with_a_marked_store_it_is_misplaced(self) -> None:
        report = audited(
            ROOT / "specs" / "balloon", "lkmm", scenario="assign", variant="isolate-no-locks-assign-once", repair=True
        )
        (audit,) = report.audits
        found = of(audit, "smp_wmb() in assign_balloon_mapping")
        assert found.verdict == MISPLACED
        assert found.place.startswith("before 'ACCESS_ONCE(page->mapping) = mapping;'")
        assert of(audit, "clear_balloon_mapping").verdict == NOT_REACHED
        (repairs,) = report.repairs
        assert any("move smp_wmb()" in repair.changes[0] for repair in repairs.repairs)
        assert all(len(repair.changes) == 1 for repair in repairs.repairs)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    spec = program_spec(written(tmp_path))
    with pytest.raises(InputError, match="no source or header is called"):
        audit_spec(spec, choose(spec, Choice(models=("sc",))), KINDS, files=("nothing.c",), workers=Workers(0))


def test_a_lock_for_reading_that_nobody_writes_under_is_redundant(tmp_path: Path) -> None:
    """Its release asserts that it is held: that goes with it, and is no failure of the code."""
    reads = (
        "\tspin_lock(&lock);\n\tcount++;\n\tspin_unlock(&lock);\n",
        "\tread_lock(&lock);\n\t(void)READ_ONCE(count);\n\tread_unlock(&lock);\n",
    )
    text = MAILBOX.replace("DEFINE_SPINLOCK", "DEFINE_RWLOCK").replace(*reads).replace("count != 2", "count != 0")
    (audit,) = audited(written(tmp_path, text), "sc", kinds=(LOCK,)).audits
    assert [(j.element.text, j.verdict) for j in audit.judgements] == [("read_lock(&lock)", REDUNDANT)] * 2


def test_a_barrier_that_another_scenario_needs_where_it_is_is_not_called_misplaced(tmp_path: Path) -> None:
    """Two scenarios of one code: a flag that is read first, and one that is read last, around the same barrier."""
    (tmp_path / "code.c").write_text(
        "#include <linux/compiler.h>\n#include <asm/barrier.h>\n#include <linux/bug.h>\n"
        "static int a, b, c;\n"
        "void writer(void)\n{\n\tWRITE_ONCE(a, 1);\n\tsmp_wmb();\n\tWRITE_ONCE(b, 1);\n\tWRITE_ONCE(c, 1);\n}\n"
        "void early(void)\n{\n\tif (READ_ONCE(b)) {\n\t\tsmp_rmb();\n\t\tBUG_ON(!READ_ONCE(a));\n\t}\n}\n"
        "void late(void)\n{\n\tif (READ_ONCE(c)) {\n\t\tsmp_rmb();\n\t\tBUG_ON(!READ_ONCE(b));\n\t}\n}\n"
    )
    (tmp_path / "spec.toml").write_text(
        'sources = ["code.c"]\nmodels = ["lkmm"]\n'
        '[scenarios.early]\nthreads = ["writer", "early"]\n'
        '[scenarios.late]\nthreads = ["writer", "late"]\nexpect = "FAIL"\n'
    )
    (audit,) = audited(tmp_path, kinds=(BARRIER,)).audits
    assert of(audit, "smp_wmb()").verdict == NECESSARY


def test_a_lock_operation_without_its_other_half_is_said_not_to_be_asked_about(tmp_path: Path) -> None:
    text = MAILBOX.replace("\tatomic_inc(&sent);", "\t(void)spin_trylock(&other);\n\tatomic_inc(&sent);", 1)
    text = text.replace("static atomic_t", "static DEFINE_SPINLOCK(other);\nstatic atomic_t")
    (audit,) = audited(written(tmp_path, text), "sc", kinds=(LOCK,), scenario="main").audits
    assert audit.unpaired == ("spin_trylock(&other) at mailbox.c:21",)
