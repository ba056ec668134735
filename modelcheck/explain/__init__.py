"""Why a scenario is safe: facts about order that exclude what would be wrong, and what they rest on."""

from modelcheck.explain.elements import Element, Fact
from modelcheck.explain.explain import Explanation, Group, Outcome, explain

__all__ = ["Element", "Explanation", "Fact", "Group", "Outcome", "explain"]
