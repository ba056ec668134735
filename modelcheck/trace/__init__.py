"""Traces: failing executions as files that are kept, read back and told."""

from modelcheck.trace.candidate import candidate, modelled
from modelcheck.trace.judged import Edge, HeldAxiom, Judged, RaisedFlag, judge
from modelcheck.trace.record import record
from modelcheck.trace.store import read_trace, to_bytes, trace_path, write_atomically
from modelcheck.trace.trace import VERSION, Setting, SourceText, Trace, model_place

__all__ = [
    "VERSION",
    "Edge",
    "HeldAxiom",
    "Judged",
    "RaisedFlag",
    "Setting",
    "SourceText",
    "Trace",
    "candidate",
    "judge",
    "model_place",
    "modelled",
    "read_trace",
    "record",
    "to_bytes",
    "trace_path",
    "write_atomically",
]
