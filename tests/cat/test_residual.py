"""What is left of a model for executions that share all but rf and co says the same as the whole model."""

from __future__ import annotations

from random import Random

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcheck.cat import BUILT_IN, load_model
from modelcheck.cat.bitsets import Rows
from modelcheck.cat.evaluate import Evaluation
from modelcheck.cat.nodes import Node
from modelcheck.cat.reduction import Reduction
from modelcheck.cat.residual import Residual, bounds, open_part
from tests.cat.universe import candidate_of, random_choice, random_sections, random_universe

OTHERS = 12


@pytest.mark.parametrize("name", BUILT_IN)
@settings(max_examples=40)
@given(seed=st.integers(0, 10**9))
def test_the_same_axioms_hold(name: str, seed: int) -> None:
    rng = Random(seed)
    model = load_model(name)
    universe = rng.choice((random_universe, random_sections))(rng)
    choice = random_choice(universe, rng)
    evaluation = Evaluation(candidate_of(universe, choice))
    residual = Residual(evaluation, model.axioms, model.flag_axioms.values())
    reduction = Reduction(evaluation, bounds(evaluation.candidate), co_known=False)
    terms = [(node, reduction.of(node)) for node in model.named.values()]
    for _ in range(OTHERS):
        coherence = tuple((first, *rng.sample(others, len(others))) for first, *others in choice.coherence)
        sources = {
            read: rng.choice(coherence[choice.place[read]]) if rng.random() < 0.4 else write
            for read, write in choice.sources.items()
        }
        choice = evolve(choice, sources=sources, coherence=coherence)
        candidate = candidate_of(universe, choice)
        assert residual.covers(candidate)
        assert residual.consistent(candidate) == (not model.violated(candidate))
        assert residual.unflagged(candidate) == (not model.flags(candidate))
        whole = Evaluation(candidate)
        reduced = Evaluation(open_part(candidate, whole.everything), None, reduction.constants)
        for node, reduced_to in terms:
            assert _worth(reduced, reduced_to) == _worth(whole, node)


def _worth(evaluation: Evaluation, node: Node) -> int | Rows:
    return evaluation.members(node) if node.is_set else evaluation.relation(node)
