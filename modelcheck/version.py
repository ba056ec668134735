"""The version of modelcheck."""

__version__ = "0.1.0"
