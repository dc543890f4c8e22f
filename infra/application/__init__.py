"""The application: load balancer, service and who owns what during a release."""
