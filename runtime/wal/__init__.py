"""The archive of changes: from a replication slot to objects in S3, exact through crashes."""
