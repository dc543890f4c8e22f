"""Roles and grants of the database: data, and a function that makes the database agree with it."""
