"""modelcheck: every execution of concurrent C that a memory model allows, within stated bounds."""

__version__ = "0.1.0"
