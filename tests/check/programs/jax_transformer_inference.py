"""Decode with a cache, in the style of a larger code base."""

import jax
import jax.experimental.pjit as sharding  # a module
import jax.numpy as jnp
import numpy as np
from jax.core import Primitive  # expect: removed-name
from jax.extend import core as xcore

double_p = Primitive("double")
triple_p = xcore.Primitive("triple")


def with_defaults(function):
    def wrapped(*args, **kwargs):
        kwargs.setdefault("temperature", 1.0)
        return function(*args, **kwargs)

    return wrapped


class Decoder:
    def __init__(self, width):
        self.width = width
        self.scale = np.float64(1.0) / np.sqrt(width)
        self.frequencies = jnp.arange(width, dtype="float64")  # expect: wide-dtype

    @with_defaults
    def logits(self, x, temperature):
        return x @ jnp.ones((self.width, 32)) / temperature

    def sharded(self):
        return sharding.pjit(self.logits)  # expect: deprecated-name

    def generate(self, key, x, steps):
        tokens = []
        for _ in range(steps):
            key, sub = jax.random.split(key)
            tokens.append(jax.random.categorical(sub, self.logits(x)))
        counts = np.unique(np.asarray(tokens), return_counts=True)
        return jnp.stack(tokens), counts[0].tolist()


def local(jax):
    return jax.tree_map(lambda x: x, [])


def main():
    decoder = Decoder(8)
    print(decoder.generate(jax.random.key(0), jnp.ones((2, 8)), 4), decoder.sharded())
    print(double_p, triple_p, local)


main()
