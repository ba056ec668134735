"""What a verdict takes for granted is named: by what the program reaches, and in one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modelcheck.frontend.c import parse_program
from modelcheck.program.assumptions import ASSUMPTIONS, HEADERS, assumed, page

HERE = Path(__file__).resolve().parents[2]


def of(text: str, folder: Path) -> set[str]:
    path = folder / "program.c"
    path.write_text(text)
    return set(assumed(parse_program([path])))


ALWAYS = {"as-written", "wrapping-arithmetic"}


THREADS = (
    "#include <pthread.h>\nvoid *t(void *a) { return 0; }\nint main(void) { pthread_t p; pthread_create(&p, 0, t, 0); "
)
WAIT = (
    "#include <pthread.h>\npthread_cond_t c; pthread_mutex_t m; int main(void) { pthread_cond_wait(&c, &m); return 0; }"
)
EXCHANGE = "int main(void) { int e = 0; return atomic_compare_exchange_weak(&x, &e, 1); }"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int main(void) { return 0; }", set()),
        (THREADS + "return 0; }", {"own-cpu", "no-thin-air", "aligned-is-whole"}),
        (THREADS + "pthread_join(p, 0); return 0; }", {"own-cpu", "no-thin-air", "aligned-is-whole", "fair"}),
        ("#include <stdlib.h>\nint main(void) { free(malloc(4)); }", {"fresh-addresses", "allocation-succeeds"}),
        ("#include <stdlib.h>\nvoid *p; int main(void) { p = malloc(4); return 0; }", {"allocation-succeeds"}),
        (
            "#include <linux/rwsem.h>\nDECLARE_RWSEM(s); int main(void) { return down_read_trylock(&s); }",
            {"readers-try-past-writers"},
        ),
        ("#include <unistd.h>\nint main(void) { usleep(1); return 0; }", {"delays-are-nothing"}),
        ('#include <stdio.h>\nint main(void) { printf("%d", 1); return 0; }', {"messages-say-nothing"}),
        ("#include <stdatomic.h>\natomic_int x; " + EXCHANGE, {"weak-cas-is-strong"}),
        (WAIT, {"no-spurious-wakeups", "fair"}),
        (
            "#include <linux/sched.h>\nint main(void) { might_sleep(); return in_atomic(); }",
            {"sleeping-anywhere", "process-context"},
        ),
        (
            "#include <linux/kernel.h>\n#include <lkmm.h>\n"
            "int main(void) { synchronize_rcu(); return smp_processor_id(); }",
            {"grace-periods-since-5.0", "per-cpu-is-per-thread"},
        ),
        (
            "#include <linux/list.h>\nLIST_HEAD(h); struct list_head e; int main(void) { list_add(&e, &h); return 0; }",
            {"lists-are-checked"},
        ),
        (
            "#include <pthread.h>\npthread_rwlock_t l; int main(void) { return pthread_rwlock_rdlock(&l); }",
            {"posix-readers-first", "fair"},
        ),
        ('#include <stdio.h>\nint main(void) { return 0; }\nvoid unused(void) { printf("never"); }', set()),
    ],
)
def test_each_is_named_where_the_program_reaches_it(text: str, expected: set[str], tmp_path: Path) -> None:
    assert of(text, tmp_path) == expected | ALWAYS


def test_a_knob_takes_its_assumption_away(tmp_path: Path) -> None:
    assert "no-spurious-wakeups" not in of("#define MC_SPURIOUS_WAKEUPS 1\n" + WAIT, tmp_path)


def test_those_of_the_headers_and_of_stubs_are_made_somewhere() -> None:
    texts = [*(HERE / "modelcheck" / "include").rglob("*.h"), HERE / "modelcheck" / "frontend" / "c" / "stubs.py"]
    made = {name for text in texts for name in re.findall(r'__mc_assumes\("([^"]+)"\)', text.read_text())}
    assert {one.id for one in HEADERS} <= made <= set(ASSUMPTIONS)


def test_the_page_is_made_from_the_list() -> None:
    assert (HERE / "docs" / "assumptions.md").read_text() == page()
