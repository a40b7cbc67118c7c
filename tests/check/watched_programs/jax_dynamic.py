"""Filter arrays outside of a compiled function."""

import jax
import jax.numpy as jnp

x = jnp.array([1.0, -2.0, 3.0, 3.0])
positive = jnp.nonzero(x > 0)  # expect: data-dependent-shape
kinds = jnp.unique(x)  # expect: data-dependent-shape
rows = jnp.argwhere(x > 2)  # expect: data-dependent-shape
fixed = jnp.nonzero(x > 0, size=4)[0]
chosen = jnp.where(x > 0, x, 0.0)
indices = jnp.where(x > 0)  # expect: data-dependent-shape


@jax.jit
def first(x):
    (index,) = jnp.nonzero(x, size=1)
    return x[index]


y = first(x)
if y[0] > 0:  # expect: host-call
    print("positive", x[0].item())  # expect: host-call
