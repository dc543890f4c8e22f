"""The network: address plan, VPC, endpoints, security groups."""
