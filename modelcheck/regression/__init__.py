"""Regress: two versions of a spec's sources → which verdicts change, and why."""
