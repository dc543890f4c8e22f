"""The generated documents: one command for all of their writers."""
