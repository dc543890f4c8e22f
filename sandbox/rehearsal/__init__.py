"""Deployments rehearsed on the embedded cloud: real tasks, real traffic and real hooks, walked as docs/deployment-stages.toml says."""
