"""What builds, checks and prepares the project; nothing here runs in production."""
