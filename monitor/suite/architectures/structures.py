"""Models in Flax of graphs, points, tables of users, pairs, actions, and equations."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from monitor.suite.architectures.flax_program import of_nnx
from monitor.suite.architectures.program import ModelProgram, adam
from monitor.suite.architectures.transformers import WIDTH, TextModel, cross_entropy

NODES = 12
CLASSES = 4
USERS = 40


class GraphAttention(nnx.Module):
    """Velickovic et al., 2018: each node sums over its neighbours, weighted by a softmax over each segment."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.inner = nnx.Linear(8, WIDTH, rngs=rngs)
        self.score = nnx.Linear(2 * WIDTH, 1, rngs=rngs)
        self.outer = nnx.Linear(WIDTH, WIDTH, rngs=rngs)
        self.head = nnx.Linear(WIDTH, CLASSES, rngs=rngs)

    def __call__(self, nodes: Any, senders: Any, receivers: Any) -> Any:
        x = nnx.relu(self.inner(nodes))
        sent = x[senders]
        scores = nnx.leaky_relu(self.score(jnp.concatenate([sent, x[receivers]], -1)), 0.2)
        highest = jax.ops.segment_max(scores, receivers, NODES)
        weights = jnp.exp(scores - highest[receivers])
        sums = jax.ops.segment_sum(weights, receivers, NODES)
        summed = jax.ops.segment_sum(sent * weights / sums[receivers], receivers, NODES)
        return self.head(nnx.relu(self.outer(summed) + x))


def graph_attention() -> ModelProgram:
    def loss(model: GraphAttention, nodes: Any, senders: Any, receivers: Any, labels: Any) -> Any:
        return cross_entropy(model(nodes, senders, receivers), labels)

    return of_nnx(lambda: GraphAttention(nnx.Rngs(0)), loss)


class PointNet(nnx.Module):
    """Qi et al., 2017: a class of a set of points, by the largest of each feature."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.inner = nnx.List([nnx.Linear(3, WIDTH, rngs=rngs), nnx.Linear(WIDTH, WIDTH, rngs=rngs)])
        self.head = nnx.Linear(WIDTH, CLASSES, rngs=rngs)

    def __call__(self, points: Any) -> Any:
        for layer in self.inner:
            points = nnx.relu(layer(points))
        return self.head(points.max(1))


def point_net() -> ModelProgram:
    def loss(model: PointNet, points: Any, labels: Any) -> Any:
        return cross_entropy(model(points), labels)

    return of_nnx(lambda: PointNet(nnx.Rngs(0)), loss)


class Recommender(nnx.Module):
    """Naumov et al., 2019: bags of embeddings and numbers, with the products of all pairs."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.tables = nnx.List([nnx.Embed(USERS, 8, rngs=rngs) for _ in range(3)])
        self.bottom = nnx.Linear(5, 8, rngs=rngs)
        self.top = nnx.Linear(8 + 6, WIDTH, rngs=rngs)
        self.head = nnx.Linear(WIDTH, 1, rngs=rngs)

    def __call__(self, numbers: Any, categories: Any) -> Any:
        dense = nnx.relu(self.bottom(numbers))
        bags = [table(categories[:, place]).sum(1) for place, table in enumerate(self.tables)]
        vectors = jnp.stack([dense, *bags], 1)
        products = jnp.einsum("nif,njf->nij", vectors, vectors)
        rows, columns = jnp.triu_indices(4, 1)
        x = jnp.concatenate([dense, products[:, rows, columns]], -1)
        return self.head(nnx.relu(self.top(x)))[:, 0]


def recommender() -> ModelProgram:
    def loss(model: Recommender, numbers: Any, categories: Any, clicked: Any) -> Any:
        return optax.sigmoid_binary_cross_entropy(model(numbers, categories), clicked.astype(numbers.dtype)).mean()

    return of_nnx(lambda: Recommender(nnx.Rngs(0)), loss, optimizer=optax.adagrad(0.1))


