"""A base, back into an empty database: verified chunk by chunk, and never finished by half."""
