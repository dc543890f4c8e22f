"""Decides, on evidence, whether ECS may go on with a deployment: the functions that ECS calls at its stages."""
