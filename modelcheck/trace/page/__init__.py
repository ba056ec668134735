"""A trace as one HTML file that needs nothing else."""

from modelcheck.trace.page.render import index, page

__all__ = ["index", "page"]
