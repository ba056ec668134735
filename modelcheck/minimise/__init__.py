"""Cutting a failing execution down to what matters."""

from modelcheck.minimise.minimise import Minimised, minimise
from modelcheck.minimise.question import Failure

__all__ = ["Failure", "Minimised", "minimise"]
