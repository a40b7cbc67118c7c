"""Models in Flax that draw or compress: autoencoders, a flow, two that compete."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from monitor.suite.architectures.flax_program import of_nnx
from monitor.suite.architectures.program import ModelProgram, adam

SIZE = 16
HIDDEN = 32
LATENT = 4
SMALL = (3, 3)


class Vae(nnx.Module):
    """Kingma and Welling, 2014: an autoencoder with a random code."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.inner = nnx.Linear(SIZE, HIDDEN, rngs=rngs)
        self.code = nnx.Linear(HIDDEN, 2 * LATENT, rngs=rngs)
        self.outer = nnx.Linear(LATENT, HIDDEN, rngs=rngs)
        self.head = nnx.Linear(HIDDEN, SIZE, rngs=rngs)

    def encode(self, x: Any) -> Any:
        return jnp.split(self.code(nnx.tanh(self.inner(x))), 2, -1)

    def decode(self, code: Any) -> Any:
        return self.head(nnx.tanh(self.outer(code)))

    def __call__(self, x: Any) -> Any:
        return self.decode(self.encode(x)[0])


def variational_autoencoder() -> ModelProgram:
    def loss(model: Vae, x: Any, seed: Any) -> Any:
        mean, logarithm = model.encode(x)
        code = mean + jnp.exp(logarithm / 2) * jax.random.normal(jax.random.key(seed), mean.shape, mean.dtype)
        divergence = (jnp.exp(logarithm) + mean**2 - 1 - logarithm).sum(-1) / 2
        return (optax.sigmoid_binary_cross_entropy(model.decode(code), nnx.sigmoid(x)).sum(-1) + divergence).mean()

    return of_nnx(lambda: Vae(nnx.Rngs(0)), loss, optimizer=adam())


class VectorQuantiser(nnx.Module):
    """Van den Oord et al., 2017: each code is the nearest of a table, with the gradient passed straight through."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.inner = nnx.Conv(3, LATENT, SMALL, strides=2, rngs=rngs)
        self.table = nnx.Embed(8, LATENT, rngs=rngs)
        self.outer = nnx.ConvTranspose(LATENT, 3, SMALL, strides=(2, 2), rngs=rngs)

    def encode(self, images: Any) -> Any:
        codes = self.inner(images)
        distances = ((codes[..., None, :] - self.table.embedding[...]) ** 2).sum(-1)
        return codes, self.table(distances.argmin(-1))

    def __call__(self, images: Any) -> Any:
        codes, nearest = self.encode(images)
        return self.outer(codes + jax.lax.stop_gradient(nearest - codes))


def vector_quantiser() -> ModelProgram:
    def loss(model: VectorQuantiser, images: Any) -> Any:
        codes, nearest = model.encode(images)
        stop = jax.lax.stop_gradient
        commitment = ((stop(nearest) - codes) ** 2).mean() / 4 + ((nearest - stop(codes)) ** 2).mean()
        return ((model(images) - images) ** 2).mean() + commitment

    return of_nnx(lambda: VectorQuantiser(nnx.Rngs(0)), loss)


class Discriminator(nnx.Module):
    """The part of `Gan` that tells real images from drawn ones."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.look = nnx.List([nnx.Conv(3, 8, SMALL, strides=2, rngs=rngs), nnx.Conv(8, 8, SMALL, strides=2, rngs=rngs)])
        self.judge = nnx.Linear(2 * 2 * 8, 1, rngs=rngs)

    def __call__(self, images: Any) -> Any:
        for layer in self.look:
            images = nnx.leaky_relu(layer(images), 0.2)
        return self.judge(images.reshape(images.shape[0], -1))[:, 0]


class Gan(nnx.Module):
    """Radford et al., 2016: a generator of images by transposed convolutions, and a discriminator."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.start = nnx.Linear(LATENT, 2 * 2 * 8, rngs=rngs)
        self.norm = nnx.BatchNorm(8, rngs=rngs)
        self.wider = nnx.ConvTranspose(8, 8, (4, 4), strides=(2, 2), rngs=rngs)
        self.image = nnx.ConvTranspose(8, 3, (4, 4), strides=(2, 2), rngs=rngs)
        self.discriminator = Discriminator(rngs)

    def __call__(self, code: Any) -> Any:
        x = nnx.relu(self.norm(self.start(code).reshape(-1, 2, 2, 8)))
        return nnx.tanh(self.image(nnx.relu(self.wider(x))))


def gan() -> ModelProgram:
    def loss(model: Gan, code: Any, images: Any) -> Any:
        """Return the sum of both losses; a part gets no gradient from the loss of the other."""
        drawn = model(code)
        real, false = model.discriminator(images), model.discriminator(jax.lax.stop_gradient(drawn))
        graph, state = nnx.split(model.discriminator)
        fixed = nnx.merge(graph, jax.lax.stop_gradient(state))
        return (nnx.softplus(-real) + nnx.softplus(false)).mean() + nnx.softplus(-fixed(drawn)).mean()

    return of_nnx(lambda: Gan(nnx.Rngs(0)), loss, optimizer=adam())


class Flow(nnx.Module):
    """Dinh et al., 2017: layers that can be inverted, and the exact density of each sample."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        half = SIZE // 2
        self.inner = nnx.List([nnx.Linear(half, HIDDEN, rngs=rngs) for _ in range(4)])
        self.outer = nnx.List([nnx.Linear(HIDDEN, 2 * half, rngs=rngs) for _ in range(4)])

    def __call__(self, x: Any) -> Any:
        first, second = jnp.split(x, 2, -1)
        total = jnp.zeros(x.shape[0], x.dtype)
        for inner, outer in zip(self.inner, self.outer, strict=True):
            scale, shift = jnp.split(outer(nnx.relu(inner(first))), 2, -1)
            scale = nnx.tanh(scale)
            first, second = second * jnp.exp(scale) + shift, first
            total = total + scale.sum(-1)
        code = jnp.concatenate([first, second], -1)
        return jax.scipy.stats.norm.logpdf(code).sum(-1) + total


def normalising_flow() -> ModelProgram:
    def loss(model: Flow, x: Any) -> Any:
        return -model(x).mean()

    return of_nnx(lambda: Flow(nnx.Rngs(0)), loss, optimizer=adam())
