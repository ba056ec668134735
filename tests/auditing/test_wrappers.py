"""Operations under other names: in macros and functions that the code defines, and in arguments of macros."""

from __future__ import annotations

from pathlib import Path

from modelcheck.auditing.element import ANNOTATION, BARRIER, KINDS, LOCK, Element
from modelcheck.auditing.judgement import NECESSARY, OPEN, REDUNDANT, ModelAudit
from modelcheck.auditing.report import Report, audit_spec
from modelcheck.auditing.sites import Sites
from modelcheck.frontend.spec import load_program, program_spec
from modelcheck.program.ir import Load
from modelcheck.run import Workers
from modelcheck.verdicts.cells import Choice, choose
from tests.auditing.programs import MAILBOX, written

TAKEN = "\tspin_lock(&lock);\n\tcount++;\n\tspin_unlock(&lock);\n"


def audited(folder: Path, text: str, model: str, *kinds: str) -> tuple[ModelAudit, Report]:
    spec = program_spec(written(folder, text))
    cells = choose(spec, Choice(models=(model,)))
    report = audit_spec(spec, cells, kinds or KINDS, evidences=True, workers=Workers(0))
    (audit,) = report.audits
    assert audit.failing == ()
    return audit, report


def with_top(text: str, above: str) -> str:
    """The program with lines put in below its includes."""
    return text.replace("static int letter", f"{above}static int letter", 1)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def element(audit: ModelAudit, name: str) -> tuple[Element, str]:
    (found,) = (j for j in audit.judgements if j.element.name == name)
    return found.element, found.verdict


def test_a_macro_of_the_code_is_asked_about_where_it_is_defined(tmp_path: Path) -> None:
    """Message passing needs its two barriers under LKMM, whatever they are called."""
    text = MAILBOX.replace("smp_mb();", "publish();").replace("smp_rmb();", "take_in(1);")
    text = with_top(
        text, "#define publish() smp_wmb()\n#define take_in(x) \\\n\tdo { (void)(x); smp_rmb(); } while (0)\n"
    )
    audit, report = audited(tmp_path, text, "lkmm", BARRIER)
    store, verdict = element(audit, "smp_wmb() in publish()")
    assert (store.places[0].line, verdict) == (line_of(text, "#define publish"), NECESSARY)
    load, verdict = element(audit, "smp_rmb() in take_in()")
    assert (load.places[0].line, verdict) == (line_of(text, "do { (void)"), NECESSARY)
    assert [(shown.verdict, shown.trace is not None) for _, _, shown in report.evidence] == [("FAIL", True)] * 2
    assert "-#define publish() smp_wmb()\n+#define publish() \n" in report.evidence[0][2].patch


def test_a_lock_that_functions_take_and_give_back_is_one_element_for_all_that_call_them(tmp_path: Path) -> None:
    """Without it either increment may be lost: both threads read 0 and write 1."""
    wrappers = (
        "static inline void enter(spinlock_t *it) { spin_lock(it); }\n"
        "static inline void leave(spinlock_t *last) { spin_unlock(last); }\n"
    )
    text = with_top(MAILBOX.replace(TAKEN, "\tenter(&lock);\n\tcount++;\n\tleave(&lock);\n"), wrappers)
    audit, report = audited(tmp_path, text, "sc", LOCK)
    (only,) = audit.judgements
    assert [place.function for place in only.element.places] == ["enter", "leave"]
    assert (only.verdict, audit.unpaired) == (NECESSARY, ())
    assert [shown.verdict for _, _, shown in report.evidence] == ["FAIL"]


def test_a_lock_that_macros_take_and_give_back_is_one_element(tmp_path: Path) -> None:
    macros = "#define enter(it) spin_lock(&(it))\n#define leave(it) do { spin_unlock(&(it)); } while (0)\n"
    text = with_top(MAILBOX.replace(TAKEN, "\tenter(lock);\n\tcount++;\n\tleave(lock);\n"), macros)
    audit, report = audited(tmp_path, text, "sc", LOCK)
    (only,) = audit.judgements
    assert [place.line for place in only.element.places] == [line_of(text, "#define e"), line_of(text, "#define l")]
    assert only.verdict == NECESSARY
    assert [shown.verdict for _, _, shown in report.evidence] == ["FAIL"]


def test_what_else_a_macro_does_stays_when_its_lock_is_left_out(tmp_path: Path) -> None:
    """The count is kept by what the macro writes besides; under the lock of one thread alone that is never lost."""
    macro = "#define enter(it) do { spin_lock(&(it)); count = count + 1; } while (0)\n"
    text = with_top(MAILBOX.replace(TAKEN, "\tenter(lock);\n\tspin_unlock(&lock);\n", 1), macro)
    text = text.replace(TAKEN, "").replace("count != 2", "count != 1")
    audit, _ = audited(tmp_path, text, "sc", LOCK)
    assert [(j.element.text, j.verdict) for j in audit.judgements] == [("spin_lock(&(it))", REDUNDANT)]


