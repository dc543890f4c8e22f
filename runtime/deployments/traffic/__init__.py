"""Judges green by what people met: errors and slowness against a limit and against blue before the shift."""
