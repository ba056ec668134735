"""Verdicts: which cells (scenario × variant × model) of a spec are asked for, and the row that answers each."""
