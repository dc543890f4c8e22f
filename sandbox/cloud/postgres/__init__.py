"""A real PostgreSQL behind each RDS instance: its cluster on a Unix socket, and the TLS door at the instance's address."""
