"""The checks of `make lint` that no ready-made tool does."""
