"""The headers' C, run by one thread: what it gives, and what it finds wrong. The expected values stand in the C."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.program.machine import Finding, Initial, Outcome, Stuck, initialise

HERE = Path(__file__).parent
PROPERTIES = (
    *("list-corruption", "double-free", "bad-free", "use-after-free", "lock-misuse", "assertion"),
    *("uninitialised", "null-dereference", "out-of-bounds", "warning"),
)


def outcomes(path: Path, defines: Mapping[str, str] | None = None) -> tuple[Outcome, ...]:
    return initialise(parse_program([path], defines=defines))


def run(tmp_path: Path, text: str, **defines: str) -> tuple[Outcome, ...]:
    path = tmp_path / "test.c"
    path.write_text(text)
    return outcomes(path, defines)


@pytest.mark.parametrize("name", sorted(path.stem for path in (HERE / "holds").glob("*.c")))
def test_what_the_file_says_holds(name: str) -> None:
    found = outcomes(HERE / "holds" / f"{name}.c")
    assert found
    assert [outcome for outcome in found if not isinstance(outcome, Initial) or outcome.frames] == []


@pytest.mark.parametrize("name", sorted(path.stem for path in (HERE / "finds").glob("*.c")))
def test_a_mistake_is_found_where_it_is_made(name: str) -> None:
    path = HERE / "finds" / f"{name}.c"
    findings = [outcome for outcome in outcomes(path) if isinstance(outcome, Finding)]
    (place,) = [number for number, line in enumerate(path.read_text().splitlines(), 1) if "/* here */" in line]
    assert [finding.property for finding in findings] == [next(kind for kind in PROPERTIES if name.startswith(kind))]
    (finding,) = findings
    assert place in [source.line for source in (*finding.stack, finding.source) if source.file == str(path)]


@pytest.mark.parametrize(
    ("header", "call"),
    [
        ("linux/wait.h", "int main(void) { wait_queue_entry_t w; return autoremove_wake_function(&w, 0, 0, 0); }"),
        ("linux/highmem.h", "int main(void) { return kmap(alloc_page(GFP_KERNEL)) != NULL; }"),
        ("linux/workqueue.h", "static struct work_struct w; int main(void) { return work_busy(&w); }"),
        ("pthread.h", "int main(void) { return pthread_cancel(1); }"),
        ("linux/lockdep.h", "int main(void) { lockdep_assert_in_irq(); return 0; }"),
        ("stdlib.h", "int main(void) { return rand(); }"),
    ],
)
def test_what_is_not_modelled_is_refused_where_it_is_reached(tmp_path: Path, header: str, call: str) -> None:
    (found,) = run(tmp_path, f"#include <{header}>\n{call}\n")
    assert isinstance(found, Stuck)
    assert not found.deadlock
    assert found.source.line


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("linux/spinlock.h", "static DEFINE_SPINLOCK(s); int main(void) { spin_lock(&s); spin_lock(&s); return 0; }"),
        ("linux/mutex.h", "static DEFINE_MUTEX(m); int main(void) { mutex_lock(&m); mutex_lock(&m); return 0; }"),
        ("linux/wait.h", "static DECLARE_WAIT_QUEUE_HEAD(q); int x; int main(void) { wait_event(q, x); return 0; }"),
        ("linux/completion.h", "static DECLARE_COMPLETION(c); int main(void) { wait_for_completion(&c); return 0; }"),
        ("linux/rwsem.h", "static DECLARE_RWSEM(s); int main(void) { down_read(&s); down_write(&s); return 0; }"),
    ],
)
def test_a_wait_that_nobody_ends_is_a_deadlock(tmp_path: Path, header: str, code: str) -> None:
    (found,) = run(tmp_path, f"#include <{header}>\n{code}\n")
    assert isinstance(found, Stuck)
    assert found.deadlock


@pytest.mark.parametrize(
    ("text", "define"),
    [
        ("#include <linux/slab.h>\nint main(void) { return !kmalloc(8, GFP_KERNEL); }", "MC_FAIL_KMALLOC"),
        ("#include <linux/mm.h>\nint main(void) { return !alloc_page(GFP_KERNEL); }", "MC_FAIL_ALLOC_PAGE"),
        ("#include <stdlib.h>\nint main(void) { return !malloc(8); }", "MC_FAIL_MALLOC"),
        ("#include <linux/mutex.h>\nstatic DEFINE_MUTEX(m);\n"
         "int main(void) { mutex_lock(&m); int error = mutex_lock_killable(&m); mutex_unlock(&m); return error; }",
         "MC_INTERRUPTIBLE"),
    ],
)  # fmt: skip
def test_what_may_fail_does_so_only_where_the_program_is_told(tmp_path: Path, text: str, define: str) -> None:
    assert len(run(tmp_path, text)) == 1
    assert len(run(tmp_path, text, **{define: "1"})) == 2


def test_with_any_order_of_allocation_each_free_page_may_come_first(tmp_path: Path) -> None:
    text = "#include <linux/mm.h>\nint main(void) { BUG_ON(page_to_pfn(alloc_page(GFP_KERNEL)) > 2); return 0; }"
    found = run(tmp_path, text, MC_NR_PAGES="3", MC_ALLOC_ANY="1")
    assert len(found) == 3
    assert all(isinstance(outcome, Initial) for outcome in found)


def test_without_list_debugging_only_what_is_dereferenced_can_go_wrong(tmp_path: Path) -> None:
    text = (HERE / "finds" / "list-corruption-other-list.c").read_text()
    assert [type(outcome) for outcome in run(tmp_path, text, MC_DEBUG_LIST="0")] == [Initial]


def test_initialisation_goes_past_a_warning_which_is_told_of_last(tmp_path: Path) -> None:
    text = "#include <linux/bug.h>\nint main(void) { WARN_ON(1); %s return 0; }"
    assert [type(outcome) for outcome in run(tmp_path, text % "")] == [Initial, Finding]
    both = run(tmp_path, text % "BUG_ON(1);")
    assert [outcome.property for outcome in both if isinstance(outcome, Finding)] == ["assertion", "warning"]


def test_files_of_one_program_share_the_pages(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(
        "#include <linux/mm.h>\nstruct page *take(void);\n"
        "int main(void) { BUG_ON(take() == alloc_page(GFP_KERNEL)); BUG_ON(nr_free_pages()); return 0; }"
    )
    (tmp_path / "b.c").write_text("#include <linux/mm.h>\nstruct page *take(void) { return alloc_page(GFP_KERNEL); }")
    (found,) = initialise(parse_program([tmp_path / "a.c", tmp_path / "b.c"]))
    assert isinstance(found, Initial)


@pytest.mark.parametrize(
    ("name", "init", "final"),
    [
        ("linux-2.6.32", "session_init", "session_exit"),
        ("linux-3.6", "init", "fini"),
        ("linux-4.19", "start", None),
        ("linux-6.x", "table_init", None),
    ],
)
def test_kernel_code_of_a_year_becomes_a_program(name: str, init: str, final: str | None) -> None:
    scenario = ScenarioEntry(init=init, threads=(), final=final)
    program = parse_program([HERE / "parses" / f"{name}.c"], scenario=scenario)
    assert init in program.functions
