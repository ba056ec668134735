"""A model that forbids nothing: not even a thread's own stores bind its loads."""

from __future__ import annotations

from pathlib import Path

from modelcheck.cat import load_model
from modelcheck.frontend.c import parse_program
from modelcheck.solve.check import check

C = """
#include <pthread.h>
#include <assert.h>
int mine, other;
static void *f(void *a) { other = 1; return 0; }
int main(void)
{
	pthread_t t;

	pthread_create(&t, 0, f, 0);
	mine = 1;
	assert(mine == 1);
	pthread_join(t, 0);
	return 0;
}
"""


def test_a_global_of_main_alone_may_read_old_where_the_model_is_not_coherent(tmp_path: Path) -> None:
    (tmp_path / "own.c").write_text(C)
    (tmp_path / "nothing.cat").write_text('"nothing is forbidden"\nempty 0 as nothing\n')
    program = parse_program([tmp_path / "own.c"])
    asked = frozenset({"assertion"})
    assert check(program, load_model(str(tmp_path / "nothing.cat")), asked).verdict == "FAIL"
    for name in ("sc", "tso", "pso", "lkmm"):
        assert check(program, load_model(name), asked).verdict == "PASS"
