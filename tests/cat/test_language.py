"""The cat language: what its operators mean, and what is said of texts that are wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from attrs import evolve

from modelcheck.cat import BUILT_IN, Candidate, load_model, model_from_text
from modelcheck.errors import InputError
from modelcheck.run.room import DEEPEST

# Thread 0: write x, fence, read y. Thread 1: write y, read x. Events 0 and 1 are the initial writes of x and y.
SB = Candidate(
    7,
    {"W": 0b0100111, "R": 0b1010000, "F": 0b0001000, "IW": 0b11, "Mb": 0b0001000, "ONCE": 0b1110100},
    {
        "po": (0, 0, 0b0011000, 0b0010000, 0, 0b1000000, 0),
        "rf": (0b1000000, 0b0010000, 0, 0, 0, 0, 0),
        "co": (0b0000100, 0b0100000, 0, 0, 0, 0, 0),
        "addr": (0,) * 7,
        "data": (0,) * 7,
        "ctrl": (0,) * 7,
        "rmw": (0,) * 7,
        "loc": (0b1000101, 0b0110010, 0b1000101, 0, 0b0110010, 0b0110010, 0b1000101),
        "int": (0, 0, 0b0011100, 0b0011100, 0b0011100, 0b1100000, 0b1100000),
        "ext": (0b1111111, 0b1111111, 0b1100011, 0b1100011, 0b1100011, 0b0011111, 0b0011111),
    },
)


def pairs(expression: str, before: str = "") -> set[tuple[int, int]]:
    """The pairs of ``expression`` in the store-buffering execution (of a set: those of the identity on it)."""
    rows = model_from_text(f"{before}\nlet result = {expression}\n").relation(SB, "result")
    return {(a, b) for a, row in rows.items() for b in range(SB.size) if row >> b & 1}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("po", {(2, 3), (2, 4), (3, 4), (5, 6)}),
        ("po & loc", set()),
        ("[W] ; po ; [R]", {(2, 4), (5, 6)}),
        ("po ; [Mb] ; po", {(2, 4)}),
        ("fencerel(Mb)", {(2, 4)}),
        ("fr", {(4, 5), (6, 2)}),
        ("rf^-1 ; co", {(4, 5), (6, 2)}),
        ("rfi", set()),
        ("(po | fr)+ & id", {(4, 4), (2, 2), (3, 3), (5, 5), (6, 6)}),
        ("(po | fr)* \\ (po | fr)+", {(0, 0), (1, 1)}),
        ("po?  & id", {(e, e) for e in range(7)}),
        ("(po | fr)^+ & id", {(4, 4), (2, 2), (3, 3), (5, 5), (6, 6)}),
        ("po^* & ~id", {(2, 3), (2, 4), (3, 4), (5, 6)}),
        ("IW * F", {(0, 3), (1, 3)}),
        ("IW*F | po\\po", {(0, 3), (1, 3)}),
        ("po^? & id", {(e, e) for e in range(7)}),
        ("domain(po)", {(2, 2), (3, 3), (5, 5)}),
        ("range po", {(3, 3), (4, 4), (6, 6)}),
        ("~M", {(3, 3)}),
        ("~(_ * _)", set()),
        ("W \\ IW", {(2, 2), (5, 5)}),
        ("0", set()),
        ("{}", set()),
        ("0 | F", {(3, 3)}),
        ("po \\ po ; po", set()),
        ("po \\ (po ; po)", {(2, 3), (3, 4), (5, 6)}),
        ("co & po | [F]", {(3, 3)}),
        ("[F] | co ; po & loc", {(3, 3)}),
        ("let f = [F] in f", {(3, 3)}),
        ("try Unheard-of with F", {(3, 3)}),
        ("try F with W", {(3, 3)}),
        ("F & 'Mb", {(3, 3)}),
        ("po & {}", set()),
        ("singlestep(po)", {(2, 3), (3, 4), (5, 6)}),
        ("tag2events('Mb)", {(3, 3)}),
        ("different-values(po)", set()),
        ("match 'mb with 'once -> W || 'mb -> F || _ -> R end", {(3, 3)}),
        ("match 'rmb with 'mb -> W || _ -> F end", {(3, 3)}),
        ("match 'rmb with 'mb -> W || other -> F end", {(3, 3)}),
        ("match {} with {} -> F || x ++ y -> W end", {(3, 3)}),
        ("match { 'mb, 'once } with {} -> W || x ++ rest -> tag2events(x) end", {(3, 3)}),
        ("match 'mb ++ { 'once } with {} -> W || x ++ rest -> tag2events(x) end", {(3, 3)}),
        ("fold (fun (r, s) -> r | s) ({ [F], po & loc, rf^-1 }, 0) & id", {(3, 3)}),
        ("fold (fun (r, s) -> r | s) (map (fun s -> [s]) { F, IW }, 0)", {(0, 0), (1, 1), (3, 3)}),
        ("let (a, b) = (F, W) in a", {(3, 3)}),
        (
            "let rec pick(s) = match s with {} -> 0 || x ++ r -> [tag2events(x)] | pick(r) end in pick({'mb, 'rmb})",
            {(3, 3)},
        ),
        ("F & (let s = { 'once, 'mb } in s)", {(3, 3)}),
        ("LKR", set()),
        ('if "some-variant" then po else [F]', {(3, 3)}),
        ('if not "some-variant" then [F] else po', {(3, 3)}),
    ],
)
def test_an_expression_has_its_value(expression: str, expected: set[tuple[int, int]]) -> None:
    assert pairs(expression) == expected


def test_functions_take_several_arguments_and_see_the_names_where_they_are_defined() -> None:
    before = "let s = F let f(a, b) = [a] ; po ; [b] | [s] let s = W"
    assert pairs("f(W, R)", before) == {(2, 4), (5, 6), (3, 3)}
    assert pairs("g (po, F)", "let g = fun (r, s) -> r ; [s]") == {(2, 3)}
    assert pairs("a | b", "let (a, b) = (co, [F])") == {(0, 2), (1, 5), (3, 3)}


def test_a_tuple_among_the_arguments_is_taken_apart() -> None:
    assert pairs("f(po, (rf, co))", "let f(a, (b, c)) = a ; (b | c)") == pairs("po ; (rf | co)")
    assert pairs("f(((po, rf), co))", "let f = fun ((a, b), c) -> a | b | c") == pairs("po | rf | co")
    assert pairs("f ()", "let f = fun () -> rf") == pairs("rf")
    with pytest.raises(InputError, match="this function takes 2 arguments, not 1"):
        pairs("f(po, rf)", "let f(a, (b, c)) = a")


def test_a_name_may_end_in_a_quote() -> None:
    assert pairs("po' ; rf", "catdep\nlet po' = po & [W]") == set()
    assert pairs("rf'", "let rf' = rf") == pairs("rf")


@pytest.mark.parametrize(("name", "why"), [("B", "branches are no events"), ("amo", "assembly"), ("X", "assembly")])
def test_a_name_of_other_languages_is_told_why_it_is_none(name: str, why: str) -> None:
    with pytest.raises(InputError, match=rf"^model.cat:2:14: {name} is not defined \(.*{why}"):
        pairs(name)
    assert pairs(f"try {name} with rf") == pairs("rf")


def test_a_name_may_be_defined_anew_in_terms_of_itself() -> None:
    assert pairs("W", "let W = W | F let W = W \\ IW") == {(2, 2), (3, 3), (5, 5)}


def test_let_rec_is_the_least_fixpoint() -> None:
    closure = pairs("(po | fr)+")
    assert pairs("r", "let rec r = po | fr | (r ; r)") == closure
    assert pairs("odd", "let rec even = odd ; co and odd = co | even ; co") == {(0, 2), (1, 5)}
    assert pairs("s", "let rec s = F | range([s] ; po)") == {(3, 3), (4, 4)}


def test_let_rec_that_removes_is_iterated_from_nothing() -> None:
    before = """
    let rec left = F \\ domain(matched) and matched = matched | ([left] ; po ; [R]) """
    assert pairs("matched", before) == {(3, 4)}


def test_definitions_of_a_let_rec_that_removes_see_those_before_them_in_the_same_round() -> None:
    """Brackets matched by taking away what is matched: with the rounds mixed, 2 would be matched with 4 as well."""
    before = """
    let rec free = (W | F | R) \\ (domain(pairs) | range(pairs))
        and step = [free] ; po ; [free]
        and pairs = pairs | (step \\ (step ; step))"""
    assert pairs("pairs", before) == {(2, 3), (3, 4), (5, 6)}


def test_comments_nest_and_tags_have_dashes() -> None:
    text = 'My-model\n(* one (* two *) "*" one *)\n// a line\nlet a = [Rcu-lock]^-1; po // more\n'
    text += "# a line\nacyclic po as order\n"
    assert model_from_text(text).check(SB).consistent
    assert model_from_text('"a title (* no comment *)"\nacyclic po').check(SB).consistent


def test_procedures_run_where_they_are_called() -> None:
    text = "procedure check(r) = acyclic r as checked end\ncall check(po | fr)"
    assert model_from_text(text).violated(SB) == ("checked",)


def test_forall_goes_through_a_set_that_is_spelled_out() -> None:
    text = "enum Fences = 'mb || 'rmb\nforall f in Fences do empty [tag2events(f)] as none end"
    assert model_from_text(text).violated(SB) == ("none",)


def test_conditions_compare_sets_that_are_spelled_out() -> None:
    text = "enum A = 'x || 'y if {'x} subset A acyclic po as inside else acyclic po as outside end"
    assert [axiom.name for axiom in model_from_text(text).axioms] == ["inside"]
    text = "let s = {} if s = {} empty F as none else empty W as some end"
    assert model_from_text(text).violated(SB) == ("none",)


def test_coherence_that_a_text_chooses_is_that_of_the_execution() -> None:
    text = 'include "cos.cat"\nacyclic po | rf | co | fr as sc\nlet result = coe'
    assert model_from_text(text).violated(SB) == ("sc",)
    text = "with co from linearisations(W, co0 | (W * IW) & loc)\nacyclic po"
    assert not model_from_text(text).check(SB).consistent
    assert model_from_text("with co from linearisations(W, co0)\nacyclic po").check(SB).consistent


CATALOGUE = """TSO
# in the manner of herd's catalogue
include "x86fences.cat"
include "filters.cat"
include "cos.cat"

