"""Tests, by the folder that they test."""
