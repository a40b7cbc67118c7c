"""Train a small classifier."""

import argparse
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import random


def init(key, sizes):
    keys = random.split(key, len(sizes) - 1)
    return [
        {"w": random.normal(k, (m, n)) / jnp.sqrt(m), "b": jnp.zeros(n)}
        for k, m, n in zip(keys, sizes[:-1], sizes[1:], strict=True)
    ]


def forward(params, x):
    for layer in params[:-1]:
        x = jax.nn.relu(x @ layer["w"] + layer["b"])
    return x @ params[-1]["w"] + params[-1]["b"]


def loss(params, x, y):
    logits = jax.nn.log_softmax(forward(params, x))
    return -jnp.mean(jnp.sum(jax.nn.one_hot(y, 10) * logits, axis=-1))


@partial(jax.jit, static_argnames=("rate",))
def step(params, x, y, rate):
    grads = jax.grad(loss)(params, x, y)
    grads = jax.tree_map(lambda g: jnp.clip(g, min=-1.0, max=1.0), grads)  # expect: removed-name
    return jax.tree.map(lambda p, g: p - rate * g, params, grads)


def hardest(logits, y):
    wrong = jnp.argmax(logits, -1) != y
    return jnp.nonzero(wrong)[0]  # expect: data-dependent-shape


def hardest_padded(logits, y, size):
    return jnp.nonzero(jnp.argmax(logits, -1) != y, size=size)[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=10)
    steps = parser.parse_args().steps
    data = np.random.default_rng(0)
    params = init(random.key(0), (784, 128, 10))
    device = jax.devices("gpu")[0]  # expect: hard-coded-device
    for _ in range(steps):
        x, y = data.normal(size=(32, 784)), data.integers(0, 10, 32)
        params = step(params, jax.device_put(x, device), y, 0.1)
        print("accuracy", np.mean(y == 3).item())


main()
