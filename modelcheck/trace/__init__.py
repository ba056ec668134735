"""Traces: failing executions as files that are kept, read back and told."""

from modelcheck.trace.record import record
from modelcheck.trace.store import read_trace, to_bytes, trace_path, write_atomically
from modelcheck.trace.trace import VERSION, SourceText, Trace

__all__ = [
    "VERSION",
    "SourceText",
    "Trace",
    "read_trace",
    "record",
    "to_bytes",
    "trace_path",
    "write_atomically",
]
