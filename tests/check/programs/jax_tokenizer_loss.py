"""Compute the loss of a language model over the distinct tokens of a batch."""

import jax
import jax.numpy as jnp

if hasattr(jax, "tree_map"):
    map_tree = jax.tree_map
else:
    map_tree = jax.tree.map

try:
    from jax.experimental.pjit import pjit
except ImportError:
    pjit = jax.jit


class Loss:
    def __init__(self, vocabulary):
        self.vocabulary = vocabulary

    def __call__(self, logits, tokens):
        distinct = jnp.unique(tokens)  # expect: data-dependent-shape
        weights = self.frequencies(tokens)
        clipped = jnp.clip(logits, a_min=-50.0, a_max=50.0)  # expect: removed-parameter
        bounded = jnp.clip(clipped, -50.0, max=50.0)
        picked = jnp.take_along_axis(jax.nn.log_softmax(bounded), tokens[..., None], -1)
        return -(picked * weights[tokens][..., None]).mean() / distinct.size

    def frequencies(self, tokens):
        counts = jnp.bincount(tokens.ravel(), length=self.vocabulary)
        known = jnp.unique(tokens, size=self.vocabulary, fill_value=0)
        return 1.0 / (1 + counts) + 0 * known

    def first_padding(self, tokens):
        (found,) = jnp.where(tokens == 0)  # expect: data-dependent-shape
        return found[0]

    def mask(self, tokens):
        return jnp.where(tokens == 0, 0.0, 1.0)


def main():
    loss = Loss(32)
    tokens = jnp.zeros((2, 8), int)
    print(loss(jnp.zeros((2, 8, 32)), tokens), map_tree(jnp.shape, tokens), pjit(jnp.sum)(tokens))
    print("jax.tree_map and jnp.unique are only words here")


main()
