"""What an explanation promises: whatever else changes, as long as its facts hold, so does what it explains."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcheck.cat import BUILT_IN, load_model
from tests.cat.universe import candidate_of, holds, random_choice, random_sections, random_universe

OTHERS = 12


@pytest.mark.parametrize("name", BUILT_IN)
@settings(max_examples=30)
@given(seed=st.integers(0, 10**9))
def test_the_facts_of_a_violation_suffice_for_it(name: str, seed: int) -> None:
    rng = Random(seed)
    model = load_model(name)
    universe = rng.choice((random_universe, random_sections))(rng)
    choice = random_choice(universe, rng)
    candidate = candidate_of(universe, choice)
    judgement = model.check(candidate, limit=40)
    assert judgement.consistent == (not model.violated(candidate)) == (not judgement.violations)
    for violation in rng.sample(judgement.violations, min(6, len(judgement.violations))):
        assert violation.axiom in model.violated(candidate)
        assert holds(violation.facts, candidate, candidate)
        for _ in range(OTHERS):
            other = candidate_of(universe, random_choice(universe, rng, violation.facts, choice))
            if holds(violation.facts, other, candidate):
                assert violation.axiom in model.violated(other), violation


@settings(max_examples=30)
@given(seed=st.integers(0, 10**9))
def test_the_facts_that_explain_a_pair_suffice_for_it(seed: int) -> None:
    rng = Random(seed)
    model = load_model("lkmm")
    universe = rng.choice((random_universe, random_sections))(rng)
    choice = random_choice(universe, rng)
    candidate = candidate_of(universe, choice)
    names = (
        "fr",
        "ppo",
        "hb",
        "prop",
        "pb",
        "rcu-order",
        "rb",
        "ww-vis",
        "wr-vis",
        "rw-xbstar",
        "rcu-rscs",
        "critical",
    )
    for name in names:
        rows = model.relation(candidate, name)
        pairs = [(a, b) for a, row in rows.items() for b in range(candidate.size) if row >> b & 1]
        for a, b in rng.sample(pairs, min(2, len(pairs))):
            facts = model.explain(candidate, name, a, b)
            assert holds(facts, candidate, candidate)
            for _ in range(OTHERS):
                other = candidate_of(universe, random_choice(universe, rng, facts, choice))
                if holds(facts, other, candidate):
                    assert model.relation(other, name).get(a, 0) >> b & 1, (name, a, b, facts)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**9))
def test_the_facts_that_keep_a_flag_down_suffice_for_it(seed: int) -> None:
    rng = Random(seed)
    model = load_model("lkmm")
    universe = rng.choice((random_universe, random_sections))(rng)
    choice = random_choice(universe, rng)
    candidate = candidate_of(universe, choice)
    there = [e for e in range(candidate.size) if choice.present >> e & 1]
    for flag in model.flag_names:
        for _ in range(4):
            a, b = rng.choice(there), rng.choice(there)
            if flag.startswith("unmatched"):
                b = a
            if (a, b) in model.pairs(candidate, flag):
                continue
            facts = model.explain_flag_absence(candidate, flag, a, b)
            assert holds(facts, candidate, candidate)
            for _ in range(OTHERS):
                other = candidate_of(universe, random_choice(universe, rng, facts, choice))
                if holds(facts, other, candidate):
                    assert (a, b) not in model.pairs(other, flag), (flag, a, b, facts)
