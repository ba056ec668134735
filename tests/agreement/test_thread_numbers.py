"""Threads that are joined by a number out of memory, and threads that start their own kind."""

from __future__ import annotations

import pytest

from tests.agreement.asking import said

KEPT = """
static int x;
static void *f(void *a) { __sync_fetch_and_add(&x, 1); return (void *)((long)a + 40); }
"""

JOINED: dict[str, str] = {
    "in memory from malloc()": """
    int main(void)
    {
        pthread_t *t = malloc(2 * sizeof *t); void *r;
        for (long i = 0; i < 2; i++) pthread_create(&t[i], 0, f, (void *)i);
        for (long i = 0; i < 2; i++) { pthread_join(t[i], &r); assert((long)r == 40 + i); }
        free(t); assert(x == %s); return 0;
    }
    """,
    "by another thread": """
    static pthread_t t[2];
    static void *g(void *a) { pthread_join(t[0], 0); assert(x >= 1); __sync_fetch_and_add(&x, 1); return 0; }
    int main(void)
    {
        pthread_create(&t[0], 0, f, 0); pthread_create(&t[1], 0, g, 0); pthread_join(t[1], 0);
        assert(x == %s); return 0;
    }
    """,
    "by a thread that is started before": """
    static pthread_t first, second; static int there;
    static void *g(void *a)
    {
        while (!smp_load_acquire(&there)) ;
        pthread_join(second, 0); __sync_fetch_and_add(&x, 1); return 0;
    }
    int main(void)
    {
        pthread_create(&first, 0, g, 0); pthread_create(&second, 0, f, 0);
        smp_store_release(&there, 1); pthread_join(first, 0);
        assert(x == %s); return 0;
    }
    """,
    "one of two": """
    static pthread_t t[2]; static int which;
    int main(void)
    {
        pthread_create(&t[0], 0, f, 0); pthread_create(&t[1], 0, f, 0);
        which = __mc_choose(2); pthread_join(t[which], 0); pthread_join(t[1 - which], 0);
        assert(x == %s); return 0;
    }
    """,
}


@pytest.mark.parametrize("kind", JOINED)
def test_a_thread_is_joined_by_a_number_out_of_memory(kind: str) -> None:
    assert said(KEPT + JOINED[kind] % "2") == {"PASS"}
    assert said(KEPT + JOINED[kind] % "1") == {"assertion"}


def test_a_thread_joined_out_of_memory_may_wait_for_ever() -> None:
    text = """
    static pthread_mutex_t m; static pthread_t t[1];
    static void *f(void *a) { pthread_mutex_lock(&m); pthread_mutex_lock(&m); return 0; }
    static void *g(void *a) { pthread_join(t[0], 0); return 0; }
    int main(void)
    {
        pthread_t u;
        pthread_create(&t[0], 0, f, 0); pthread_create(&u, 0, g, 0); pthread_join(u, 0); return 0;
    }
    """
    assert said(text) == {"deadlock"}


def test_a_join_of_no_thread_is_unknown() -> None:
    text = """
    static unsigned long t[1];
    static void *f(void *a) { pthread_join(t[0], 0); return 0; }
    int main(void) { pthread_t u; t[0] = 7; pthread_create(&u, 0, f, 0); pthread_join(u, 0); return 0; }
    """
    assert said(text) == {"UNKNOWN"}


CHAIN = """
static pthread_mutex_t m; static int num;
static void *listener(void *a)
{
    pthread_t next; int again;
    pthread_mutex_lock(&m); again = %s; num++; pthread_mutex_unlock(&m);
    if (again) { pthread_create(&next, 0, listener, 0); pthread_join(next, 0); }
    return 0;
}
int main(void)
{
    pthread_t t;
    pthread_create(&t, 0, listener, 0); pthread_join(t, 0); assert(num == %s); return 0;
}
"""


def test_a_thread_that_starts_its_own_kind_is_followed_up_to_a_bound() -> None:
    assert said(CHAIN % ("num < 1", "2")) == {"PASS"}
    assert said(CHAIN % ("num < 1", "1")) == {"assertion"}
    assert said(CHAIN % ("1", "1")) == {"UNKNOWN"}
