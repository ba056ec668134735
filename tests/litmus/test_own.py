"""Our own litmus tests say what was reasoned out for them, by two readers: the tool's and a brute-force one."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.litmus import LitmusTest, read_litmus
from modelcheck.solve.litmus import observe
from modelcheck.solve.racing import WATCHED_ACCESS
from tests.models import litmus as brute

HERE = Path(__file__).parent
MODELS = ("lkmm", "sc", "tso", "rc11")
EXPECTED: dict[str, dict[str, str | list[str]]] = tomllib.loads((HERE / "expected.toml").read_text())

CONDITION = "lock-final"
"""The flag that rests on what the condition asks for, which the brute-force reader does not tell the model."""

MOST = 4000
"""Candidates that brute force looks at; a test with more is left to the tool."""

ASKED = [(name, model) for name, row in EXPECTED.items() for model in MODELS if model in row]


@cache
def parsed() -> dict[str, LitmusTest]:
    found = {}
    for path, test in read_litmus(HERE / f"{name}.litmus" for name in EXPECTED):
        if isinstance(test, InputError):
            raise test
        found[path.stem] = test
    return found


def flags(name: str) -> set[str]:
    return set(EXPECTED[name].get("flags", ()))


def test_the_table_and_the_folder_hold_the_same_tests() -> None:
    assert {path.stem for path in HERE.glob("*.litmus")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_test_bears_the_name_of_its_file_and_its_verdict(name: str) -> None:
    race = " DATARACE" if "data-race" in flags(name) else ""
    assert (parsed()[name].name, parsed()[name].result_comment) == (name, f"{EXPECTED[name]['lkmm']}{race}")


@pytest.mark.parametrize(("name", "model"), ASKED)
def test_verdict(name: str, model: str) -> None:
    assert observe(parsed()[name], load_model(model), count=False).verdict == EXPECTED[name][model]


@pytest.mark.parametrize("name", EXPECTED)
def test_counting_says_the_same_and_raises_the_flags(name: str) -> None:
    found = observe(parsed()[name], load_model("lkmm"))
    assert (found.verdict, set(found.flags)) == (EXPECTED[name]["lkmm"], flags(name))


@pytest.mark.parametrize(("name", "model"), ASKED)
def test_brute_force_says_the_same(name: str, model: str) -> None:
    try:
        test = brute.parse((HERE / f"{name}.litmus").read_text())
    except brute.UnsupportedError as error:
        pytest.skip(str(error))
    try:
        verdict, _, _, raised = brute.observe(test, load_model(model), MOST)
    except brute.UnsupportedError as error:
        pytest.skip(str(error))
    assert verdict == EXPECTED[name][model]
    if model == "lkmm":
        assert raised == flags(name) - {CONDITION}


PRIMITIVES = """
    READ_ONCE WRITE_ONCE rcu_dereference atomic_read atomic_set xchg_relaxed cmpxchg_relaxed atomic_inc_return_relaxed
    smp_load_acquire xchg_acquire atomic_read_acquire atomic_add_return_acquire atomic_fetch_add_acquire
    smp_store_release rcu_assign_pointer cmpxchg_release atomic_add_return_release atomic_xchg_release
    atomic_set_release xchg cmpxchg atomic_add_return atomic_fetch_add atomic_sub_and_test atomic_dec_and_test
    atomic_add_unless atomic_inc atomic_dec atomic_add atomic_sub smp_mb smp_rmb smp_wmb barrier
    smp_mb__before_atomic smp_mb__after_atomic smp_mb__after_spinlock smp_mb__after_unlock_lock
    smp_mb__after_srcu_read_unlock rcu_read_lock rcu_read_unlock synchronize_rcu synchronize_rcu_expedited
    srcu_read_lock srcu_read_unlock synchronize_srcu spin_lock spin_unlock spin_trylock spin_is_locked
""".split()  # noqa: SIM905


@pytest.mark.parametrize("primitive", PRIMITIVES)
def test_a_primitive_stands_where_something_is_allowed_and_where_something_is_forbidden(primitive: str) -> None:
    verdicts = {
        row["lkmm"]
        for name, row in EXPECTED.items()
        if f"{primitive}(" in (HERE / f"{name}.litmus").read_text().split("*)", 1)[1].replace("_" + primitive, "")
    }
    assert {"Never", "Sometimes"} <= {str(verdict) for verdict in verdicts}


def test_every_flag_that_a_litmus_test_can_raise_is_raised_by_some_test() -> None:
    raised = {flag for name in EXPECTED for flag in flags(name)}
    assert raised == set(load_model("lkmm").flag_names) - {WATCHED_ACCESS}
