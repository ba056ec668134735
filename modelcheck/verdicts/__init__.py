"""Verdicts: which cells (scenario × variant × model) of a spec are asked for, and the row that answers each."""

from modelcheck.verdicts.cells import Cell, Choice, choose
from modelcheck.verdicts.row import Row, exit_code
from modelcheck.verdicts.rows import run
from modelcheck.verdicts.view import Silent, View

__all__ = ["Cell", "Choice", "Row", "Silent", "View", "choose", "exit_code", "run"]
