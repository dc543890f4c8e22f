"""Recovery: from a base and the archive of changes to a database, as it was at any commit."""
