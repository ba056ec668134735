"""Memory: leaks, frees, lifetimes, pointers, bounds, and what was never written."""

from __future__ import annotations

import pytest

from tests.solve.checking import HEADERS, MODELS, answer, verdicts

CELLS = """
struct node { int value; struct node *next; };
struct wide { int a; int b; long c; };
static int x, y, z;
static int array[2];
static int *p;
static unsigned long word;
static struct node *head;
static struct wide one, two;
static DEFINE_SPINLOCK(l);
static int *fresh(void) { return kzalloc(sizeof(int), GFP_KERNEL); }
static void set_x_1(void) { WRITE_ONCE(x, 1); }
static void set_x_2(void) { WRITE_ONCE(x, 2); }
static void (*hook)(void) = set_x_1;
static int takes_two(int a, int b) { return a + b; }
static int (*other_hook)(int, int) = takes_two;
"""


def threads(*bodies: str, final: str = "", init: str = "") -> str:
    text = CELLS + f"void init(void) {{ {init} }}\n"
    text += "".join(f"void t{number}(void) {{ {body} }}\n" for number, body in enumerate(bodies))
    return text + f"void final(void) {{ {final} }}\n"


WRONG: dict[str, tuple[str, tuple[str, ...]]] = {
    "an object that nothing leads to": ("leak", ("fresh();",)),
    "a pointer overwritten": ("leak", ("p = fresh();", "WRITE_ONCE(p, 0);")),
    "a cycle that nothing leads to": (
        "leak",
        (
            "struct node *a = kzalloc(sizeof(*a), GFP_KERNEL), *b = kzalloc(sizeof(*b), GFP_KERNEL);"
            "a->next = b; b->next = a;",
        ),
    ),
    "two threads publish, one is lost": ("leak", ("WRITE_ONCE(p, fresh());", "WRITE_ONCE(p, fresh());")),
    "a read after the free": (
        "use-after-free",
        ("int *q = fresh(); WRITE_ONCE(p, q); kfree(q);", "int *q = READ_ONCE(p); if (q) x = READ_ONCE(*q);"),
    ),
    "a write after the free": (
        "use-after-free",
        ("int *q = fresh(); WRITE_ONCE(p, q); kfree(q);", "int *q = READ_ONCE(p); if (q) WRITE_ONCE(*q, 1);"),
    ),
    "an increment after the free": (
        "use-after-free",
        ("int *q = fresh(); WRITE_ONCE(p, q); kfree(q);", "int *q = READ_ONCE(p); if (q) xchg(q, 1);"),
    ),
    "a read after one's own free": ("use-after-free", ("int *q = fresh(); kfree(q); x = *q;",)),
    "an unpublished object freed without a grace period": (
        "use-after-free",
        (
            "int *q = fresh(); rcu_assign_pointer(p, q); WRITE_ONCE(p, 0); kfree(q);",
            "rcu_read_lock(); int *q = rcu_dereference(p); if (q) x = READ_ONCE(*q); rcu_read_unlock();",
        ),
    ),
    "a free in each of two threads": (
        "double-free",
        ("int *q = fresh(); WRITE_ONCE(p, q); kfree(READ_ONCE(p));", "kfree(READ_ONCE(p));"),
    ),
    "two frees in one thread": ("double-free", ("int *q = fresh(); kfree(q); kfree(q);",)),
    "a free of a static object": ("bad-free", ("kfree(&x);",)),
    "a free of the middle": ("bad-free", ("char *q = kzalloc(8, GFP_KERNEL); kfree(q + 4);",)),
    "a free of what may be static": ("bad-free", ("kfree(READ_ONCE(p));", "WRITE_ONCE(p, &x);")),
    "heap memory read before it is written": (
        "uninitialised",
        ("int *q = kmalloc(4, GFP_KERNEL); x = *q; kfree(q);",),
    ),
    "a local written on one path only": (
        "uninitialised",
        ("int a; if (READ_ONCE(y)) a = 1; if (a) x = 1;", "WRITE_ONCE(y, 1);"),
    ),
    "an uninitialised local passed on": (
        "uninitialised",
        ("int a; if (READ_ONCE(y)) a = 1; z = a; x = z;", "WRITE_ONCE(y, 1);"),
    ),
    "a null pointer": ("null-dereference", ("*READ_ONCE(p) = 1;",)),
    "a member of a null pointer": ("null-dereference", ("x = READ_ONCE(head)->value;",)),
    "an error pointer": ("wild-pointer", ("int *q = ERR_PTR(-ENOMEM); *q = 1;",)),
    "an address made of a number": ("wild-pointer", ("*(int *)(0x123456UL << READ_ONCE(y)) = 1;",)),
    "a string literal written to": ("wild-pointer", ('char *s = "text"; WRITE_ONCE(s[0], 1);',)),
    "an index one too far": ("out-of-bounds", ("array[READ_ONCE(y)] = 1;", "WRITE_ONCE(y, 2);")),
    "an index before the start": ("out-of-bounds", ("array[READ_ONCE(y) - 1] = 1;",)),
    "a call through null": ("null-dereference", ("READ_ONCE(hook)();", "WRITE_ONCE(hook, 0);")),
    "a call to no function": (
        "wild-pointer",
        ("READ_ONCE(hook)();", "WRITE_ONCE(hook, (void (*)(void))(unsigned long)&x);"),
    ),
    "a tag left in a pointer": (
        "wild-pointer",
        ("word = (unsigned long)array | 1; *(int *)word = 1;",),
    ),
    "a division by what may be zero": ("undefined", ("x = 4 / READ_ONCE(y);",)),
    "an unlock by another thread": ("lock-misuse", ("spin_lock(&l);", "spin_unlock(&l);")),
    "a second unlock": ("lock-misuse", ("spin_lock(&l); spin_unlock(&l); spin_unlock(&l);",)),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_memory_is_found_under_every_model(name: str) -> None:
    expected, bodies = WRONG[name]
    assert verdicts(threads(*bodies), {expected}) == [expected] * len(MODELS)


FINE: dict[str, tuple[str, ...]] = {
    "an object behind a global": ("p = fresh();",),
    "an object behind a tagged pointer": ("word = (unsigned long)fresh() | 1;",),
    "a chain of objects": (
        "struct node *a = kzalloc(sizeof(*a), GFP_KERNEL), *b = kzalloc(sizeof(*b), GFP_KERNEL);"
        "a->next = b; head = a;",
    ),
    "an object behind a pointer to its middle": ("word = (unsigned long)kzalloc(16, GFP_KERNEL) + 8;",),
    "whoever takes it frees it": (
        "int *q = fresh(); smp_store_release(&p, q); kfree(xchg(&p, 0));",
        "kfree(xchg(&p, 0));",
    ),
    "an unpublished object freed behind a grace period": (
        "int *q = fresh(); rcu_assign_pointer(p, q); WRITE_ONCE(p, 0); synchronize_rcu(); kfree(q);",
        "rcu_read_lock(); int *q = rcu_dereference(p); if (q) x = READ_ONCE(*q); rcu_read_unlock();",
    ),
    "null is freed": ("kfree(0);",),
    "a copy of a struct that is half written": (
        "struct wide a, b; a.a = 1; b = a; x = b.a;",
    ),
    "a tag taken off again": ("word = (unsigned long)&x | 3; *(int *)(word & ~3UL) = 1;",),
    "an error pointer that is tested": ("int *q = ERR_PTR(-ENOMEM); if (!IS_ERR(q)) *q = 1;",),
    "indices within the array": ("array[READ_ONCE(y)] = 1;", "WRITE_ONCE(y, 1);"),
    "one of two functions": ("READ_ONCE(hook)();", "WRITE_ONCE(hook, set_x_2);"),
    "a lock in sections of both": ("spin_lock(&l); x = 1; spin_unlock(&l);", "spin_lock(&l); x = 2; spin_unlock(&l);"),
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine_passes_under_every_model(name: str) -> None:
    assert verdicts(threads(*FINE[name])) == ["PASS"] * len(MODELS)


def test_a_write_that_only_a_weak_model_lets_come_after_the_free() -> None:
    """The write is before the flag in the program; only where stores pass each other may it hit freed memory."""
    text = threads(
        "int *q = READ_ONCE(p); WRITE_ONCE(*q, 1); WRITE_ONCE(y, 1);",
        "if (READ_ONCE(y)) { int *q = READ_ONCE(p); kfree(q); WRITE_ONCE(p, 0); }",
        init="p = fresh();",
    )
    assert verdicts(text, {"use-after-free"}) == ["PASS", "PASS", "use-after-free", "use-after-free"]
    released = text.replace("WRITE_ONCE(y, 1)", "smp_store_release(&y, 1)").replace(
        "READ_ONCE(y)", "smp_load_acquire(&y)"
    )
    assert verdicts(released, {"use-after-free"}) == ["PASS"] * len(MODELS)


def test_either_function_of_a_pointer_is_called() -> None:
    for value in (1, 2):
        text = threads("READ_ONCE(hook)();", "WRITE_ONCE(hook, set_x_2);", final=f"assert(x != {value});")
        assert verdicts(text) == ["assertion"] * len(MODELS)


def test_allocations_fail_where_that_is_asked_for() -> None:
    careless = threads("int *q = kmalloc(4, GFP_KERNEL); *q = 1; kfree(q);")
    careful = threads("int *q = kmalloc(4, GFP_KERNEL); if (q) *q = 1; kfree(q);")
    kmalloc = "kmalloc(4, GFP_KERNEL)"
    may_fail = "__mc_alloc(4, 0, 1)"
    assert verdicts(careless) == ["PASS"] * len(MODELS)
    assert verdicts(careless.replace(kmalloc, may_fail)) == ["null-dereference"] * len(MODELS)
    assert verdicts(careful.replace(kmalloc, may_fail)) == ["PASS"] * len(MODELS)


def test_a_copy_of_a_struct_copies_every_member() -> None:
    text = threads(
        "one.a = 1; one.b = 2; one.c = 3; two = one;", final="assert(two.a == 1 && two.b == 2 && two.c == 3);"
    )
    assert verdicts(text) == ["PASS"] * len(MODELS)


def test_integers_wrap_as_their_widths_say() -> None:
    text = threads(
        "unsigned char c = READ_ONCE(y); c -= 1; x = c; unsigned int u = READ_ONCE(y); u -= 1; word = u;"
        "signed char s = 127; s += READ_ONCE(array[1]); z = s;",
        init="array[1] = 1;",
        final="assert(x == 255 && word == 0xffffffffUL && z == -128);",
    )
    assert verdicts(text) == ["PASS"] * len(MODELS)


def test_of_several_findings_the_first_in_the_telling_is_told() -> None:
    null, failing = "*(volatile int *)0 = 1;", "assert(0);"
    for first, second, expected in ((null, failing, "null-dereference"), (failing, null, "assertion")):
        text = threads(f"WRITE_ONCE(x, 1); {first}", f"while (!READ_ONCE(x)) cpu_relax(); WRITE_ONCE(y, 1); {second}")
        assert verdicts(text, {"null-dereference", "assertion"}) == [expected] * len(MODELS)


def test_a_leak_of_a_unit_says_where_its_count_was_last_written() -> None:
    text = """
    struct page_ { int _refcount; int other; };
    static struct page_ pages[2] MC_UNITS;
    void t0(void)
    {
        WRITE_ONCE(pages[1]._refcount, 2);
        WRITE_ONCE(pages[1]._refcount, 1);
    }
    void final(void) { }
    """
    result = answer(text, "sc", {"leak"})
    assert (result.verdict, result.property) == ("FAIL", "leak")
    assert result.source is not None
    assert result.source.line == HEADERS.count("\n") + 7


def test_a_leak_says_where_the_object_was_allocated() -> None:
    text = threads("struct node *a = kzalloc(sizeof(*a), GFP_KERNEL); a->value = 1;")
    line = (HEADERS + text).splitlines().index(next(t for t in text.splitlines() if "t0" in t)) + 1
    message = answer(text, "sc", {"leak"}).message
    assert message == f"node@test.c:{line} is still allocated at rest, and nothing leads to it"


LATE = ["PASS", "PASS", "PASS", "use-after-free"]
"""Only LKMM lets a store be seen while a read ahead of it in program order is still to come."""


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        # The flag says that the object may go, and nothing orders the read ahead of it.
        ("int v = *q; WRITE_ONCE(y, 1); x = v;", LATE),
        ("int v = READ_ONCE(*q); WRITE_ONCE(y, 1); x = v;", LATE),
        ("int v = READ_ONCE(*q); int w = READ_ONCE(*q); WRITE_ONCE(y, 1); x = v + w;", LATE),
        # A release, a barrier, and what rests on the value come after the read.
        ("int v = *q; smp_store_release(&y, 1); x = v;", ["PASS"] * 4),
        ("int v = READ_ONCE(*q); smp_mb(); WRITE_ONCE(y, 1); x = v;", ["PASS"] * 4),
        ("if (!READ_ONCE(*q)) WRITE_ONCE(y, 1);", ["PASS"] * 4),
        ("BUG_ON(READ_ONCE(*q)); WRITE_ONCE(y, 1);", ["PASS"] * 4),
        ("WRITE_ONCE(y, READ_ONCE(*q) + 1);", ["PASS"] * 4),
    ],
)
def test_a_read_may_come_later_than_the_store_behind_it_that_lets_its_memory_go(
    reader: str, expected: list[str]
) -> None:
    freeing = "int *q = READ_ONCE(p); if (READ_ONCE(y)) { smp_mb(); kfree(q); }"
    text = threads(f"int *q = READ_ONCE(p); {reader}", freeing, init="p = fresh();")
    assert verdicts(text, {"use-after-free", "assertion"}) == expected


def test_what_a_late_read_of_freed_memory_leads_to_is_no_finding_of_its_own() -> None:
    freeing = "int *q = READ_ONCE(p); if (READ_ONCE(y)) { smp_mb(); kfree(q); }"
    reader = "int *q = READ_ONCE(p); int v = *q; WRITE_ONCE(y, 1); BUG_ON(v);"
    text = threads(reader, freeing, init="p = fresh();")
    assert verdicts(text, {"assertion", "deadlock", "leak"}) == ["PASS"] * 4
