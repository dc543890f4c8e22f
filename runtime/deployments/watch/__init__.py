"""Looks at deployments from outside: announces rollbacks, escalates failed ones, and ends a green that never becomes healthy."""
