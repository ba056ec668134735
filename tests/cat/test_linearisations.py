"""``with S from linearisations(E, r)``: some total order must pass all tests, and each that does is an execution."""

from __future__ import annotations

import pytest

from modelcheck.cat import Model, model_from_text
from modelcheck.errors import InputError
from modelcheck.frontend.litmus import parse_litmus
from modelcheck.solve.litmus import Observation, observe

ONE_AFTER_ANOTHER = """
let fr = rf^-1 ; co
with S from linearisations(M, po)
irreflexive S ; rf
irreflexive S ; co
irreflexive S ; fr
"""
"""Sequential consistency as Lamport has it: all accesses in one order, in which each read sees the last write."""

FENCES_IN_ORDER = """
acyclic po-loc | rf | co | fr
with S from linearisations(F, po)
acyclic (po ; S ; po) | fr | rf
"""

BUFFERING = """C buffering
{{}}
P0(int *x, int *y) {{ int r0; WRITE_ONCE(*x, 1); {fence} r0 = READ_ONCE(*y); }}
P1(int *x, int *y) {{ int r0; WRITE_ONCE(*y, 1); {fence} r0 = READ_ONCE(*x); }}
exists (0:r0=0 /\\ 1:r0=0)
"""

WRITES = """C writes
{}
P0(int *x) { WRITE_ONCE(*x, 1); }
P1(int *y) { WRITE_ONCE(*y, 1); }
exists (x=1)
"""


def observed(text: str, model: Model, count: bool = True) -> Observation:
    return observe(parse_litmus(text, "t.litmus"), model, count=count)


def test_each_order_is_an_execution() -> None:
    """Two initial writes, two writes and two reads. Where one read misses the other's write, the four accesses and an
    initial write before them are in line, and the other initial write has three places. Where both see the writes, the
    writes and what each overwrites come in 4! / (2 * 2) orders, then the reads in two."""
    found = observed(BUFFERING.format(fence=""), model_from_text(ONE_AFTER_ANOTHER))
    assert (found.verdict, found.positive, found.negative) == ("Never", 0, 18)
    assert found.states == (((0, 1), 3), ((1, 0), 3), ((1, 1), 12))


def test_the_verdict_alone_is_the_same() -> None:
    assert observed(BUFFERING.format(fence=""), model_from_text(ONE_AFTER_ANOTHER), count=False).verdict == "Never"
    without = model_from_text("acyclic po-loc | rf | co | fr\nwith S from linearisations(M, po)\nacyclic S | rf")
    assert observed(BUFFERING.format(fence=""), without, count=False).verdict == "Sometimes"


@pytest.mark.parametrize("count", [True, False])
@pytest.mark.parametrize(("fence", "verdict"), [("", "Sometimes"), ("smp_mb();", "Never")])
def test_fences_in_some_order_forbid_what_both_would_have_to_overtake(fence: str, verdict: str, count: bool) -> None:
    model = model_from_text(FENCES_IN_ORDER)
    assert observed(BUFFERING.format(fence=fence), model, count).verdict == verdict


def test_of_nothing_there_is_one_order() -> None:
    found = observed(BUFFERING.format(fence=""), model_from_text(FENCES_IN_ORDER))
    assert (found.positive, found.negative) == (1, 3)


@pytest.mark.parametrize("count", [True, False])
def test_a_circle_has_no_order(count: bool) -> None:
    found = observed(WRITES, model_from_text("with S from linearisations(W, co | co^-1)"), count)
    assert (found.verdict, found.states) == ("Never", ())


@pytest.mark.parametrize(
    ("text", "executions"),
    [
        # Four writes, of which each initial one comes before the other of its place.
        ("with S from linearisations(W, co)", 6),
        ("with S from linearisations(W, 0)", 24),
        ("with S from linearisations(IW, co)", 2),
        ("with S from linearisations({}, co)", 1),
        ("let f(s, r) = linearisations(s, r)\nwith S from f(W, co)", 6),
        # A second choice that holds the first has nothing left to choose.
        ("with S from linearisations(W, co)\nwith T from linearisations(W, S)", 6),
        ("with S from linearisations(IW, co)\nwith T from linearisations(W \\ IW, co)", 4),
        ("with S from linearisations(W, co)\nwith T from linearisations(IW, 0)\nempty (T \\ S)", 6),
        # Called so it orders each location as the execution does.
        ("with co from linearisations(W, 0)", 6),
        # Only pairs among the members count: no path through what is not ordered.
        ("with S from linearisations(IW, (IW * (W \\ IW)) | ((W \\ IW) * IW))", 2),
        ("procedure p(s) =\nwith S from linearisations(s, 0)\nend\ncall p(IW)", 2),
        ("forall s in {IW, W \\ IW} do\nwith S from linearisations(s, 0)\nend", 4),
        ("with S from linearisations(W, co)\nempty (S \\ S)", 6),
        ("with S from linearisations(W, co)\n~empty (S & (IW * IW))", 6),
    ],
)
def test_orders_are_counted(text: str, executions: int) -> None:
    found = observed(WRITES, model_from_text(text))
    assert (found.positive, found.negative) == (executions, 0)


def test_a_flag_is_raised_by_any_order_that_passes() -> None:
    either = "with S from linearisations(W, co)\nflag ~empty (S & (IW * IW)) as some\nflag empty S as none\n"
    assert observed(WRITES, model_from_text(either)).flags == ("some",)
    refused = f"{either}empty (S & (IW * IW))\n"
    found = observed(WRITES, model_from_text(refused))
    assert (found.positive, found.negative, found.flags) == (0, 0, ())


def test_a_race_that_rests_on_the_order_is_found_and_its_absence_too() -> None:
    racy = "with S from linearisations(W \\ IW, 0)\nflag ~empty ({}) as data-race"
    race = racy.format("S & ext")
    assert observed(WRITES, model_from_text(race), count=False).flags == ("data-race",)
    none = racy.format("S & int")
    assert observed(WRITES, model_from_text(none), count=False).flags == ()


def test_too_many_orders_are_refused_at_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelcheck.cat.linearise.MOST_ORDERS", 5)
    with pytest.raises(InputError) as refused:
        observed(WRITES, model_from_text("\nwith S from linearisations(W, co)"))
    assert str(refused.value).startswith("model.cat:2:1: more than 5 linearisations of one execution")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("with S from linearisations(po, rf)", "1:27: linearisations takes a set and a relation"),
        ("with S from linearisations(W, R)", "1:27: linearisations takes a set and a relation"),
        ("with S from linearisations(W)", "1:28: linearisations takes a set and a relation"),
        ("let S = linearisations(W, po) | po", "1:9: this is a set of relations"),
        ("with S from po", "1:1: a choice of anything but rf and co"),
    ],
)
def test_what_is_no_choice_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        model_from_text(text)
    assert str(refused.value).startswith(f"model.cat:{says}")
