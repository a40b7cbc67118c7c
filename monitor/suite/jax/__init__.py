"""JAX: its device and its cases."""
