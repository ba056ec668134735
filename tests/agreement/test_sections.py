"""Read-side sections that are left open, left without being entered, or hold their own thread back: both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c import parse_program
from modelcheck.interleave.explore import explore, outcomes
from modelcheck.solve.check import check
from tests.agreement.engines import EVERYTHING, model, parse, verdicts, wanting
from tests.agreement.programs import RandomProgram

MODELS = ("sc", "tso")

MISUSED = {
    "a section that is never left": "rcu_read_lock(); r = READ_ONCE(a);",
    "one of two nested ones": "rcu_read_lock(); rcu_read_lock(); rcu_read_unlock();",
    "a section left only on one way": "rcu_read_lock(); if (READ_ONCE(a)) rcu_read_unlock();",
    "a return from a section": "rcu_read_lock(); if (READ_ONCE(a)) return; rcu_read_unlock();",
    "an end of the thread in a section": "rcu_read_lock(); end_at(READ_ONCE(a), 1); rcu_read_unlock();",
    "an unlock too many": "rcu_read_lock(); rcu_read_unlock(); rcu_read_unlock();",
    "an unlock without a lock": "if (READ_ONCE(a)) rcu_read_unlock();",
    "an srcu section that is never left": "int k = srcu_read_lock(&s); (void)k;",
    "an srcu section left only on one way": "int k = srcu_read_lock(&s); if (READ_ONCE(a)) srcu_read_unlock(&s, k);",
    "a cookie that only goes to memory": "WRITE_ONCE(b, srcu_read_lock(&s));",
    "a section less ended than begun, in memory": (
        "WRITE_ONCE(b, srcu_read_lock(&s)); WRITE_ONCE(c, srcu_read_lock(&s)); srcu_read_unlock(&s, READ_ONCE(b));"
    ),
    "an end of the thread in an srcu section": (
        "int k = srcu_read_lock(&s); end_at(READ_ONCE(a), 1); srcu_read_unlock(&s, k);"
    ),
    "a start in each turn": "int k; for (int i = 0; i < 2; i++) k = srcu_read_lock(&s); srcu_read_unlock(&s, k);",
    "one cookie for two sections": (
        "int k = srcu_read_lock(&s); (void)srcu_read_lock(&s); srcu_read_unlock(&s, k); srcu_read_unlock(&s, k);"
    ),
    "what anybody may end, and nobody can": "(void)srcu_down_read(&s);",
    "a cookie of one of two sections": (
        "int k = srcu_read_lock(&s); int j = srcu_read_lock(&s); srcu_read_unlock(&s, READ_ONCE(a) ? k : j);"
    ),
}

MIXED = {
    "bh by plain": ("rcu_read_lock_bh(); rcu_read_unlock();", False),
    "plain by bh": ("rcu_read_lock(); rcu_read_unlock_bh();", False),
    "sched by plain": ("rcu_read_lock_sched(); rcu_read_unlock();", False),
    "plain by sched": ("rcu_read_lock(); rcu_read_unlock_sched();", False),
    "bh by sched": ("rcu_read_lock_bh(); rcu_read_unlock_sched();", False),
    "preemption by sched": ("preempt_disable(); rcu_read_unlock_sched();", False),
    "preemption by plain": ("preempt_disable(); rcu_read_unlock(); preempt_enable();", False),
    "plain by preemption": ("rcu_read_lock(); preempt_disable(); preempt_enable();", False),
    "an inner one by the outer's": (
        "rcu_read_lock(); rcu_read_lock_bh(); rcu_read_unlock(); rcu_read_unlock();",
        False,
    ),
    "on one way only": (
        "rcu_read_lock(); if (READ_ONCE(a)) { rcu_read_unlock_bh(); return; } rcu_read_unlock();",
        False,
    ),
    "another kind's section": ("int k = srcu_read_lock(&s); (void)k; rcu_read_unlock();", False),
    "each by its own": (
        "rcu_read_lock(); rcu_read_lock_bh(); rcu_read_lock_sched();"
        " rcu_read_unlock_sched(); rcu_read_unlock_bh(); rcu_read_unlock();",
        True,
    ),
    "each by its own, across": ("rcu_read_lock_bh(); rcu_read_lock(); rcu_read_unlock_bh(); rcu_read_unlock();", True),
    "across preemption": ("preempt_disable(); rcu_read_lock(); preempt_enable(); rcu_read_unlock();", True),
    "preemption across": ("rcu_read_lock(); preempt_disable(); rcu_read_unlock(); preempt_enable();", True),
    "one twice deep": ("rcu_read_lock_bh(); rcu_read_lock_bh(); rcu_read_unlock_bh(); rcu_read_unlock_bh();", True),
}

MISLED = {
    "another structure": "int k = srcu_read_lock(&s); srcu_read_unlock(&other, k);",
    "no section": "if (READ_ONCE(a)) srcu_read_unlock(&s, 0);",
    "left twice": "int k = srcu_read_lock(&s); srcu_read_unlock(&s, k); srcu_read_unlock(&s, k);",
    "left twice on one way": (
        "int k = srcu_read_lock(&s); srcu_read_unlock(&s, k); if (READ_ONCE(a)) srcu_read_unlock(&s, k);"
    ),
    "each other's": (
        "int k = srcu_read_lock(&s); int j = srcu_read_lock(&other); srcu_read_unlock(&s, j);"
        " srcu_read_unlock(&other, k); if (READ_ONCE(a)) srcu_read_unlock(&s, k);"
    ),
    "another thread's": "srcu_read_unlock(&s, READ_ONCE(b));",
    "a number": "int k = srcu_read_lock(&s); (void)k; srcu_read_unlock(&s, 0);",
    "another number": "int k = srcu_read_lock(&s); (void)k; srcu_read_unlock(&s, 1);",
    "a cookie that was changed": "int k = srcu_read_lock(&s); srcu_read_unlock(&s, k + 1);",
    "a number from memory": (
        "WRITE_ONCE(c, srcu_read_lock(&s)); WRITE_ONCE(c, 3); srcu_read_unlock(&s, READ_ONCE(c));"
    ),
    "another end in each turn": ("int k = srcu_read_lock(&s); for (int i = 0; i < 2; i++) srcu_read_unlock(&s, k);"),
    "an end for anybody of what is the thread's": "int k = srcu_read_lock(&s); srcu_up_read(&s, k);",
    "an end of the thread's of what is anybody's": "int k = srcu_down_read(&s); srcu_read_unlock(&s, k);",
    "each other's, of both kinds": (
        "int k = srcu_down_read(&s); int j = srcu_read_lock(&s); srcu_up_read(&s, j); srcu_read_unlock(&s, k);"
    ),
    "another thread's, as anybody's": "srcu_up_read(&s, READ_ONCE(b));",
    "none, as anybody's": "if (READ_ONCE(a)) srcu_up_read(&s, 0);",
    "twice, as anybody's": "int k = srcu_down_read(&s); srcu_up_read(&s, k); if (READ_ONCE(a)) srcu_up_read(&s, k);",
    "another structure, as anybody's": "int k = srcu_down_read(&s); srcu_up_read(&other, k);",
}

PROPER = {
    "sections of two structures": (
        "int k = srcu_read_lock(&s); int j = srcu_read_lock(&other); srcu_read_unlock(&s, k);"
        " srcu_read_unlock(&other, j);"
    ),
    "what another thread may end": "int k = srcu_down_read(&s); srcu_up_read(&s, k);",
    "nested sections": "rcu_read_lock(); rcu_read_lock(); rcu_read_unlock(); rcu_read_unlock();",
    "an srcu section": "int k = srcu_read_lock(&s); srcu_read_unlock(&s, k);",
    "a cookie handed on": "int k = srcu_down_read(&s); WRITE_ONCE(b, k);",
    "a cookie handed on by a function": "int k = 1; swap_in(&k, srcu_down_read(&s)); WRITE_ONCE(b, k);",
    "a cookie kept in memory": "WRITE_ONCE(b, srcu_read_lock(&s)); srcu_read_unlock(&s, READ_ONCE(b));",
    "a section in each turn": "for (int i = 0; i < 3; i++) { int k = srcu_read_lock(&s); srcu_read_unlock(&s, k); }",
    "sections of both kinds": (
        "int k = srcu_down_read(&s); int j = srcu_read_lock(&s); srcu_up_read(&s, k); srcu_read_unlock(&s, j);"
    ),
    "two that anybody may end": (
        "int k = srcu_down_read(&s); int j = srcu_down_read(&s); srcu_up_read(&s, k); srcu_up_read(&s, j);"
    ),
    "a section of a thread that halts": "rcu_read_lock(); __mc_halt();",
    "a section of a thread that waits": "rcu_read_lock(); while (!READ_ONCE(b)) cpu_relax(); rcu_read_unlock();",
}

ASKED = frozenset({"lock-misuse"})


@pytest.mark.parametrize("name", MISUSED)
def test_a_section_without_its_other_end_is_lock_misuse_at_its_place(name: str, tmp_path: Path) -> None:
    program = parse(RandomProgram(((MISUSED[name],), ("WRITE_ONCE(a, 1);",))), tmp_path)
    for which in MODELS:
        explored, solved = explore(program, which, ASKED), check(program, model(which), ASKED)
        assert explored.finding is not None
        assert (explored.finding.property, solved.property) == ("lock-misuse", "lock-misuse")
        assert solved.source is not None
        assert explored.finding.source.line == solved.source.line


@pytest.mark.parametrize("name", MISLED)
def test_only_the_thread_that_began_a_section_leaves_it_once(name: str, tmp_path: Path) -> None:
    held = "int j = srcu_read_lock(&s); WRITE_ONCE(b, j); WRITE_ONCE(a, 1); srcu_read_unlock(&s, j);"
    program = parse(RandomProgram(((MISLED[name],), (held,))), tmp_path)
    for which in MODELS:
        assert verdicts(program, which, ASKED) == ("FAIL", "FAIL")


@pytest.mark.parametrize("beside", ["WRITE_ONCE(a, 1);", "WRITE_ONCE(a, 1); synchronize_rcu();"])
@pytest.mark.parametrize("name", MIXED)
def test_each_flavour_of_rcu_is_left_as_it_was_entered(name: str, beside: str, tmp_path: Path) -> None:
    text, right = MIXED[name]
    program = parse(RandomProgram(((text,), (beside,))), tmp_path)
    for which in MODELS:
        assert verdicts(program, which, ASKED) == (("PASS", "PASS") if right else ("FAIL", "FAIL"))


@pytest.mark.parametrize(
    ("first", "second", "right"),
    [
        # The cookie goes with an order, or with nothing but what rests on it.
        ("smp_store_release(&b, 1 + srcu_down_read(&s));", "int k = smp_load_acquire(&b);", True),
        ("WRITE_ONCE(b, 1 + srcu_down_read(&s));", "int k = READ_ONCE(b);", True),
        ("WRITE_ONCE(b, 1 + srcu_down_read(&s)); srcu_up_read(&s, 0);", "int k = READ_ONCE(b);", False),
        ("WRITE_ONCE(b, srcu_down_read(&s)); WRITE_ONCE(b, 1);", "int k = 1 + READ_ONCE(b);", False),
        ("WRITE_ONCE(b, 1 + srcu_read_lock(&s));", "int k = READ_ONCE(b);", False),
    ],
)
def test_another_thread_ends_once_what_it_may_end(first: str, second: str, right: bool, tmp_path: Path) -> None:
    program = parse(RandomProgram(((first,), (f"{second} if (k) srcu_up_read(&s, k - 1);",))), tmp_path)
    for which in MODELS:
        assert verdicts(program, which, ASKED) == (("PASS", "PASS") if right else ("FAIL", "FAIL"))
    assert check(program, model("lkmm"), ASKED).verdict == ("PASS" if right else "FAIL")


@pytest.mark.parametrize("name", PROPER)
def test_what_is_not_left_open_where_the_thread_ends_is_no_misuse(name: str, tmp_path: Path) -> None:
    program = parse(RandomProgram(((PROPER[name],), ("WRITE_ONCE(a, 1);",))), tmp_path)
    for which in MODELS:
        assert verdicts(program, which, ASKED) == ("PASS", "PASS")


@pytest.mark.parametrize(
    "text",
    [
        "rcu_read_lock(); synchronize_rcu(); rcu_read_unlock();",
        "int k = srcu_read_lock(&s); synchronize_srcu(&s); srcu_read_unlock(&s, k);",
        "(void)srcu_read_lock(&s); synchronize_srcu(&s);",
    ],
)
def test_a_grace_period_waits_for_the_section_around_it_too(text: str, tmp_path: Path) -> None:
    program = parse(RandomProgram(((text + ' __mc_assert(0, "assertion", "behind it");',),)), tmp_path)
    for which in MODELS:
        assert verdicts(program, which, frozenset({"assertion"})) == ("PASS", "PASS")
        assert verdicts(program, which, EVERYTHING) == ("FAIL", "FAIL")
        assert check(program, model(which), EVERYTHING).property == "deadlock"


@pytest.mark.parametrize(
    ("beside", "before", "behind", "found"),
    [
        ("", "rcu_read_lock();", "rcu_read_unlock();", None),
        ("synchronize_rcu();", "rcu_read_lock();", "rcu_read_unlock();", "deadlock"),
        ("synchronize_rcu();", "", "rcu_read_lock(); rcu_read_unlock();", None),
        ("", "rcu_read_lock();", "", "lock-misuse"),
        ("", "", "rcu_read_lock();", "lock-misuse"),
        ("", "", "rcu_read_unlock();", "lock-misuse"),
        ("", "", "rcu_read_lock(); synchronize_rcu(); rcu_read_unlock();", "deadlock"),
        ("", "", "int k = srcu_read_lock(&s); synchronize_srcu(&s); srcu_read_unlock(&s, k);", "deadlock"),
        ("", "", "int k = srcu_read_lock(&s); srcu_read_unlock(&s, k); synchronize_srcu(&s);", None),
        ("", "", "(void)srcu_read_lock(&s);", "lock-misuse"),
    ],
)
def test_sections_of_main_may_end_at_rest(
    beside: str, before: str, behind: str, found: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "main.c"
    path.write_text(
        "#include <pthread.h>\n#include <linux/srcu.h>\nDEFINE_STATIC_SRCU(s);\n"
        f"static void *work(void *p) {{ {beside} return p; }}\n"
        "int main(void) { pthread_t t; pthread_create(&t, 0, work, 0);"
        f" {before} pthread_join(t, 0); {behind} return 0; }}\n"
    )
    program = parse_program([path])
    for which in MODELS:
        explored = explore(program, which, EVERYTHING).finding
        assert (None if explored is None else explored.property) == found
        assert check(program, model(which), EVERYTHING).property == found


@pytest.mark.parametrize(
    ("ahead", "beside", "behind", "found"),
    [
        ("int k = srcu_read_lock(&s);", "", "srcu_read_unlock(&s, k);", None),
        ("int k = srcu_read_lock(&s);", "", "srcu_read_unlock(&s, k); srcu_read_unlock(&s, k);", "lock-misuse"),
        ("int k = srcu_read_lock(&s); srcu_read_unlock(&s, k); srcu_read_unlock(&s, k);", "", "", "lock-misuse"),
        ("(void)srcu_read_lock(&s);", "", "", "lock-misuse"),
        ("srcu_read_unlock(&s, 0);", "", "", "lock-misuse"),
        ("kept = srcu_read_lock(&s);", "srcu_read_unlock(&s, kept);", "", "lock-misuse"),
        ("kept = srcu_down_read(&s);", "srcu_up_read(&s, kept);", "", None),
        ("kept = srcu_down_read(&s);", "srcu_up_read(&s, kept);", "srcu_up_read(&s, kept);", "lock-misuse"),
        ("kept = srcu_down_read(&s);", "", "srcu_up_read(&s, kept);", None),
        ("", "kept = srcu_down_read(&s);", "srcu_up_read(&s, kept);", None),
        ("", "kept = srcu_read_lock(&s);", "srcu_read_unlock(&s, kept);", "lock-misuse"),
    ],
)
def test_what_begins_before_all_threads_ends_as_what_begins_in_one(
    ahead: str, beside: str, behind: str, found: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "main.c"
    path.write_text(
        "#include <pthread.h>\n#include <linux/srcu.h>\nDEFINE_STATIC_SRCU(s);\nstatic int kept;\n"
        f"static void *work(void *p) {{ {beside} return p; }}\n"
        f"int main(void) {{ pthread_t t; {ahead} pthread_create(&t, 0, work, 0);"
        f" pthread_join(t, 0); {behind} return 0; }}\n"
    )
    program = parse_program([path])
    for which in MODELS:
        explored = explore(program, which, EVERYTHING).finding
        assert (None if explored is None else explored.property) == found
        solved = check(program, model(which), EVERYTHING)
        assert (solved.property, solved.verdict) == (found, "PASS" if found is None else "FAIL")


@pytest.mark.parametrize(
    "text",
    [
        "rcu_read_lock(); rcu_read_unlock(); synchronize_rcu();",
        "int k = srcu_read_lock(&s); srcu_read_unlock(&s, k); synchronize_srcu(&s);",
        "int k = srcu_read_lock(&s); synchronize_rcu(); srcu_read_unlock(&s, k);",
    ],
)
def test_a_grace_period_does_not_wait_for_other_sections_of_its_thread(text: str, tmp_path: Path) -> None:
    program = parse(RandomProgram(((text,),)), tmp_path)
    for which in MODELS:
        assert verdicts(program, which) == ("PASS", "PASS")


def test_the_explorer_does_not_know_whether_a_section_ends_whose_cookie_is_handed_on(tmp_path: Path) -> None:
    entered = ("WRITE_ONCE(b, srcu_down_read(&s));", "smp_store_release(&a, 1);")
    program = parse(
        RandomProgram((entered, ("while (!smp_load_acquire(&a)) cpu_relax();", "synchronize_srcu(&s);"))), tmp_path
    )
    for which in MODELS:
        for asked in (EVERYTHING, frozenset({"assertion"})):
            explored = explore(program, which, asked)
            assert explored.verdict == "UNKNOWN"
            assert "handed on" in explored.reason
    proper = parse(
        RandomProgram(
            (("int k = 0; swap_in(&k, srcu_read_lock(&s)); srcu_read_unlock(&s, k);",), ("synchronize_srcu(&s);",))
        ),
        tmp_path,
    )
    for which in MODELS:
        assert verdicts(proper, which) == ("PASS", "PASS")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (
            "int k[3]; for (int i = 0; i < 3; i++) k[i] = srcu_read_lock(&s);"
            " for (int i = 0; i < 3; i++) srcu_read_unlock(&s, k[i]);",
            True,
        ),
        (
            "int k = srcu_read_lock(&s); k = srcu_read_lock(&s); srcu_read_unlock(&s, k); srcu_read_unlock(&s, k);",
            False,
        ),
        ("int k = srcu_down_read(&s); k = READ_ONCE(b); srcu_up_read(&s, k);", False),
    ],
)
def test_the_explorer_does_not_know_of_several_cookies_which_is_given(text: str, right: bool, tmp_path: Path) -> None:
    program = parse(RandomProgram(((text,), ("WRITE_ONCE(a, 1);",))), tmp_path)
    for which in MODELS:
        assert verdicts(program, which, ASKED) == ("UNKNOWN", "PASS" if right else "FAIL")
        assert "which of several" in explore(program, which, ASKED).reason


@pytest.mark.parametrize("between", ["", "(void)srcu_read_lock(&s); ", "WRITE_ONCE(c, 1); "])
def test_a_grace_period_waits_for_the_section_around_it_whose_cookie_is_in_memory(between: str, tmp_path: Path) -> None:
    text = f"WRITE_ONCE(b, srcu_read_lock(&s)); {between}synchronize_srcu(&s); srcu_read_unlock(&s, READ_ONCE(b));"
    behind = "WRITE_ONCE(b, srcu_read_lock(&s)); srcu_read_unlock(&s, READ_ONCE(b)); synchronize_srcu(&s);"
    for which in MODELS:
        stuck = parse(RandomProgram(((text,), ("WRITE_ONCE(a, 1);",))), tmp_path)
        assert verdicts(stuck, which) == ("FAIL", "FAIL")
        assert check(stuck, model(which), EVERYTHING).property == "deadlock"
        free = parse(RandomProgram(((behind,), ("synchronize_srcu(&s);",))), tmp_path)
        assert verdicts(free, which) == ("PASS", "PASS")


CROSSING = {
    # Only a section that holds both reads keeps the second one from seeing what is written behind the grace period.
    "inner ends first": ("int j = enter(); leave(j); r = READ_ONCE(b); leave(k);", False),
    "outer ends first": ("int j = enter(); leave(k); r = READ_ONCE(b); leave(j);", True),
    "outer ends last": ("int j = enter(); r = READ_ONCE(b); leave(j); leave(k);", False),
    "both hold both": ("int j = enter(); r = READ_ONCE(b); leave(k); leave(j);", False),
    "one after the other": ("leave(k); k = enter(); r = READ_ONCE(b); leave(k);", True),
    "by a copy of the cookie": ("int j = k; k = enter(); leave(j); r = READ_ONCE(b); leave(k);", True),
}


ON_ONE_WAY = {
    "where it is set": ("if (w) rcu_read_lock();", "if (w) rcu_read_unlock();", True),
    "where it is not": ("if (!w) rcu_read_lock();", "if (!w) rcu_read_unlock();", True),
    "of another kind": ("if (w) rcu_read_lock_bh();", "if (w) rcu_read_unlock_bh();", True),
    "preemption off": ("if (!w) preempt_disable();", "if (!w) preempt_enable();", True),
    "of srcu": ("int k = 0; if (w) k = srcu_read_lock(&s);", "if (w) srcu_read_unlock(&s, k);", True),
    "on either": ("if (w) rcu_read_lock(); else rcu_read_lock();", "rcu_read_unlock();", False),
    "begun anew": ("rcu_read_lock(); if (w) { rcu_read_unlock(); rcu_read_lock(); }", "rcu_read_unlock();", False),
}


@pytest.mark.parametrize("name", ON_ONE_WAY)
def test_a_section_that_is_there_on_one_way_orders_nothing_on_the_other(name: str, tmp_path: Path) -> None:
    begin, end, possible = ON_ONE_WAY[name]
    late = '__mc_assert(seen || !r, "assertion", "late");'
    reader = (f"int w = READ_ONCE(c); {begin} int seen = READ_ONCE(a); r = READ_ONCE(b); {end} {late}",)
    wait = "synchronize_srcu(&s);" if "srcu" in begin else "synchronize_rcu();"
    writer = ("WRITE_ONCE(a, 1);", wait, "WRITE_ONCE(b, 1);")
    program = parse(RandomProgram((reader, writer, ("WRITE_ONCE(c, 1);",))), tmp_path)
    for which in MODELS:
        assert verdicts(program, which, frozenset({"assertion"})) == (("FAIL",) * 2 if possible else ("PASS",) * 2)


@pytest.mark.parametrize("name", CROSSING)
def test_an_srcu_section_ends_by_its_own_cookie(name: str, tmp_path: Path) -> None:
    rest, possible = CROSSING[name]
    text = f"int k = enter(); r2 = READ_ONCE(a); {rest}".replace("enter()", "srcu_read_lock(&s)")
    reader = (text.replace("leave(", "srcu_read_unlock(&s, "),)
    writer = ("WRITE_ONCE(a, 1);", "synchronize_srcu(&s);", "WRITE_ONCE(b, 1);")
    program = parse(RandomProgram((reader, writer)), tmp_path)
    late = wanting(program, (1, 1, 0, 1, 0, 0))
    for which in MODELS:
        explored, solved = verdicts(late, which, frozenset({"counters"}))
        assert solved == ("FAIL" if possible else "PASS")
        # A copy is told from its original by the way taken only, which the explorer does not look at.
        assert explored == ("UNKNOWN" if "copy" in name else solved)


def test_what_the_explorer_does_not_know_it_says_of_outcomes_too(tmp_path: Path) -> None:
    entered = ("WRITE_ONCE(b, srcu_down_read(&s));",)
    program = parse(RandomProgram((entered, ("synchronize_srcu(&s);",))), tmp_path)
    for which in MODELS:
        assert "handed on" in outcomes(program, which).reason


@pytest.mark.parametrize(
    ("lock", "wait"),
    [("rcu_read_lock();", "synchronize_rcu();"), ("(void)srcu_read_lock(&s);", "synchronize_srcu(&s);")],
)
def test_a_section_that_is_never_left_lasts_for_ever(lock: str, wait: str, tmp_path: Path) -> None:
    reader = (lock, "r2 = READ_ONCE(a);", "r = READ_ONCE(b);")
    program = parse(RandomProgram((reader, ("WRITE_ONCE(a, 1);", wait, "WRITE_ONCE(b, 1);"))), tmp_path)
    for which in MODELS:
        # b is written behind the grace period: who reads it sees what was written before, all through its section.
        before = wanting(program, (1, 1, 0, 1, 0, 0))
        assert verdicts(before, which, frozenset({"counters"})) == ("PASS", "PASS")
        both = wanting(program, (1, 1, 0, 1, 0, 1))
        assert verdicts(both, which, frozenset({"counters"})) == ("FAIL", "FAIL")
