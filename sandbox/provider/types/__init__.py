"""The mappings, one module per service."""
