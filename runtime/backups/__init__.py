"""Dumps of the database in S3: made by the handler, described by a manifest, restored by `python -m runtime.backups restore`."""
