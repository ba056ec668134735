"""``python -m modelcheck.cli``: the same as ``modelcheck``."""

from modelcheck.cli.app import command

command()
