"""Train a recurrent network whose weights must not grow."""

import jax
import jax.numpy as jnp


def radius(weights):
    return jnp.abs(jnp.linalg.eig(weights)[0]).max()


def loss(weights, state, inputs):
    def advance(h, x):
        h = jnp.tanh(h @ weights + x)
        return h, h

    _, states = jax.lax.scan(advance, state, inputs)
    return jnp.mean(states**2) + radius(weights)


def step(weights, state, inputs):
    gradient = jax.grad(loss)(weights, state, inputs)
    return weights - 0.1 * gradient


inputs = jnp.linspace(0, 1, 32, dtype=jnp.float64).reshape(4, 8)
print(step(jnp.eye(8), jnp.zeros(8), inputs))
