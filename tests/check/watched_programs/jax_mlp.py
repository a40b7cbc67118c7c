"""Train a small network without a problem."""

import jax
import jax.numpy as jnp


def predict(params, x):
    for w, b in params:
        x = jnp.tanh(x @ w + b)
    return x


@jax.jit
def step(params, x, y):
    def loss(params):
        return jnp.mean((predict(params, x) - y) ** 2)

    value, grads = jax.value_and_grad(loss)(params)
    return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads), value


key = jax.random.key(0)
params = [(jax.random.normal(key, (4, 4)) * 0.1, jnp.zeros(4)) for _ in range(2)]
for _ in range(3):
    params, value = step(params, jnp.ones((3, 4)), jnp.zeros((3, 4)))
value.block_until_ready()
