"""Call NumPy inside of a compiled step."""

import jax
import jax.numpy as jnp
import numpy as np


def rank(x):
    return np.argsort(x).astype(np.int32)


@jax.jit
def step(x):
    order = jax.pure_callback(rank, jax.ShapeDtypeStruct(x.shape, jnp.int32), x)  # expect: host-call
    jax.debug.callback(lambda v: None, x[0])  # expect: host-call
    return x[order]


def loss(x):
    return jnp.sort(x).sum()


x = jnp.array([3.0, 1.0, 2.0])
y = step(x)
gradient = jax.grad(loss)(x)