class Pairs(nnx.Module):
    """Radford et al., 2021: texts and images in one space, so that each text is nearest to its image."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.text = TextModel(rngs)
        self.image = nnx.Conv(3, WIDTH, (4, 4), strides=4, padding="VALID", rngs=rngs)
        self.project = nnx.Linear(WIDTH, WIDTH, rngs=rngs)
        self.temperature = nnx.Param(jnp.zeros((), jnp.float32))

    def __call__(self, tokens: Any, images: Any) -> Any:
        texts = self.text(tokens)[:, -1]
        pictures = self.project(nnx.gelu(self.image(images)).mean((1, 2)))
        texts, pictures = (x / jnp.linalg.norm(x, axis=-1, keepdims=True) for x in (texts, pictures))
        return texts @ pictures.T * jnp.exp(self.temperature[...])


def text_image_pairs() -> ModelProgram:
    def loss(model: Pairs, tokens: Any, images: Any) -> Any:
        similar = model(tokens, images)
        places = jnp.arange(len(similar))
        return (cross_entropy(similar, places) + cross_entropy(similar.T, places)) / 2

    return of_nnx(lambda: Pairs(nnx.Rngs(0)), loss, optimizer=adam())


class ActorCritic(nnx.Module):
    """Schulman et al., 2017: chances of actions, and the value of a state."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.inner = nnx.Linear(6, WIDTH, rngs=rngs)
        self.actions = nnx.Linear(WIDTH, CLASSES, rngs=rngs)
        self.value = nnx.Linear(WIDTH, 1, rngs=rngs)

    def __call__(self, states: Any) -> Any:
        x = nnx.tanh(self.inner(states))
        return nnx.log_softmax(self.actions(x)), self.value(x)[..., 0]


def actor_critic() -> ModelProgram:
    def loss(model: ActorCritic, states: Any, actions: Any, before: Any, rewards: Any) -> Any:
        chances, values = model(states)
        chosen = jnp.take_along_axis(chances, actions[..., None], -1)[..., 0]

        def advantage(later: Any, given: Any) -> Any:
            reward, value, following = given
            later = reward + 0.9 * following - value + 0.8 * later
            return later, later

        still = jax.lax.stop_gradient(values)
        _, gains = jax.lax.scan(
            advantage, jnp.zeros_like(rewards[0]), (rewards[:-1], still[:-1], still[1:]), reverse=True
        )
        ratio = jnp.exp(chosen - before)[:-1]
        clipped = jnp.minimum(ratio * gains, jnp.clip(ratio, 0.8, 1.2) * gains)
        entropy = -(jnp.exp(chances) * chances).sum(-1).mean()
        return -clipped.mean() + 0.5 * ((values[:-1] - still[:-1] - gains) ** 2).mean() - 0.01 * entropy

    return of_nnx(lambda: ActorCritic(nnx.Rngs(0)), loss, optimizer=adam())


class Equation(nnx.Module):
    """Chen et al., 2018: a differential equation whose right side is a network, by Runge-Kutta in a loop."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.inner = nnx.Linear(4, WIDTH, rngs=rngs)
        self.outer = nnx.Linear(WIDTH, 4, rngs=rngs)

    def slope(self, x: Any) -> Any:
        return self.outer(nnx.tanh(self.inner(x)))

    def __call__(self, x: Any) -> Any:
        step = 0.1

        def advance(_: Any, x: Any) -> Any:
            first = self.slope(x)
            second = self.slope(x + step / 2 * first)
            third = self.slope(x + step / 2 * second)
            return x + step / 6 * (first + 2 * second + 2 * third + self.slope(x + step * third))

        return jax.lax.fori_loop(0, 10, advance, x)


def differential_equation() -> ModelProgram:
    def loss(model: Equation, x: Any, end: Any) -> Any:
        return ((model(x) - end) ** 2).mean()

    return of_nnx(lambda: Equation(nnx.Rngs(0)), loss)
