"""Locals have an end, on whatever way control leaves their scope: each misuse beside a twin that is right."""

from __future__ import annotations

import pytest

from tests.agreement.asking import said

DEAD = "use-after-scope"

ALONE: dict[str, tuple[str, str]] = {
    "a block": ("int *p, y; { int x = 3; p = &x; %s } *p = 5;", "p = &y;"),
    "each round of a loop": (
        "int *p = 0; for (int i = 0; i < 2; i++) { if (p) *p = i; int x = 0; p = &x; %s } ",
        "p = 0;",
    ),
    "continue": (
        "int *p = 0; for (int i = 0; i < 2; i++) { int x = i; if (p) *p = 1; p = &x; %s continue; }",
        "p = 0;",
    ),
    "break": ("int *p = 0, y; while (1) { int x = 1; p = &x; %s break; } *p = 2;", "p = &y;"),
    "a for's own variable": ("int *p = 0, y; for (int i = 0; i < 1; i++) p = &i; %s *p = 2;", "p = &y;"),
    "goto out of the scope": ("int *p = 0, y; { int x = 1; p = &x; %s goto out; } out: *p = 2;", "p = &y;"),
    "goto back past the scope": (
        "int *p = 0, n = 0; again: if (p) *p = 1; { int x = 1; p = &x; %s n++; if (n < 2) goto again; }",
        "p = 0;",
    ),
    "goto within the scope": (
        "int *p = 0, n = 0; { int x = 1; again: p = &x; *p = 1; n++; if (n < 2) goto again; } %s",
        "",
    ),
    "a compound literal": ("int *p, y; { p = &(int){ 1 }; %s } *p = 2;", "p = &y;"),
    "a compound literal in some rounds": (
        "int *p = 0; for (int i = 0; i < 2; i++) { if (i == 0) p = &(int){ 1 }; if (i == 1 && p) *p = 1; %s }",
        "p = 0;",
    ),
    "a statement expression": ("int y, *p = ({ int x = 1, *q = &x; %s q; }); *p = 2;", "q = &y;"),
    "a switch": (
        "int *p = 0, y; switch (__mc_choose(2)) { int x; case 0: x = 1; p = &x; %s break; default: p = &y; } *p = 2;",
        "p = &y;",
    ),
    "a switch into a block": (
        "int *p = 0, y; switch (__mc_choose(2)) { case 0: { int x; case 1: x = 1; p = &x; %s } } *p = 2;",
        "p = &y;",
    ),
    "an array": ("int *p, y; { int x[3] = { 1, 2, 3 }; p = &x[1]; %s } *p = 2;", "p = &y;"),
    "a record": ("int *p, y; { struct { int a, b; } x = { 1, 2 }; p = &x.b; %s } *p = 2;", "p = &y;"),
}


@pytest.mark.parametrize("kind", ALONE)
def test_a_pointer_outlives_a_scope_of_its_own_thread(kind: str) -> None:
    body, mend = ALONE[kind]
    expected = "PASS" if kind == "goto within the scope" else DEAD
    for frame in ("void t0(void) { %s }", "int main(void) { %s return 0; }"):
        assert said(frame % (body % "")) == {expected}, frame
        assert said(frame % (body % mend)) == {"PASS"}, frame


CALLS = """
static int *p, y;
static %s
void t0(void) { %s }
void t1(void) { y = 1; }
"""


@pytest.mark.parametrize(
    ("function", "body", "expected"),
    [
        ("void f(void) { int x = 1; p = &x; }", "f(); *p = 2;", DEAD),
        ("void f(void) { int x = 1; p = &x; *p = 2; }", "f();", "PASS"),
        ("void f(int x) { p = &x; }", "f(1); *p = 2;", DEAD),
        ("void f(int x) { p = &x; *p = 2; }", "f(1);", "PASS"),
        ("int *f(void) { int x = 1, *q = &x; return q; }", "*f() = 2;", DEAD),
        ("int f(int way) { int x = 1; p = &x; if (way) return 1; p = 0; return 0; }", "if (f(0)) y = 0;", "PASS"),
        ("int f(int way) { int x = 1; p = &x; if (way) return 1; p = 0; return 0; }", "if (f(1)) *p = 0;", DEAD),
        ("void f(int n) { int x = n; if (n) { p = &x; f(n - 1); *p = 1; } }", "f(2);", DEAD),
        ("void f(int n, int *q) { int x = n; if (n) { f(n - 1, &x); x = 1; } else *q = 1; }", "f(2, 0);", "PASS"),
        ("int f(int *q) { *q = 1; return *q; }", "int x; f(&x);", "PASS"),
    ],
)
def test_a_pointer_outlives_its_function(function: str, body: str, expected: str) -> None:
    assert said(CALLS % (function, body)) == {expected}


