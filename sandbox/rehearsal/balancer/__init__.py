"""The load balancer of a rehearsal: listeners on loopback that follow the embedded account's rules, targets and health checks."""

from sandbox.rehearsal.balancer.alb import Balancer

__all__ = ["Balancer"]
