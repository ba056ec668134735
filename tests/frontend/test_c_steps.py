# ruff: noqa: E501 (C programs and tables)
"""From C to atomic steps: tags, sources, intrinsics, threads, calls through pointers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.c import ScenarioEntry
from modelcheck.program.expr import const, old, op
from modelcheck.program.ir import (
    Alloc,
    Assert,
    Assume,
    Call,
    Choose,
    Exit,
    Fence,
    Free,
    Instruction,
    Join,
    Load,
    Rmw,
    Self,
    Spawn,
    Store,
    Tags,
    Unsupported,
    Wait,
)
from modelcheck.program.machine import Initial
from tests.frontend.c_running import evaluate, finding, instructions, outcome, program, values


def steps(folder: Path, declarations: str, body: str) -> list[Instruction]:
    """The instructions of a main with this body."""
    made = program(folder, f"{declarations}\nint main(void)\n{{\n{body}\nreturn 0;\n}}\n")
    return instructions(made.functions["main"])


def one(folder: Path, declarations: str, body: str) -> Instruction:
    """The only instruction of a main with this body."""
    (only,) = steps(folder, declarations, body)
    return only


def tags(*names: str) -> Tags:
    """A set of tags."""
    return frozenset(names)


# ------------------------------------------------------------------ accesses


def test_plain_accesses_have_no_tag_and_volatile_ones_are_once(tmp_path: Path) -> None:
    declarations = """
    #define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
    #define WRITE_ONCE(x, v) (*(volatile typeof(x) *)&(x) = (v))
    int a, b; volatile int v; struct { volatile short s; int t; } s; volatile struct { int x; } w;
    """
    found = steps(tmp_path, declarations, "a = b; WRITE_ONCE(a, READ_ONCE(b)); v = v; s.s = s.t; w.x = 1;")
    accesses = [(type(step).__name__, sorted(step.tags), step.size) for step in found if isinstance(step, Load | Store)]
    once = ["ONCE"]
    assert accesses == [
        ("Load", [], 4), ("Store", [], 4), ("Load", once, 4), ("Store", once, 4), ("Load", once, 4), ("Store", once, 4),
        ("Load", [], 4), ("Store", once, 2), ("Store", once, 4),
    ]  # fmt: skip


def test_atomic_objects_are_used_sequentially_consistent(tmp_path: Path) -> None:
    found = steps(tmp_path, "_Atomic int a; int b;", "b = a; a = 1; a++; a += 2;")
    kinds = [(type(step).__name__, "SC" in step.tags) for step in found if isinstance(step, Load | Store | Fence)]
    assert kinds == [("Load", True), ("Store", False), ("Store", True), ("Fence", False)]
    rmws = [step for step in found if isinstance(step, Rmw)]
    assert [step.new for step in rmws] == [op("add", 32, old(32), const(n, 32)) for n in (1, 2)]
    assert all(step.condition is None and "SC" in step.read_tags & step.write_tags for step in rmws)


def test_atomic_arithmetic_gives_what_c_says(tmp_path: Path) -> None:
    declarations = "_Atomic int a = 5; _Atomic unsigned char c = 255; int p; long l; int e;"
    expressions = {
        "a++": 5, "++a": 7, "a -= 3": 4, "a *= 5": 20, "a--": 20, "a": 19, "c++": 255, "c": 0, "--c": 255,
        "__atomic_fetch_add(&p, 3, __ATOMIC_RELAXED)": 0, "__atomic_sub_fetch(&p, 1, __ATOMIC_SEQ_CST)": 2,
        "__atomic_compare_exchange_n(&p, &e, 9, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)": 0, "e": 2,
        "__atomic_compare_exchange_n(&p, &e, 9, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) + 10": 11,
        "__atomic_exchange_n(&p, 4, __ATOMIC_ACQUIRE)": 9, "__atomic_load_n(&p, __ATOMIC_ACQUIRE)": 4,
        "(__atomic_store_n(&l, -1, __ATOMIC_RELEASE), l)": -1, "__sync_fetch_and_or(&p, 3)": 4, "__sync_add_and_fetch(&p, 1)": 8,
        "__sync_val_compare_and_swap(&p, 8, 1)": 8, "__sync_bool_compare_and_swap(&p, 8, 2)": 0,
        "__sync_lock_test_and_set(&p, 6)": 1, "(__sync_lock_release(&p), p)": 0, "__atomic_test_and_set(&c, 5)": 1,
    }  # fmt: skip
    assert dict(zip(expressions, evaluate(tmp_path, declarations, *expressions), strict=True)) == expressions


@pytest.mark.parametrize(
    ("order", "read", "write"),
    [
        ("RELAXED", "ONCE", "ONCE"),
        ("ACQUIRE", "ACQUIRE", "ONCE"),
        ("RELEASE", "ONCE", "RELEASE"),
        ("ACQ_REL", "ACQUIRE", "RELEASE"),
        ("SEQ_CST", "MB", "MB"),
    ],
)
def test_only_the_memory_order_that_is_named_becomes_a_step(tmp_path: Path, order: str, read: str, write: str) -> None:
    step = one(tmp_path, "int p;", f"__atomic_fetch_add(&p, 1, __ATOMIC_{order});")
    assert isinstance(step, Rmw)
    assert read in step.read_tags
    assert write in step.write_tags


def test_struct_copies_are_marked(tmp_path: Path) -> None:
    found = [
        step
        for step in steps(tmp_path, "struct s { int a; long b; } x, y;", "x = y;")
        if isinstance(step, Load | Store)
    ]
    assert [(type(step).__name__, step.size) for step in found] == [
        ("Load", 4),
        ("Load", 8),
        ("Store", 4),
        ("Store", 8),
    ]
    assert all(step.copy for step in found if isinstance(step, Load))


def test_a_step_has_the_place_in_the_text_of_the_user(tmp_path: Path) -> None:
    code = "#define TWICE(x) ((x) * 2)\nint a, b;\nstatic inline int get(void)\n{\n\treturn b;\n}\nint main(void)\n{\n\ta = TWICE(\n\t\tb);\n\treturn get();\n}\n"
    made = program(tmp_path, code)
    load, store, call = instructions(made.functions["main"])
    assert isinstance(load, Load)
    assert isinstance(store, Store)
    assert isinstance(call, Call)
    place = load.source
    assert (place.file, place.line, place.column, place.function) == ("prog.c", 9, 6, "main")
    place = store.source
    assert (place.line, place.column, place.end_line, place.end_column) == (9, 2, 10, 5)
    assert (call.source.line, call.source.column, call.source.end_column) == (11, 9, 14)
    inner = instructions(made.functions["get"])[0]
    assert (str(inner.source), inner.source.function) == ("prog.c:5", "get")
    assert made.files == {"prog.c": code}


# ------------------------------------------------------------------ intrinsics


def test_each_intrinsic_is_one_instruction(tmp_path: Path) -> None:
    declarations = "int x; long l; void *p;"
    is_load = one(tmp_path, declarations, '__mc_load(&x, 4, "ONCE");')
    assert isinstance(is_load, Load)
    assert (is_load.size, is_load.tags) == (4, tags("ONCE"))
    store = one(tmp_path, declarations, '__mc_store(&l, sizeof(l), 1UL << 33, "RELEASE,REL");')
    assert isinstance(store, Store)
    assert (store.size, store.tags, store.value, store.unlock) == (8, tags("RELEASE", "REL"), const(1 << 33, 64), False)
    unlock = one(tmp_path, declarations, '__mc_unlock(&x, 4, 0, "UL", "give mutex");')
    assert isinstance(unlock, Store)
    assert unlock.unlock
    fence = one(tmp_path, declarations, '__mc_fence("Mb");')
    assert isinstance(fence, Fence)
    assert (fence.tags, fence.address) == (tags("Mb"), None)
    at = one(tmp_path, declarations, '__mc_fence_at("Sync-srcu", &x);')
    assert isinstance(at, Fence)
    assert at.address is not None
    wait = one(tmp_path, declarations, '__mc_await(&x, 4, "ne", 0, "ACQUIRE");')
    assert isinstance(wait, Wait)
    assert (wait.condition, wait.tags) == (op("ne", 1, old(32), const(0, 32)), tags("ACQUIRE"))
    alloc = one(tmp_path, declarations, "__mc_alloc(24, 1, 0);")
    assert isinstance(alloc, Alloc)
    assert (alloc.size, alloc.zeroed, alloc.may_fail) == (const(24, 64), True, False)
    free = steps(tmp_path, declarations, "__mc_free(p);")[-1]
    assert isinstance(free, Free)
    check = one(tmp_path, declarations, '__mc_assert(0, "leak", "lost " "page");')
    assert isinstance(check, Assert)
    assert (check.property, check.message, check.condition) == ("leak", "lost page", const(0, 1))
    assert isinstance(steps(tmp_path, declarations, "__mc_assume(x == 1);")[-1], Assume)
    choose = steps(tmp_path, declarations, "l = __mc_choose(3);")[0]
    assert isinstance(choose, Choose)
    assert choose.count == 3
    assert isinstance(one(tmp_path, declarations, "__mc_self();"), Self)
    assert steps(tmp_path, declarations, "__mc_relax();") == []


RELATIONS = {
    "eq": op("eq", 1, old(32), const(5, 32)),
    "ne": op("ne", 1, old(32), const(5, 32)),
    "lt": op("slt", 1, old(32), const(5, 32)),
    "le": op("sle", 1, old(32), const(5, 32)),
    "gt": op("slt", 1, const(5, 32), old(32)),
    "ge": op("sle", 1, const(5, 32), old(32)),
    "clear": op("eq", 1, op("and", 32, old(32), const(5, 32)), const(0, 32)),
    "set": op("eq", 1, op("and", 32, old(32), const(5, 32)), const(5, 32)),
    "any": None,
}


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_conditional_rmw_writes_when_the_old_value_stands_in_the_relation(tmp_path: Path, relation: str) -> None:
    step = one(tmp_path, "int x;", f'__mc_rmw_if(&x, 4, "xchg", 7, "{relation}", 5, "R", "W", "F");')
    assert isinstance(step, Rmw)
    assert step.condition is RELATIONS[relation]
    assert (step.new, step.read_tags, step.write_tags, step.failed_tags, step.waits) == (
        const(7, 32),
        tags("R"),
        tags("W"),
        tags("F"),
        False,
    )
    waiting = one(tmp_path, "int x;", f'__mc_rmw_await(&x, 4, "xchg", 7, "{relation}", 5, "LKR", "LKW");')
    assert isinstance(waiting, Rmw)
    assert (waiting.condition, waiting.waits) == (RELATIONS[relation], True)


OPERATIONS = {"add": 0xFE, "sub": 0x6, "and": 0x80, "or": 0xFE, "xor": 0x7E, "andnot": 0x2, "xchg": 0xFC}


def test_the_operations_of_a_read_modify_write(tmp_path: Path) -> None:
    # The old value is 0x82, the operand 0xfc, cut to one byte: 0x82 - 0xfc = -0x7a = 0x86 (mod 256).
    expected = {**OPERATIONS, "add": 0x7E, "sub": 0x86}
    texts = [f'(x = 0x82, __mc_rmw(&x, 1, "{name}", 0xabfc, "", "") == 0x82 ? x : -1)' for name in OPERATIONS]
    assert evaluate(tmp_path, "unsigned char x;", *texts) == list(expected.values())


WRONG = {
    "__mc_load(&x, 4, tags);": "the tags of an access must be a string literal",
    "__mc_load(&x, 3, \"\");": "an access of 3 bytes",
    "__mc_load(&x, n, \"\");": "the size of an access must be a constant",
    "__mc_rmw(&x, 4, \"mul\", 1, \"\", \"\");": '"mul" is no operation: use add, sub,',
    "__mc_await(&x, 4, \"lower\", 1, \"\");": '"lower" is no relation: use any, eq,',
    "__mc_assert(1, \"lost\", \"\");": '"lost" is no property: use one of assertion, leak,',
    "__mc_fence(\"\");": "a fence needs a kind",
    "__mc_choose(0);": "the number of choices must be at least 1",
    "__mc_choose(n);": "the number of choices must be a constant",
    "__mc_alloc(8, n, 0);": "zeroed and may_fail must be a constant",
    "__mc_spawn((void *(*)(void *))pair, 0);": "pair() cannot be a thread",
}  # fmt: skip


@pytest.mark.parametrize("statement", WRONG)
def test_a_wrong_use_of_an_intrinsic_is_named_at_its_place(tmp_path: Path, statement: str) -> None:
    declarations = 'int x, n; const char *tags = "ONCE"; void *pair(int a, int b) { return 0; }'
    with pytest.raises(InputError) as caught:
        steps(tmp_path, declarations, statement)
    assert WRONG[statement] in caught.value.message
    assert (caught.value.file, caught.value.line) == ("prog.c", 4)


# ------------------------------------------------------------------ threads and entries

THREADS = """
int x;
static void *worker(void *arg) { x += (long)arg; return 0; }
void nothing(void) { }
"""


def test_threads_are_named_after_their_functions(tmp_path: Path) -> None:
    body = "unsigned long a = __mc_spawn(worker, (void *)1); __mc_spawn(&worker, 0); __mc_spawn((void *(*)(void *))nothing, 0); __mc_join(a);"
    found = steps(tmp_path, THREADS, body)
    spawns = [step for step in found if isinstance(step, Spawn)]
    assert [(step.callee, step.name, step.args) for step in spawns] == [
        ("worker", "worker", (const(1, 64),)), ("worker", "worker#2", (const(0, 64),)), ("nothing", "nothing", ()),
    ]  # fmt: skip
    assert [type(step) for step in found if isinstance(step, Join)] == [Join]


def test_a_thread_may_start_in_a_function_pointer(tmp_path: Path) -> None:
    body = "void *(*f)(void *) = worker; __mc_spawn(f, 0);"
    (spawn,) = (step for step in steps(tmp_path, THREADS, body) if isinstance(step, Spawn))
    assert spawn.targets == ("worker",)


SCENARIO = """
int n;
static void init(void) { n = 1; }
void a(void) { n++; }
void *b(void *index) { return index; }
int c(unsigned char index) { return index; }
void final(void) { __mc_assert(n == 2, "assertion", "n"); }
void two(int x, int y) { }
"""


def test_a_scenario_calls_init_starts_threads_joins_them_and_calls_final(tmp_path: Path) -> None:
    scenario = ScenarioEntry("init", (("first", "a"), ("second", "b"), ("third", "c"), ("fourth", "a")), "final")
    made = program(tmp_path, SCENARIO, scenario)
    found = instructions(made.functions[made.entry])
    assert [type(step).__name__ for step in found] == ["Call", *["Spawn"] * 4, *["Join"] * 4, "Call"]
    spawns = [step for step in found if isinstance(step, Spawn)]
    assert [(step.name, step.callee, step.args) for step in spawns] == [
        ("first", "a", ()), ("second", "b", (const(1, 64),)), ("third", "c", (const(2, 8),)), ("fourth", "a", ()),
    ]  # fmt: skip
    assert "two" not in made.functions


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (ScenarioEntry("int", (("t", "a"),), None), "init: there is no function int() in prog.c; did you mean init"),
        (
            ScenarioEntry(None, (("t", "finl"),), None),
            "thread t: there is no function finl() in prog.c; did you mean final",
        ),
        (ScenarioEntry(None, (("t", "a"),), "zzz"), "final: there is no function zzz() in prog.c"),
        (ScenarioEntry(None, (("t", "two"),), None), "thread t: two() takes 2 arguments"),
        (ScenarioEntry("b", (), None), "init: b() must not take arguments"),
        (None, "the program starts in main(): there is no function main() in prog.c"),
    ],
)
def test_a_scenario_with_a_wrong_function_is_refused(
    tmp_path: Path, scenario: ScenarioEntry | None, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        program(tmp_path, SCENARIO, scenario)
    assert message in caught.value.message


def test_a_main_with_arguments_gets_a_name_and_nothing_else(tmp_path: Path) -> None:
    body = "out[0] = argc; out[1] = !!argv[0][0]; out[2] = !argv[argc]; out[3] = !envp[0]; argv[0] = 0; return 0;"
    code = f"long out[4]; int main(int argc, char **argv, char **envp) {{ {body} }}"
    assert values(tmp_path, code) == [1, 1, 1, 1]


def test_halt_ends_the_thread(tmp_path: Path) -> None:
    code = 'int main(void) { __mc_halt(); __mc_assert(0, "assertion", "not reached"); return 0; }'
    made = program(tmp_path, code)
    assert instructions(made.functions["main"]) == []


def test_exit_ends_the_thread_with_a_result(tmp_path: Path) -> None:
    code = 'int main(void) { __mc_exit(3); __mc_assert(0, "assertion", "not reached"); return 0; }'
    main = program(tmp_path, code).functions["main"]
    assert instructions(main) == []
    (end,) = (block.terminator for block in main.blocks)
    assert isinstance(end, Exit)
    assert end.value == const(3, 64)


# ------------------------------------------------------------------ functions and their pointers

TABLE = """
struct page; struct ops { int (*isolate)(struct page *, int); void (*put)(struct page *); int (*never)(struct page *, int); };
struct page { int count; const struct ops *ops; };
static int isolate(struct page *p, int by) { return p->count += by; }
static void put(struct page *p) { p->count--; }
static int unused(struct page *p, int by) { return 0; }
static const struct ops ops = { .put = put, .isolate = isolate };
struct page page = { 4, &ops };
int (*choice)(struct page *, int);
"""


def test_calls_through_a_table_reach_what_it_holds(tmp_path: Path) -> None:
    before = (
        "int a = page.ops->isolate(&page, 3); page.ops->put(&page); choice = ops.isolate; int b = (*choice)(&page, 1);"
    )
    assert evaluate(tmp_path, TABLE, "a", "b", "page.count", "page.ops->never == 0", before=before) == [7, 7, 7, 1]


def test_a_call_through_a_pointer_names_every_function_that_fits(tmp_path: Path) -> None:
    code = TABLE + "int main(void) { choice = isolate; return choice(&page, 1) + page.ops->isolate(&page, 0); }"
    made = program(tmp_path, code)
    calls = [step for step in instructions(made.functions["main"]) if isinstance(step, Call)]
    assert [step.targets for step in calls] == [("isolate",), ("isolate",)]
    assert "unused" not in made.functions
    assert {thing.name for thing in made.objects if thing.kind == "function"} == {"isolate", "put"}


def test_calling_a_null_function_pointer_is_a_finding(tmp_path: Path) -> None:
    assert finding(tmp_path, TABLE + "int main(void) { return page.ops->never(&page, 1); }").property in (
        "wild-pointer",
        "null-dereference",
    )


def test_a_table_may_name_functions_that_no_file_has(tmp_path: Path) -> None:
    declarations = "int far(int); int near(int x) { return x; } int (*const table[])(int) = { far, near };"
    assert evaluate(tmp_path, declarations, "table[1](3)") == [3]
    made = program(tmp_path, declarations + "int main(void) { return table[0](1); }")
    (reason,) = (step.reason for step in instructions(made.functions["far"]) if isinstance(step, Unsupported))
    assert reason == "no body for far()"


def test_functions_give_and_take_function_pointers(tmp_path: Path) -> None:
    declarations = """
    int inc(int x) { return x + 1; } int dec(int x) { return x - 1; }
    int (*get(int which, char c))(int x) { return which ? inc : dec; }
    typedef int (*fn)(int); fn second(fn a, fn b) { return b; } int apply(int (*f)(int), int x) { return (**f)(x); }
    int old_style(a, b) int a; char b; { return a * 10 + b; }
    """
    expressions = {
        "get(1, 0)(5)": 6,
        "apply(get(0, 1), 5)": 4,
        "second(inc, dec)(0)": -1,
        "(&inc)(1)": 2,
        "old_style(1, 2)": 12,
    }
    assert dict(zip(expressions, evaluate(tmp_path, declarations, *expressions), strict=True)) == expressions


def test_functions_that_print_do_nothing(tmp_path: Path) -> None:
    declarations = "int printf(const char *, ...); int calls; int count(void) { return ++calls; }"
    assert evaluate(tmp_path, declarations, "calls", before='printf("%d", count());') == [1]


def test_what_a_function_that_prints_gives_may_be_any_number(tmp_path: Path) -> None:
    declarations = "int printf(const char *, ...); int printed;"
    given = steps(tmp_path, declarations, 'printed = printf("four");')[0]
    assert isinstance(given, Choose)
    assert given.count == 1 << 32


def test_a_function_may_hand_its_variable_arguments_on_to_one_that_prints(tmp_path: Path) -> None:
    declarations = """
    #include <stdarg.h>
    int vprintf(const char *, va_list);
    int say(const char *text, ...) { va_list rest; va_start(rest, text); vprintf(text, rest); va_end(rest); return 4; }
    """
    assert evaluate(tmp_path, declarations, 'say("%d", 3)') == [4]


def test_variable_arguments_are_evaluated_and_dropped(tmp_path: Path) -> None:
    declarations = "int calls; int count(void) { return ++calls; } int f(int n, ...) { return n; }"
    assert evaluate(tmp_path, declarations, 'f(3, count(), "x", count())', "calls") == [3, 2]


# ------------------------------------------------------------------ several files


def test_the_same_files_give_the_same_program_every_time(tmp_path: Path) -> None:
    (tmp_path / "prog.c").write_text(
        "#include <linux/list.h>\n#include <linux/slab.h>\n#include <linux/spinlock.h>\n"
        "struct s { struct list_head link; } *s; LIST_HEAD(all); DEFINE_SPINLOCK(lock);\n"
        "int main(void) { s = kmalloc(sizeof(*s), GFP_KERNEL); if (!s) return 1;\n"
        "spin_lock(&lock); list_add(&s->link, &all); spin_unlock(&lock); return 0; }\n"
    )
    show = (
        "from pathlib import Path; from modelcheck.frontend.c import parse_program as parse\n"
        f"made = parse([Path({str(tmp_path / 'prog.c')!r})]); print(list(made.functions.values()), made.objects)"
    )
    seeds = ("1", "2")
    runs = [
        subprocess.run(
            [sys.executable, "-c", show], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        for seed in seeds
    ]
    assert runs[0].stdout
    # frozensets print their tags in any order
    ordered = [
        re.sub(rb"frozenset\({(.*?)}\)", lambda found: b",".join(sorted(found[1].split(b", "))), run.stdout)
        for run in runs
    ]
    assert ordered[0] == ordered[1]


def test_files_are_linked_by_name(tmp_path: Path) -> None:
    first = """
    extern int shared; int tentative; static int own = 1; extern int table[];
    int far(int); static int twice(int x) { return x * 2; }
    long out[6];
    int main(void) { tentative = 4; out[0] = far(1); out[1] = shared; out[2] = own; out[3] = tentative; out[4] = twice(5); out[5] = table[1]; return 0; }
    """
    second = """
    int shared = 7; int tentative; static int own = 2; int table[] = { 1, 8 };
    static int twice(int x) { return x + x + 1; }
    int far(int x) { tentative++; own += x; return twice(own); }
    """
    assert values(tmp_path, first, second=second) == [7, 7, 1, 5, 10, 8]
    made = program(tmp_path, first, None, second=second)
    assert {"twice", "twice@second.c", "far", "main"} == set(made.functions)
    assert {"own", "own@second.c", "shared", "tentative", "table"} <= {thing.name for thing in made.objects}
    assert made.functions["twice@second.c"].source.function == "twice"


def test_a_weak_function_yields_to_another_definition(tmp_path: Path) -> None:
    first = "__attribute__((weak)) int f(void) { return 1; } __attribute__((weak)) int g(void) { return 5; } long out[2]; int main(void) { out[0] = f(); out[1] = g(); return 0; }"
    assert values(tmp_path, first, second="int f(void) { return 2; }") == [2, 5]


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("int f(void) { return 1; }", "int f(void) { return 2; }", "second.c:1:1: f() is defined here and in prog.c"),
        ("int x = 1;", "int x = 2;", "x is defined here and in"),
        ("int x;", "long x;", "x has type long here, and int in"),
        ("int x[2];", "int x[3];", "x has type int[3] here, and int[2] in"),
    ],
)
def test_definitions_that_conflict_are_refused(tmp_path: Path, first: str, second: str, message: str) -> None:
    use = "int main(void) { return 0; }" if "f(" in first else "int main(void) { return *(int *)&x; }"
    with pytest.raises(InputError) as caught:
        program(tmp_path, f"{first}\n{use}", None, second=second)
    assert message in str(caught.value)


# ------------------------------------------------------------------ input that clang refuses

BROKEN = {
    "int main(void)\n{\n\treturn 1\n}\n": "prog.c:3:10: expected ';' after return statement",
    "int main(void)\n{\n\treturn f(1);\n}\n": "prog.c:3:9: call to undeclared function 'f'",
    "int *p;\nint main(void)\n{\n\tp = 5;\n\tq = 1;\n\treturn 0;\n}\n": "prog.c:4:4: incompatible integer to pointer conversion",
    "#include <nowhere.h>\nint main(void) { return 0; }\n": "prog.c:1:10: 'nowhere.h' file not found",
    "int main(void) {": "prog.c:1:17: expected '}'",
    "\0\1\2": "prog.c:1:",
}


@pytest.mark.parametrize("code", BROKEN)
def test_what_clang_refuses_is_reported_in_its_words(tmp_path: Path, code: str) -> None:
    with pytest.raises(InputError) as caught:
        program(tmp_path, code)
    assert BROKEN[code] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_further_errors_are_told_of_once_for_each_kind(tmp_path: Path) -> None:
    told = r"1:18: use of undeclared identifier 'a' \(3 more errors: prog.c:1: use of undeclared identifier 'b'\)"
    with pytest.raises(InputError, match=told):
        program(tmp_path, "int main(void) { a = 1; b = 2; a = 3; b = 3; }")
    with pytest.raises(InputError, match=r"unknown type name 't' \(1 more error\)"):
        program(tmp_path, "t x; t y; int main(void) { a = 1; }")


IN_A_BODY = """
#define pair(one, two) static int one(void) { return later; } static int two(void) { return later; }
pair(first, second)
static int wrong(int n) { int k = missing(n); struct nowhere x; return x.y + k; }
static int right(void) { return 3; }
int main(void) { CALL; return 0; }
"""


@pytest.mark.parametrize("called", ["wrong(1)", "first()", "second()", "right() + wrong(2)"])
def test_what_clang_refuses_in_a_body_counts_where_that_is_reached(tmp_path: Path, called: str) -> None:
    reached = IN_A_BODY.replace("CALL", called)
    with pytest.raises(InputError, match=r"prog\.c:[34]:"):
        program(tmp_path, reached)
    assert isinstance(outcome(tmp_path, reached.replace(called, "right()")), Initial)


def test_a_body_that_swallows_what_follows_is_never_passed_over(tmp_path: Path) -> None:
    code = "int main(void) { return 0; }\nint never(void) { if (1) { return 0; }\nint after(void) { return 1; }\n"
    with pytest.raises(InputError, match=r"prog\.c:3:17: function definition is not allowed here"):
        program(tmp_path, code)
    with pytest.raises(InputError, match="extraneous closing brace"):
        program(tmp_path, "int main(void) { return 0; }\nint never(void) { return 0; } }\n")


def test_pointers_of_other_types_mix_as_in_old_kernels(tmp_path: Path) -> None:
    code = "struct a { int x; } a = { 3 }; struct b { int x; } *b; int main(void) { b = &a; int (*f)(long) = main; return f == 0; }"
    assert isinstance(outcome(tmp_path, code), Initial)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    from modelcheck.frontend.c import parse_program

    with pytest.raises(InputError, match=r"gone\.c: there is no such file"):
        parse_program([tmp_path / "gone.c"])
    with pytest.raises(InputError, match="this is not a file"):
        parse_program([tmp_path])
    with pytest.raises(InputError, match="no C file is given"):
        parse_program([])


def test_deeply_nested_code_is_lowered(tmp_path: Path) -> None:
    chain = " else ".join(f"if (x == {n}) r = {n};" for n in range(1500))
    assert evaluate(tmp_path, "int x = 1499, r;", "r", before=chain) == [1499]
