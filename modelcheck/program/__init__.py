"""Programs: threads as graphs of atomic steps, and their unrolling to an event graph."""
