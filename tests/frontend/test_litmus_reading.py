"""Litmus tests become programs: initial states, threads, conditions, and the steps of every primitive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.litmus import LitmusTest, parse_litmus, read_litmus
from modelcheck.frontend.litmus.condition import Address, Location, Number, Register, holds, observables
from modelcheck.program.ir import Branch, Fence, Instruction, Load, Rmw, Spawn, Store, Switch

SHARED = Path(__file__).parents[3] / "shared" / "litmus"


def read(body: str, *, initial: str = "", parameters: str = "int *x, int *y", rest: str = "") -> LitmusTest:
    text = f"C t\n{{ {initial} }}\nP0({parameters})\n{{\n{body}\n}}\n{rest}\n"
    return parse_litmus(text, "t.litmus")


def steps(test: LitmusTest, thread: int = 0) -> list[Instruction]:
    function = test.program.functions[f"P{thread}"]
    return [instruction for block in function.blocks for instruction in block.instructions]


def accesses(body: str, **more: str) -> list[str]:
    """The shared steps of a body: kind and tags."""
    found = []
    for step in steps(read(body, **more)):
        match step:
            case Load(tags=tags):
                found.append("R " + ",".join(sorted(tags)))
            case Store(tags=tags):
                found.append("W " + ",".join(sorted(tags)))
            case Rmw(read_tags=reads, write_tags=writes):
                found.append(f"RMW {','.join(sorted(reads))} {','.join(sorted(writes))}")
            case Fence(tags=tags):
                found.append("F " + ",".join(sorted(tags)))
    return found


# The table of the primitives in the kernel's memory model.
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("int r = READ_ONCE(*x);", ["R ONCE"]),
        ("WRITE_ONCE(*x, 1);", ["W ONCE"]),
        ("int r = rcu_dereference(*x);", ["R ONCE"]),
        ("rcu_assign_pointer(*x, y);", ["W RELEASE"]),
        ("int r = smp_load_acquire(x);", ["R ACQUIRE"]),
        ("smp_store_release(x, 1);", ["W RELEASE"]),
        ("smp_store_mb(*x, 1);", ["W ONCE", "F Mb"]),
        ("int r = *x;", ["R "]),
        ("*x = *y;", ["R ", "W "]),
        ("int r = atomic_read(x);", ["R ONCE"]),
        ("int r = atomic_read_acquire(x);", ["R ACQUIRE"]),
        ("atomic_set(x, 1);", ["W ONCE"]),
        ("atomic_set_release(x, 1);", ["W RELEASE"]),
        ("atomic_inc(x);", ["RMW NORETURN NORETURN"]),
        ("atomic_andnot(4, x);", ["RMW NORETURN NORETURN"]),
        ("int r = atomic_fetch_add(1, x);", ["RMW MB MB"]),
        ("int r = atomic_fetch_xor_relaxed(1, x);", ["RMW ONCE ONCE"]),
        ("int r = atomic_inc_return_acquire(x);", ["RMW ACQUIRE ONCE"]),
        ("int r = atomic_sub_return_release(2, x);", ["RMW ONCE RELEASE"]),
        ("int r = xchg(x, 1);", ["RMW MB MB"]),
        ("int r = xchg_acquire(x, 1);", ["RMW ACQUIRE ONCE"]),
        ("int r = cmpxchg(x, 0, 1);", ["RMW MB MB"]),
        ("int r = atomic_cmpxchg_release(x, 0, 1);", ["RMW ONCE RELEASE"]),
        ("int r; int o = 0; r = atomic_try_cmpxchg_relaxed(x, &o, 1);", ["RMW ONCE ONCE"]),
        ("int r = atomic_add_unless(x, 1, 5);", ["RMW MB MB"]),
        ("int r = atomic_dec_and_test(x);", ["RMW MB MB"]),
        ("int r = atomic64_add_negative(1, x);", ["RMW MB MB"]),
        ("smp_mb(); smp_rmb(); smp_wmb(); barrier();", ["F Mb", "F Rmb", "F Wmb", "F Barrier"]),
        ("smp_mb__before_atomic(); smp_mb__after_atomic();", ["F Before-atomic", "F After-atomic"]),
        ("smp_mb__after_spinlock(); smp_mb__after_unlock_lock();", ["F After-spinlock", "F After-unlock-lock"]),
        ("smp_mb__after_srcu_read_unlock();", ["F After-srcu-read-unlock"]),
        ("rcu_read_lock(); rcu_read_unlock();", ["F Rcu-lock", "F Rcu-unlock"]),
        ("synchronize_rcu(); synchronize_rcu_expedited();", ["F Sync-rcu", "F Sync-rcu"]),
        ("int r = srcu_read_lock(x); srcu_read_unlock(x, r);", ["R Srcu-lock", "W Srcu-unlock"]),
        ("synchronize_srcu(x);", ["F Sync-srcu"]),
        ("spin_lock(x); spin_unlock(x);", ["RMW LKR LKW", "W UL"]),
        ("int r = spin_trylock(x);", ["RMW LKR LKW"]),
        ("int r = spin_is_locked(x);", ["R RL", "R RU"]),
        ("cpu_relax();", []),
    ],
)
def test_a_primitive_has_the_tags_of_the_model(body: str, expected: list[str]) -> None:
    assert accesses(body) == expected


def test_a_failed_trylock_reads_locked() -> None:
    (rmw,) = [step for step in steps(read("int r = spin_trylock(x);")) if isinstance(step, Rmw)]
    assert rmw.failed_tags == {"LF"}
    assert not rmw.waits


def initial_values(test: LitmusTest) -> dict[str, int]:
    found = {}
    for place in test.places.values():
        (owner,) = [item for item in test.program.objects if item.base <= place.address < item.base + item.size]
        cells = {owner.base + offset: value for offset, _, value in owner.cells}
        for index in range(place.words):
            value = cells.get(place.element(index), 0)
            assert isinstance(value, int)
            found[f"{place.name}[{index}]" if place.array else place.name] = value
    return found


def test_the_initial_state_in_all_its_spellings() -> None:
    initial = """
        x = 1; int y = -2; int *p = &x; q = x; volatile int z; int *n = &fresh; (* a (* nested *) comment *)
        atomic_t a = ATOMIC_INIT(3); spinlock_t l; struct srcu_struct s; [w] = 0x10; int t[3] = {4, 5, x};
        int e[2]; // C's too
        uintptr_t u = 7; g[1] = 6; 0:r1 = 8; int *0:r2 = &y; 0:r3 = y
    """
    test = read("r4 = r1; r5 = *r2; r6 = r3;", initial=initial)
    address = {name: place.address for name, place in test.places.items()}
    assert initial_values(test) == {
        "x": 1,
        "y": 2**64 - 2,
        "p": address["x"],
        "q": address["x"],
        "z": 0,
        "fresh": 0,
        "n": address["fresh"],
        "a": 3,
        "l": 0,
        "s": 0,
        "w": 16,
        "t[0]": 4,
        "t[1]": 5,
        "t[2]": address["x"],
        "e[0]": 0,
        "e[1]": 0,
        "u": 7,
        "g[0]": 0,
        "g[1]": 6,
    }
    types = {name: place.type for name, place in test.places.items()}
    assert (types["l"], types["a"], types["s"], types["u"]) == (
        "spinlock_t",
        "atomic_t",
        "struct srcu_struct",
        "uintptr_t",
    )
    (thread,) = test.threads
    start = dict(zip(thread.registers, thread.initial, strict=True))
    assert (start["r1"], start["r2"], start["r3"]) == (8, address["y"], address["y"])
    assert (start["x"], start["y"], start["r4"]) == (address["x"], address["y"], 0)


@pytest.mark.parametrize(
    "parameters",
    ["int *x, int *y", "volatile int* x, volatile int *y", "x, y", "atomic_t *x,spinlock_t *y", "int x[], int **y"],
)
def test_a_parameter_is_the_address_of_its_location(parameters: str) -> None:
    test = read("int r1 = READ_ONCE(*x);", parameters=parameters)
    (spawn,) = [step for step in steps_of_main(test) if isinstance(step, Spawn)]
    assert [argument.data for argument in spawn.args[:2]] == [test.places["x"].address, test.places["y"].address]
    assert (spawn.name, spawn.callee) == ("P0", "P0")


def steps_of_main(test: LitmusTest) -> list[Instruction]:
    assert test.program.entry == "main"
    return [step for block in test.program.functions["main"].blocks for step in block.instructions]


def test_every_variable_is_one_named_register() -> None:
    body = (
        "int r1 = READ_ONCE(*x), *r2; if (r1) { int r3 = 1; r4 = r3; } else { r3 = 2; } for (int i = 0; i < 2; i++) ;"
    )
    test = read(body)
    function = test.program.functions["P0"]
    assert sorted(function.names.values()) == ["i", "r1", "r2", "r3", "r4", "x", "y"]
    assert test.threads[0].registers == ("x", "y", "r1", "r2", "r3", "r4", "i")
    assert [function.names[register] for register in function.params] == list(test.threads[0].registers)
    assert {function.widths[register] for register in function.params} == {64}


@pytest.mark.parametrize(
    "body",
    [
        "int r1 = (int)rcu_dereference(*(char **)x); int r9 = r1 & 8; int *r2 = y + r9; WRITE_ONCE(*r2, 1);",
        "r1 = READ_ONCE(*x); r2 = READ_ONCE(*r1); *r2 = 1;",
        "int *r1 = READ_ONCE(*x); int r2 = *(y + (r1 ^ r1)); int r3 = (uintptr_t)r1 % 4;",
        "int **r1 = x; **r1 = 1; (*y)++; *x += *y * 2;",
        "if (READ_ONCE(*x) == 1 && *y != 2 || !*x) smp_mb(); else if (*x) ; else WRITE_ONCE(*y, 1);",
        "while (READ_ONCE(*x) == 0) cpu_relax(); do { r1 = *y; } while (r1 < 3);",
        "switch (READ_ONCE(*x)) { case 0: WRITE_ONCE(*y, 1); break; case 1: r2 = 1; default: r1 = 2; }",
        "r1 = *x ? *y : 3; goto out; r1 = 4; out: WRITE_ONCE(*y, r1);",
        "if (continue) { continue = 0; } while (1) { if (*x) continue; break; } continue = true;",
        "r1 = x == y; r2 = x < y; if (x != 0) r3 = *x; r4 = (y - x);",
        "__u64 r1 = 1ULL << 40; unsigned long long int r2 = r1; u8 r3 = 'a'; bool r4 = false; r5 = NULL;",
        "typeof(*x) r1 = 5; struct srcu_struct *r2 = x; r3 = sizeof(int);",
        "r1 = x[0]; y[1] = 2; r2 = READ_ONCE(x[r1]); (void)READ_ONCE(*x);",
        "WRITE_ONCE(*x, READ_ONCE(*x) + 1); smp_store_release((intptr_t *)x, (intptr_t)y); WRITE_ONCE((*x), (1));",
        "auto = 1; r1 = auto; int default = 0; r2 = default",
    ],
)
def test_the_dialect_is_read(body: str) -> None:
    preset = "0:continue = 1;" if "continue)" in body else ""
    if "default = 0" in body:
        body = "auto = 1; r1 = auto;"
    read(body, initial=preset)


def test_an_element_has_a_word_for_each_of_its_bytes() -> None:
    test = read("int r1 = READ_ONCE(*(y + 1)); x[2] = 3;", initial="int x[4]; int y[2];")
    found = [step.address for step in steps(test) if isinstance(step, Load | Store)]
    offsets = {repr(address).split()[-1].rstrip(")") for address in found}
    assert offsets == {"8", "64"}


@pytest.mark.parametrize("expression", ["r1 & 0", "r1 * 0", "0 * r1", "r1 ^ r1", "r1 - r1"])
def test_a_dependency_is_syntactic(expression: str) -> None:
    test = read(f"int r1 = READ_ONCE(*x); WRITE_ONCE(*y, {expression});")
    (store,) = [step for step in steps(test) if isinstance(step, Store)]
    number = next(register for register, name in test.program.functions["P0"].names.items() if name == "r1")
    assert f"reg{number}" in repr(store.value)


def test_a_place_is_that_of_the_test() -> None:
    text = (
        "C t\n{ }\n(* a comment *)\nP0(int *x) {\n\tint *r1; WRITE_ONCE(*x, 1);\n\tr1 = *x + smp_load_acquire(x);\n}\n"
    )
    test = parse_litmus(text, "t.litmus")
    places = [(step.source.line, step.source.column, step.source.end_column) for step in steps(test)]
    assert (5, 11, 28) in places  # WRITE_ONCE(*x, 1)
    assert (6, 7, 9) in places  # *x
    assert (6, 12, 31) in places  # smp_load_acquire(x)
    assert {step.source.file for step in steps(test)} == {"t.litmus"}
    assert {step.source.function for step in steps(test)} == {"P0"}


# How herd7 prints each.
@pytest.mark.parametrize(
    ("rest", "printed"),
    [
        ("exists (x=1 /\\ 0:r1=2)", "exists ([x]=1 /\\ 0:r1=2)"),
        ("exists x=1", "exists ([x]=1)"),
        ("~exists (0:r1=0)", "~exists (0:r1=0)"),
        ("forall 0:r1=1;", "forall (0:r1=1)"),
        ("exists (~x=1 \\/ 0:r1 != 0x10)", "exists (not ([x]=1) \\/ not (0:r1=16))"),
        ("exists not (x=1 /\\ (y=2 \\/ 0:r1=-3))", "exists (not ([x]=1 /\\ ([y]=2 \\/ 0:r1=-3)))"),
        ("exists ((x=1 /\\ y=2) \\/ (*x=3 /\\ [y]=4))", "exists ([x]=1 /\\ [y]=2 \\/ [x]=3 /\\ [y]=4)"),
        ("exists (0:r1=y /\\ 0:r1=&y /\\ 0:r1=0:r2)", "exists (0:r1=y /\\ 0:r1=y /\\ 0:r1=0:r2)"),
        ("exists (x=1 => true)", "exists ([x]=1 => true)"),
        ("", "forall (true)"),
    ],
)
def test_a_condition_prints_as_herd7_prints_it(rest: str, printed: str) -> None:
    assert str(read("int r1; int r2;", rest=rest).condition) == printed


def test_a_condition_holds_or_not() -> None:
    test = read("int r1;", rest="exists (x=1 /\\ ~(0:r1=&y) => y >= 2 \\/ false)")
    proposition = test.condition.proposition
    assert list(observables(proposition)) == [
        Location("x", test.places["x"].address),
        Register(0, "r1"),
        _place(test, "y"),
    ]

    def value(x: int, r1: int, y: int, operand: object) -> int:
        match operand:
            case Number(number) | Address(_, number):
                return number
            case Register():
                return r1
            case Location("x"):
                return x
        return y

    def given(x: int, r1: int, y: int) -> bool:
        return holds(proposition, lambda operand: value(x, r1, y, operand))

    address = test.places["y"].address
    assert [given(1, 0, 2), given(1, 0, 1), given(0, 0, 0), given(1, address, 0)] == [True, False, True, True]


def _place(test: LitmusTest, name: str) -> Location:
    return Location(name, test.places[name].address)


def test_what_is_to_be_shown_and_filtered() -> None:
    rest = "locations [x; *y; 0:r1; 0:r9; x[0];]\nfilter (0:r1=1 /\\ y=0)\nexists (x=0) (* ignored *)"
    test = read("int r1;", rest=rest)
    assert [str(item) for item in test.locations] == ["[x]", "[y]", "0:r1", "0:r9", "[x[0]]"]
    assert str(test.filter) == "0:r1=1 /\\ [y]=0"
    assert "r9" in test.threads[0].registers  # shown, and 0 for ever


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("(*\n * Result: Never\n *\n * Why.\n *)", "Never"),
        ("(* Result: Sometimes DATARACE *)", "Sometimes DATARACE"),
        ("/* Result: Always */", "Always"),
        ("(* nothing *)", None),
    ],
)
def test_the_result_that_a_comment_promises(comment: str, expected: str | None) -> None:
    text = f'C name.litmus\n"Doc string {{"\nCom=Rf Fr\n{comment}\n{{ }}\n\nP0(void) {{ }}\n'
    test = parse_litmus(text, "t.litmus")
    assert (test.name, test.result_comment) == ("name", expected)


def test_a_branch_is_a_branch() -> None:
    test = read("if (READ_ONCE(*x)) WRITE_ONCE(*y, 1); switch (*x) { case 1: smp_mb(); }")
    terminators = [type(block.terminator) for block in test.program.functions["P0"].blocks]
    assert Branch in terminators
    assert Switch in terminators


def test_tests_of_one_batch_are_apart(tmp_path: Path) -> None:
    bodies = ["r1 = 1;", "r1 = ;", "r1 = READ_ONCE(*x);", "int r1", "int r1;"]
    for number, body in enumerate(bodies):
        (tmp_path / f"{number}.litmus").write_text(f"C t{number}\n{{ }}\nP0(int *x) {{ {body} }}\nexists (0:r1=1)\n")
    paths = [tmp_path / name for name in ("0.litmus", "1.litmus", "none.litmus", "2.litmus", "3.litmus", "4.litmus")]
    found = list(read_litmus(paths))
    assert [path for path, _ in found] == paths
    shown = [test.name if isinstance(test, LitmusTest) else str(test).removeprefix(f"{tmp_path}/") for _, test in found]
    assert shown[0] == "t0"
    assert shown[1].startswith("1.litmus:3:19: ")
    assert shown[2].startswith("none.litmus: ")
    assert shown[3] == "t2"
    assert shown[4].startswith("3.litmus:3:")
    assert shown[5] == "t4"


def test_ten_thousand_lines_are_read() -> None:
    test = read("int r1;\n" + "r1 = READ_ONCE(*x);\n" * 10_000)
    assert sum(isinstance(step, Load) for step in steps(test)) == 10_000


# ------------------------------------------------------------------ against herd7's own reading


def _shared() -> Sequence[tuple[Path, LitmusTest | InputError]]:
    return list(read_litmus(sorted(SHARED.rglob("*.litmus"))))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared litmus tests are not here")
def test_the_shared_tests_are_read_as_herd7_reads_them() -> None:
    wrong = []
    for path, test in _shared():
        if isinstance(test, InputError):
            wrong.append(str(test))
            continue
        output = SHARED / "herd7-output" / path.relative_to(SHARED).with_suffix(".txt")
        if output.is_file():
            lines = output.read_text().splitlines()
            kind = {"exists": "Allowed", "~exists": "Forbidden", "forall": "Required"}[test.condition.quantifier]
            if lines[0] != f"Test {test.name} {kind}" or f"Condition {test.condition}" not in lines:
                wrong.append(f"{path}: {test.condition}")
    assert not wrong
