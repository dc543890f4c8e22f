"""What the source database does for its archive: it announces changes of its schema, and publishes every row that it can."""
