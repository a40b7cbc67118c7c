"""Penalize the spectral radius of a matrix, with a message in each step."""

import jax
import jax.numpy as jnp


def radius(w):
    return jnp.abs(jnp.linalg.eig(w)[0]).max()  # expect: failing-function


@jax.jit
def step(w):
    r = radius(w)
    jax.debug.print("radius {}", r)  # expect: host-call
    return w / jnp.maximum(r, 1.0)


w = jnp.arange(9.0).reshape(3, 3)
for _ in range(2):
    w = step(w)
print(float(jnp.trace(w)))  # expect: host-call
