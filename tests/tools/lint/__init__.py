"""Tests of the checks of make lint."""
