"""Tests of what builds, checks and prepares the project."""
