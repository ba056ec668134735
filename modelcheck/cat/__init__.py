"""The cat language: models as text, judged over candidate executions, with explanations."""

from modelcheck.cat.candidate import Candidate, Relation
from modelcheck.cat.facts import Fact, Facts
from modelcheck.cat.load import BUILT_IN, load_model, model_from_text
from modelcheck.cat.model import Judgement, Model
from modelcheck.cat.violations import Step, Violation

__all__ = [
    "BUILT_IN",
    "Candidate",
    "Fact",
    "Facts",
    "Judgement",
    "Model",
    "Relation",
    "Step",
    "Violation",
    "load_model",
    "model_from_text",
]
