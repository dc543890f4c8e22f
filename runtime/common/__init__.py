"""What every function needs: settings, errors, logs, metrics, secrets, PostgreSQL and S3."""
