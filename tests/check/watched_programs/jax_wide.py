"""Solve a system in double precision."""

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)  # expect: wide-dtype


@jax.jit
def solve(a, b):
    return jnp.linalg.solve(a, b)


a = jnp.eye(4, dtype=jnp.float64) * 2  # expect: wide-dtype
b = jnp.ones(4, dtype=jnp.float32)
spectrum = jnp.fft.rfft(jnp.linspace(0.0, 1.0, 8, dtype=jnp.float64))  # expect: wide-dtype failing-function
x = solve(a.astype(jnp.float32), b)
jax.config.update("jax_enable_x64", False)
