"""The real Pulumi engine, pointed at the embedded cloud: the program, the settings, the state and what a person sees of it."""