acyclic po-loc | rf | fr | co as uniproc
empty rmw & (fre;coe) as atom
let ppo = WW(po) | RM(po)
let implied = WR(MA(po)) | WR(AM(po))
show sm \\ id as si
acyclic mfence | implied | ppo | rfe | ((fr | co) ; sm) as ghb
"""


def test_a_model_in_the_manner_of_the_catalogue_is_taken() -> None:
    model = model_from_text(CATALOGUE)
    assert (model.coherent, model.atomic) == (True, True)
    assert model.check(SB).consistent
    fenced = evolve(SB, sets={**SB.sets, "Mb": 0})
    assert model.check(fenced).consistent
    assert model_from_text(CATALOGUE.replace("WW(po)", "WW(po) | WR(po)")).violated(SB) == ("ghb",)


def test_show_and_bell_declarations_change_nothing() -> None:
    text = "show po as p, co\nunshow fr\nenum Kinds = 'once || 'mb\ninstructions R[{'once}]\n"
    text += "default F[{'mb}, Kinds]\nlet a = Once\nacyclic po"
    assert model_from_text(text).check(SB).consistent


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("let a = po |\n", 2, 1, "ends in the middle"),
        ("let a = po ]", 1, 12, "unexpected ']'"),
        ("let a = po $ rf", 1, 12, "unexpected character '$'"),
        ("let a = po\nlet b = nothing", 2, 9, "nothing is not defined"),
        ("let a = po | W", 1, 14, "between a relation and a set"),
        ("let a = W ; po", 1, 9, "needs a relation"),
        ("let a = [po]", 1, 10, "needs a set"),
        ("let a = po * W", 1, 9, "needs a set"),
        ("acyclic W", 1, 9, "needs a relation"),
        ("let f(a, b) = a | b let c = f(po)", 1, 31, "takes 2 arguments, not 1"),
        ("let a = po(W)", 1, 9, "no function"),
        ("let f(a) = a let b = f | po", 1, 22, "a function"),
        ("let a = (* (* *) po", 1, 9, "never closed"),
        ('include "missing.cat"', 1, 1, "cannot find missing.cat"),
        ("with x from cross(W)", 1, 19, "going through a set that the text does not spell out"),
        ("with rf from {rf, 0}", 1, 1, "a choice of anything but rf and co"),
        ("let a = match W with {} -> W || x ++ y -> W end", 1, 15, "not supported"),
        ("let a = match 'b with 'c -> W end", 1, 9, "no clause"),
        ("let rec f(x) = f(x) let a = f(po)", 1, 16, "calls itself without end"),
        ("let rec f(x) = r and r = po", 1, 9, "together"),
        ("forall x in W do acyclic po end", 1, 13, "not supported"),
        ("let a = map (fun e -> [{e}] ; W) W", 1, 31, "needs a relation"),
        ("let a = map (fun e -> ~{e}) W", 1, 23, "in this way"),
        ("let a = map (fun e -> [e]) W", 1, 23, "in this way"),
        ("let a = map (fun e -> po) W", 1, 27, "not made from them"),
        ("if W = R acyclic po end", 1, 4, "not supported"),
        ("let a = po ++ rf", 1, 15, "++ adds to a set"),
        ("let a = { po, rf } ; rf", 1, 9, "a set of sets"),
        ("call nothing(po)", 1, 1, "no procedure"),
    ],
)
def test_a_wrong_text_is_refused_at_its_place(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(InputError) as caught:
        model_from_text(text, "wrong.cat")
    assert (caught.value.file, caught.value.line, caught.value.column) == ("wrong.cat", line, column)
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("let a = " + "(" * DEEPEST + "po" + ")" * DEEPEST, "nested too deeply"),
        ("procedure p(x) = call p(x) end call p(po)", "nested too deeply"),
        (
            "let f0(x) = x\n"
            + "\n".join(f"let f{i}(x) = f{i - 1}(f{i - 1}(x))" for i in range(1, 40))
            + "\nlet z = f39(po)",
            "without end",
        ),
    ],
    ids=["parentheses", "procedure", "doubling"],
)
def test_a_text_without_end_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        model_from_text(text)


def test_includes_are_found_beside_the_file_then_among_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "inner.cat").write_text("let mine = [F]")
    (tmp_path / "outer.cat").write_text('include "inner.cat"\ninclude "sections.cat"\nempty mine | rcu-rscs as nothing')
    assert load_model(str(tmp_path / "outer.cat")).violated(SB) == ("nothing",)


def test_a_cyclic_include_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.cat").write_text('include "b.cat"')
    (tmp_path / "b.cat").write_text('\ninclude "a.cat"')
    with pytest.raises(InputError, match="includes itself") as caught:
        load_model(str(tmp_path / "a.cat"))
    assert (caught.value.file, caught.value.line) == (str(tmp_path / "b.cat"), 2)


def test_an_unknown_model_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sc, tso, pso, lkmm"):
        load_model("power")
    with pytest.raises(InputError, match="No such file"):
        load_model(str(tmp_path / "power.cat"))
    (tmp_path / "binary.cat").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no text file"):
        load_model(str(tmp_path / "binary.cat"))
    with pytest.raises(InputError, match="is a folder"):
        load_model(f"{tmp_path}/")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "m.cat"
    path.write_text("acyclic po")
    assert load_model(str(path)) is load_model(str(path))
    assert load_model("sc") is load_model("sc")


def test_so_is_one_that_includes_a_changed_file(tmp_path: Path) -> None:
    path, included, inner = (tmp_path / name for name in ("m.cat", "order.cat", "inner.cat"))
    path.write_text('include "order.cat"\nacyclic r as order')
    included.write_text('include "inner.cat"\nlet r = s')
    inner.write_text("let s = po")
    before = load_model(str(path))
    assert load_model(str(path)) is before
    stamp = inner.stat()
    inner.write_text("let s = rf")
    os.utime(inner, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    after = load_model(str(path))
    assert (repr(before.named["r"]), repr(after.named["r"])) == ("po", "rf")


def test_a_file_that_turns_up_beside_a_model_goes_before_the_built_in_one(tmp_path: Path) -> None:
    path = tmp_path / "m.cat"
    path.write_text('include "cos.cat"\nacyclic co as order')
    before = load_model(str(path))
    (tmp_path / "cos.cat").write_text("let co = po")
    assert repr(load_model(str(path)).named["co"]) == "po" != repr(before.named["co"])


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("enum E = 'once || 'mb\ninstructions R[{'once, 'onec}]", 2, 24, "no enum declares the tag 'onec"),
        ("enum E = 'once\ninstructions W['mb]", 2, 16, "no enum declares the tag 'mb"),
        ("enum E = 'once\ninstructions F[Fences]", 2, 16, "Fences is not defined"),
    ],
)
def test_instructions_bear_tags_that_are_declared(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        model_from_text(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_model_without_its_bell_file_is_told_of_it(tmp_path: Path) -> None:
    (tmp_path / "m.bell").write_text("let mine = po")
    (tmp_path / "m.cat").write_text("acyclic mine as order")
    with pytest.raises(InputError, match=r"mine is not defined; should .*m\.bell be given"):
        load_model(str(tmp_path / "m.cat"))


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_built_in_models_are_coherent_and_atomic_by_their_form(name: str) -> None:
    model = load_model(name)
    assert model.coherent
    assert model.atomic
    assert model.name == name


@pytest.mark.parametrize(
    ("text", "coherent", "atomic"),
    [
        ("acyclic po-loc | rf | co | fr", True, False),
        ("acyclic po | rf | ((rf^-1 ; co) \\ id) | co", True, False),
        ("acyclic po-loc | rfe | co | fr", False, False),
        ("let com = rf | co | fr acyclic (loc & po) | com", True, False),
        ("empty rmw & (fre ; coe)", False, True),
        ("empty rmw & (fre ; coe) & ext", False, False),
        ("flag ~empty rmw & (fre ; coe)", False, False),
    ],
)
def test_coherence_and_atomicity_are_seen_in_the_form_of_an_axiom(text: str, coherent: bool, atomic: bool) -> None:
    model = model_from_text(text)
    assert (model.coherent, model.atomic) == (coherent, atomic)


def test_a_violation_shows_its_cycle_and_the_facts_it_rests_on() -> None:
    (violation,) = load_model("sc").check(SB).violations
    assert violation.axiom == "sc"
    assert sorted((s.source, s.target, s.label) for s in violation.cycle) == [
        (2, 4, "po"),
        (4, 5, "fr"),
        (5, 6, "po"),
        (6, 2, "fr"),
    ]
    assert violation.facts == {("rf", 0, 6), ("rf", 1, 4), ("co", 0, 2), ("co", 1, 5)}


def test_flags_are_raised_with_their_pairs() -> None:
    model = model_from_text("acyclic po\nflag ~empty [F] ; po as fenced\nflag ~empty Rcu-lock as locked")
    assert model.flag_names == ("fenced", "locked")
    assert model.flags(SB) == {"fenced": ((3, 4),)}
    assert model.explain(SB, "fr", 4, 5) == {("rf", 1, 4), ("co", 1, 5)}
    joined = model_from_text("flag ~empty [F] ; po as mark\nflag ~empty po ; [F] as mark")
    assert joined.flags(SB) == {"mark": ((2, 3), (3, 4))}
    with pytest.raises(KeyError):
        model.explain(SB, "nothing", 4, 5)
    with pytest.raises(ValueError, match="not in fr"):
        model.explain(SB, "fr", 5, 4)
