"""Tests of the preparation of a machine."""
