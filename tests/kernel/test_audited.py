"""What a scenario on a kernel tree rests on is asked about, also where the tree has it out of line."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.api import audit
from modelcheck.kernel.named import given

_SPEC = Path(__file__).resolve().parent / "both" / "rcu"

pytestmark = pytest.mark.skipif(given() is None, reason="MODELCHECK_KERNEL_TREE names no kernel tree")


@pytest.mark.parametrize(("scenario", "wait"), [("reader", "synchronize_rcu()"), ("srcu", "synchronize_srcu(&srcu)")])
def test_a_grace_period_is_necessary(scenario: str, wait: str) -> None:
    (found,) = audit(_SPEC, scenarios=[scenario], models=["lkmm"], kinds=["grace period"], jobs=1).audits
    (judged,) = found.judgements
    assert judged.element.text == wait
    assert judged.failures
