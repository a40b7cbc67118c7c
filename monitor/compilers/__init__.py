"""Compilers for hardware that is not here.

Each runs inside its own environment: the standard library, and JAX as the door to XLA's compilers.
"""
