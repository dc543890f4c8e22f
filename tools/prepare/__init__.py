"""Prepares a machine for the project's commands. Standard library only, and Python 3.8 syntax: it runs before anything is installed."""
