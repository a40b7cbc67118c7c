"""Issues for regressions and failed health checks: plan, body, lifecycle and operations."""
