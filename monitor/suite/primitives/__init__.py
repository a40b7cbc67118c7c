"""Checks of JAX's primitives, with the samples of its own harness."""
