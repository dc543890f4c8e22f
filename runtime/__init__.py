"""The functions that operate the platform: one package per capability, each with its handler as the door."""