def test_a_lock_that_is_given_back_by_what_is_not_known_to_belong_to_it_is_not_called_necessary(tmp_path: Path) -> None:
    """The sender's own lock excludes nobody. That a helper releases it, too, says nothing of it."""
    taken = "\tspin_lock(&own);\n\tif (READ_ONCE(flag))\n\t\tdrop(&own);\n\telse\n\t\tspin_unlock(&own);\n"
    text = with_top(MAILBOX.replace(TAKEN, taken + TAKEN, 1), "static DEFINE_SPINLOCK(own);\n")
    text = with_top(text, "static void drop(spinlock_t *it)\n{\n\tspin_unlock(it);\n}\n\n")
    audit, _ = audited(tmp_path, text, "sc", LOCK)
    own = next(j for j in audit.judgements if j.element.text == "spin_lock(&own)")
    assert (own.verdict, own.failures) == (OPEN, ())
    assert audit.unpaired == (f"spin_unlock(it) at mailbox.c:{line_of(text, 'spin_unlock(it)')}",)


def test_a_trylock_in_the_argument_of_a_macro_is_paired(tmp_path: Path) -> None:
    """Nobody else takes that lock: it is never missed."""
    text = MAILBOX.replace(TAKEN, "\tBUG_ON(!spin_trylock(&own));\n\tspin_unlock(&own);\n" + TAKEN, 1)
    audit, _ = audited(tmp_path, with_top(text, "static DEFINE_SPINLOCK(own);\n"), "sc", LOCK)
    own = next(j for j in audit.judgements if j.element.text == "spin_trylock(&own)")
    assert (len(own.element.places), own.verdict, audit.unpaired) == (2, REDUNDANT, ())


def test_two_operations_of_one_name_in_a_macro_are_told_apart_by_their_order(tmp_path: Path) -> None:
    text = MAILBOX.replace("READ_ONCE(letter) != 1", "READ_ONCE(letter) != READ_ONCE(flag)")
    spec = program_spec(written(tmp_path, text))
    program = load_program(spec, spec.scenarios["main"], spec.variants["base"])
    address = {made.name: made.base for made in program.objects}
    line = line_of(text, "READ_ONCE(letter)")
    found = {}
    for site in Sites(program).operations:
        if site.source.line == line:
            (step,) = site.steps
            assert isinstance(step.instruction, Load)
            found[site.text] = step.instruction.address.data
    assert found == {f"READ_ONCE({name})": address[name] for name in ("letter", "flag")}


def test_a_macro_that_marks_an_access_is_one_element_for_all_that_use_it(tmp_path: Path) -> None:
    text = MAILBOX.replace("READ_ONCE(flag)", "SEEN(flag)").replace("READ_ONCE(letter) != 1", "SEEN(letter) != 1")
    audit, _ = audited(tmp_path, with_top(text, "#define SEEN(it) READ_ONCE(it)\n"), "sc", ANNOTATION)
    names = [judgement.element.name for judgement in audit.judgements]
    assert [name for name in names if "READ_ONCE" in name] == ["READ_ONCE(it) in SEEN()"]


def test_what_is_not_clear_is_not_asked_about_and_said(tmp_path: Path) -> None:
    """Of a statement of several lines, clang gives but the first within a macro: none of its uses is asked about."""
    text = MAILBOX.replace("BUG_ON(READ_ONCE(letter) != 1);", "BUG_ON(SEEN(letter) !=\n\t\t       SEEN(flag));")
    text = with_top(text.replace("if (READ_ONCE(flag))", "if (SEEN(flag))"), "#define SEEN(it) READ_ONCE(it)\n")
    audit, _ = audited(tmp_path, text, "sc", ANNOTATION)
    assert audit.unclear == (f"BUG_ON(SEEN(letter) != at mailbox.c:{line_of(text, 'BUG_ON(SEEN')}",)
    assert not any("SEEN" in str(j.element) for j in audit.judgements)


def test_a_macro_with_two_definitions_is_not_asked_about_and_said(tmp_path: Path) -> None:
    macro = "#ifdef STRONG\n#define publish() smp_mb()\n#else\n#define publish() smp_wmb()\n#endif\n"
    text = with_top(MAILBOX.replace("smp_mb();", "publish();"), macro)
    audit, _ = audited(tmp_path, text, "lkmm", BARRIER)
    assert [j.element.text for j in audit.judgements] == ["smp_rmb()"]
    assert audit.unclear == (f"publish() at mailbox.c:{line_of(text, 'publish();')}",)


def test_what_has_no_weaker_form_that_is_known_is_said(tmp_path: Path) -> None:
    text = MAILBOX.replace("#include <pthread.h>", "#include <pthread.h>\n#include <linux/page-flags.h>")
    text = text.replace("static int letter", "static struct page page;\nstatic int letter")
    text = text.replace("\tspin_lock(&lock);", "\t(void)PageLocked(&page);\n\tspin_lock(&lock);", 1)
    audit, _ = audited(tmp_path, text, "sc", ANNOTATION)
    assert audit.unknown == ("PageLocked",)
