"""What is done around a release: migrations, and the functions that decide."""