THREADS: dict[str, tuple[str, str, str]] = {
    "an argument": (
        """
        static void *w(void *a) { assert(*(int *)a == 3); return 0; }
        static pthread_t start(void) { %s int arg = 3; pthread_t t; pthread_create(&t, 0, w, &arg); return t; }
        int main(void) { pthread_t t = start(); pthread_join(t, 0); return 0; }
        """,
        "",
        "static",
    ),
    "an argument of a thread that main leaves behind": (
        """
        static void *w(void *a) { *(int *)a = 3; return 0; }
        int main(void) { int arg; pthread_t t; pthread_create(&t, 0, w, &arg); %s pthread_exit(0); }
        """,
        "",
        "pthread_join(t, 0);",
    ),
    "an argument of a thread that lives on when main returns": (
        """
        static void *w(void *a) { *(int *)a = 3; return 0; }
        int main(void) { int arg; pthread_t t; pthread_create(&t, 0, w, &arg); %s return 0; }
        """,
        "",
        "exit(0);",
    ),
    "a list entry": (
        """
        #include <linux/list.h>
        struct waiter { struct list_head l; int woken; };
        static LIST_HEAD(waiters); static DEFINE_SPINLOCK(lock);
        void t0(void)
        {
            struct waiter w = { .woken = 0 };
            spin_lock(&lock); list_add(&w.l, &waiters); spin_unlock(&lock);
            %s
        }
        void t1(void)
        {
            struct waiter *w;
            spin_lock(&lock); list_for_each_entry(w, &waiters, l) w->woken = 1; spin_unlock(&lock);
        }
        """,
        "",
        "spin_lock(&lock); list_del(&w.l); spin_unlock(&lock);",
    ),
    "the result of a thread": (
        """
        static void *w(void *a) { %s int x = 3; return &x; }
        int main(void)
        {
            void *r; pthread_t t;
            pthread_create(&t, 0, w, 0);
            pthread_join(t, &r);
            *(int *)r = 1;
            return 0;
        }
        """,
        "",
        "static",
    ),
    "locals of all calls of a thread that exits": (
        """
        static int *p;
        static void inner(void) { pthread_exit(0); }
        static void *w(void *a) { int x = 3; p = &x; %s inner(); return 0; }
        int main(void) { pthread_t t; pthread_create(&t, 0, w, 0); pthread_join(t, 0); if (p) *p = 1; return 0; }
        """,
        "",
        "p = 0;",
    ),
}


@pytest.mark.parametrize("kind", THREADS)
def test_another_thread_uses_a_local_after_its_end(kind: str) -> None:
    text, broken, right = THREADS[kind]
    assert said(text % broken) == {DEAD}
    assert said(text % right) == {"PASS"}


COMPLETION = """
struct job { int result; struct completion done; };
static struct job *queued;
static void submit(void)
{
    struct job j = { .result = 0 };
    init_completion(&j.done);
    smp_store_release(&queued, &j);
    %s
}
void t0(void) { submit(); }
void t1(void)
{
    struct job *j = (void *)__mc_await(&queued, 8, "ne", 0, "ACQUIRE");
    j->result = 1;
    complete(&j->done);
}
"""


def test_a_completion_on_the_stack_is_waited_for_until_it_is_done() -> None:
    assert said(COMPLETION % "wait_for_completion(&j.done); BUG_ON(j.result != 1);") == {"PASS"}
    assert said(COMPLETION % "if (!wait_for_completion_timeout(&j.done, 10)) return; BUG_ON(j.result != 1);") == {DEAD}


def test_a_plain_flag_does_not_hold_back_the_end_of_a_scope() -> None:
    text = """
    struct job { int result, done; };
    static struct job *queued;
    static void submit(void)
    {
        struct job j = { 0, 0 };
        smp_store_release(&queued, &j);
        while (!%s(&j.done)) ;
    }
    void t0(void) { submit(); }
    void t1(void)
    {
        struct job *j = (void *)__mc_await(&queued, 8, "ne", 0, "ACQUIRE");
        j->result = 1;
        smp_store_release(&j->done, 1);
        %s
    }
    """
    assert said(text % ("smp_load_acquire", "")) == {"PASS"}
    assert said(text % ("smp_load_acquire", "j->result = 2;")) == {DEAD}


def test_pointers_in_locals_that_have_ended_are_no_roots() -> None:
    text = """
    static void *kept;
    static void f(void) { void *mine[1]; mine[0] = kmalloc(8, GFP_KERNEL); kept = %s; }
    void t0(void) { f(); }
    """
    assert said(text % "mine") == {"leak"}
    assert said(text % "mine[0]") == {"PASS"}


def test_a_local_of_initialisation_has_an_end_too() -> None:
    text = """
    static int *p, y;
    static void f(void) { int x; p = &x; %s }
    void init(void) { f(); }
    void t0(void) { *p = 1; }
    """
    assert said(text % "") == {DEAD}
    assert said(text % "p = &y;") == {"PASS"}
    assert said(text.replace("void init(void) { f(); }", "void init(void) { f(); *p = 1; }") % "") == {DEAD}


def test_a_declaration_that_is_come_to_again_forgets_what_the_variable_held() -> None:
    again = "if (n++ == 0) goto again; if (*p) n = 0; }"
    text = f"void t0(void) {{ int n = 0, *p; again:; %s if (n == 0) x = 5; p = &x; {again}"
    assert said(text % "int x;") == {"uninitialised"}
    assert said(text % "int x = 5;") == {"PASS"}
    record = text.replace("x = 5;", "x.a = 5;").replace("p = &x;", "p = &x.a;")
    assert said(record % "struct { int a, b; } x;") == {"uninitialised"}
