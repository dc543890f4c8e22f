"""Migrations of the database: a snapshot, a one-off task of the new image, and a look at what came of it."""
