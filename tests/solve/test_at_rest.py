"""What runs at rest, after all threads, misuses memory like what runs beside them."""

from __future__ import annotations

import pytest

from tests.agreement.asking import said

MAIN = """
static void *w(void *a) { %s return a; }
int main(void)
{
    int *q = malloc(4);
    void *r; pthread_t t;
    pthread_create(&t, 0, w, q);
    pthread_join(t, &r);
    q = r;
    %s
    return 0;
}
"""


@pytest.mark.parametrize(
    ("thread", "rest", "expected"),
    [
        ("free(a);", "*q = 1;", "use-after-free"),
        ("free(a);", "", "PASS"),
        ("", "free(q); *q = 1;", "use-after-free"),
        ("", "*q = 1; free(q);", "PASS"),
        ("*(int *)a = 1; free(a);", "assert(*q == 1);", "use-after-free"),
    ],
)
def test_a_write_at_rest_to_what_was_freed_is_late(thread: str, rest: str, expected: str) -> None:
    assert said(MAIN % (thread, rest)) == {expected}
