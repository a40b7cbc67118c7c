"""Compilers for hardware that is not present.

Each runs in its own environment, with the standard library and JAX, which gives access to XLA's compilers.
"""
