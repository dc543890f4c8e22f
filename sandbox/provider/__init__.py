"""The development provider: it serves the aws, random and docker types to the real engine, as calls to the embedded cloud."""
