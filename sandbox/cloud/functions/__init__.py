"""Functions of the embedded cloud, run for real: each invocation is a process of its own."""
