"""Says what became of a deployment, to whoever began it: ECS may go back after Pulumi was told that all is well."""
