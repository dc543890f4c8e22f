"""The picture of the architecture, drawn from what the program declares."""
