"""The gate before a rolling deployment: ECS asks no hook there, so the deployment asks before it updates the service."""
