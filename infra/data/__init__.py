"""What must not be lost: keys, secrets, PostgreSQL, buckets."""
