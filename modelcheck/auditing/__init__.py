"""Audit: a spec → what becomes of it without each barrier, lock and annotation, and repairs of what fails."""
