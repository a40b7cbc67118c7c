"""Models of images and fields in Flax: classification, segmentation, diffusion, rendering."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from monitor.suite.architectures.flax_program import of_nnx
from monitor.suite.architectures.program import ModelProgram, adam
from monitor.suite.architectures.transformers import WIDTH, Block, FeedForward, cross_entropy

CLASSES = 10
SMALL = (3, 3)


def classified(model: Any, images: Any, labels: Any) -> Any:
    """Return the loss of a classifier."""
    return cross_entropy(model(images), labels)


class Residual(nnx.Module):
    """Two convolutions with batch normalisation, beside a projection."""

    def __init__(self, before: int, after: int, strides: int, rngs: nnx.Rngs) -> None:
        self.first = nnx.Conv(before, after, SMALL, strides=strides, use_bias=False, rngs=rngs)
        self.first_norm = nnx.BatchNorm(after, rngs=rngs)
        self.second = nnx.Conv(after, after, SMALL, use_bias=False, rngs=rngs)
        self.second_norm = nnx.BatchNorm(after, rngs=rngs)
        self.project = nnx.Conv(before, after, (1, 1), strides=strides, use_bias=False, rngs=rngs)

    def __call__(self, x: Any) -> Any:
        y = nnx.relu(self.first_norm(self.first(x)))
        return nnx.relu(self.second_norm(self.second(y)) + self.project(x))


class Resnet(nnx.Module):
    """He et al., 2016: residual blocks, after a maximum over windows."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.stem = nnx.Conv(3, 8, SMALL, rngs=rngs)
        self.blocks = nnx.List([Residual(8, 8, 1, rngs), Residual(8, 16, 2, rngs)])
        self.head = nnx.Linear(16, CLASSES, rngs=rngs)

    def __call__(self, images: Any) -> Any:
        x = nnx.max_pool(nnx.relu(self.stem(images)), SMALL, strides=(2, 2), padding="SAME")
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean((1, 2)))


def resnet() -> ModelProgram:
    return of_nnx(lambda: Resnet(nnx.Rngs(0)), classified)


class Vit(nnx.Module):
    """Dosovitskiy et al., 2021: patches of an image as words, and one more for the class."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.patches = nnx.Conv(3, WIDTH, (4, 4), strides=4, padding="VALID", rngs=rngs)
        self.first = nnx.Param(jnp.zeros((1, 1, WIDTH), jnp.float32))
        self.positions = nnx.Param(jnp.zeros((1, 17, WIDTH), jnp.float32))
        self.layers = nnx.List([Block(rngs), Block(rngs)])
        self.norm = nnx.LayerNorm(WIDTH, rngs=rngs)
        self.head = nnx.Linear(WIDTH, CLASSES, rngs=rngs)

    def __call__(self, images: Any) -> Any:
        x = self.patches(images).reshape(images.shape[0], -1, WIDTH)
        first = jnp.broadcast_to(self.first[...], (x.shape[0], 1, WIDTH))
        x = jnp.concatenate([first, x], 1) + self.positions[...]
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x)[:, 0])


def vit() -> ModelProgram:
    return of_nnx(lambda: Vit(nnx.Rngs(0)), classified, optimizer=adam())


class Mixer(nnx.Module):
    """Tolstikhin et al., 2021: dense layers over places, and over features."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.patches = nnx.Conv(3, WIDTH, (4, 4), strides=4, padding="VALID", rngs=rngs)
        self.place_norm = nnx.LayerNorm(WIDTH, rngs=rngs)
        self.places = nnx.Linear(16, 16, rngs=rngs)
        self.feed_norm = nnx.LayerNorm(WIDTH, rngs=rngs)
        self.feed = FeedForward(rngs)
        self.head = nnx.Linear(WIDTH, CLASSES, rngs=rngs)

    def __call__(self, images: Any) -> Any:
        x = self.patches(images).reshape(images.shape[0], -1, WIDTH)
        x = x + nnx.gelu(self.places(self.place_norm(x).swapaxes(1, 2))).swapaxes(1, 2)
        x = x + self.feed(self.feed_norm(x))
        return self.head(x.mean(1))


def mlp_mixer() -> ModelProgram:
    return of_nnx(lambda: Mixer(nnx.Rngs(0)), classified)


def waves(times: Any, size: int) -> Any:
    """Return sines and cosines of times, at frequencies from 1 down to 1/1000."""
    angles = times[:, None] * jnp.exp(-jnp.log(1000.0) * jnp.arange(size // 2, dtype=times.dtype) / (size // 2))
    return jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], -1)


class Timed(nnx.Module):
    """A residual block of convolutions that takes the time of the diffusion."""

    def __init__(self, before: int, after: int, rngs: nnx.Rngs) -> None:
        self.first_norm = nnx.GroupNorm(before, num_groups=4, rngs=rngs)
        self.first = nnx.Conv(before, after, SMALL, rngs=rngs)
        self.time = nnx.Linear(WIDTH, after, rngs=rngs)
        self.second_norm = nnx.GroupNorm(after, num_groups=4, rngs=rngs)
        self.second = nnx.Conv(after, after, SMALL, rngs=rngs)
        self.project = nnx.Conv(before, after, (1, 1), rngs=rngs)

    def __call__(self, x: Any, time: Any) -> Any:
        y = self.first(nnx.silu(self.first_norm(x))) + self.time(time)[:, None, None]
        return self.project(x) + self.second(nnx.silu(self.second_norm(y)))


class Unet(nnx.Module):
    """Ho et al., 2020: a U-Net that finds the noise in an image, with attention at its lowest resolution."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.time = nnx.Linear(WIDTH, WIDTH, rngs=rngs)
        self.stem = nnx.Conv(3, 8, SMALL, rngs=rngs)
        self.down = Timed(8, 16, rngs)
        self.middle = Timed(16, 16, rngs)
        self.attention = nnx.MultiHeadAttention(2, 16, decode=False, rngs=rngs)
        self.up = Timed(32, 8, rngs)
        self.out = nnx.Conv(8, 3, SMALL, rngs=rngs)

    def __call__(self, images: Any, times: Any) -> Any:
        time = nnx.silu(self.time(waves(times, WIDTH)))
        fine = self.down(self.stem(images), time)
        coarse = self.middle(nnx.avg_pool(fine, (2, 2), strides=(2, 2)), time)
        places = coarse.reshape(coarse.shape[0], -1, 16)
        coarse = coarse + self.attention(places).reshape(coarse.shape)
        wide = jax.image.resize(coarse, fine.shape, "nearest")
        return self.out(self.up(jnp.concatenate([fine, wide], -1), time))


def noise_found(model: Any, images: Any, times: Any, seed: Any) -> Any:
    """Return the loss of a model that finds the noise that was added to images."""
    noise = jax.random.normal(jax.random.key(seed), images.shape, images.dtype)
    kept = jnp.cos(times * 0.5)[:, None, None, None]
    noisy = kept * images + jnp.sqrt(1 - kept**2) * noise
    return ((model(noisy, times) - noise) ** 2).mean()


def diffusion_unet() -> ModelProgram:
    return of_nnx(lambda: Unet(nnx.Rngs(0)), noise_found, optimizer=adam())


class DiffusionTransformer(nnx.Module):
    """Peebles and Xie, 2023: patches of a noisy image, with shifts and scales that follow from the time."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.patches = nnx.Conv(3, WIDTH, (4, 4), strides=4, padding="VALID", rngs=rngs)
        self.time = nnx.Linear(WIDTH, 6 * WIDTH, rngs=rngs)
        self.norm = nnx.LayerNorm(WIDTH, use_bias=False, use_scale=False, rngs=rngs)
        self.attention = nnx.MultiHeadAttention(4, WIDTH, decode=False, rngs=rngs)
        self.feed = FeedForward(rngs)
        self.out = nnx.ConvTranspose(WIDTH, 3, (4, 4), strides=(4, 4), padding="VALID", rngs=rngs)

    def __call__(self, images: Any, times: Any) -> Any:
        x = self.patches(images)
        shape, x = x.shape, x.reshape(x.shape[0], -1, WIDTH)
        parts = jnp.split(self.time(nnx.silu(waves(times, WIDTH)))[:, None], 6, -1)
        shift, scale, gate, feed_shift, feed_scale, feed_gate = parts
        x = x + gate * self.attention(self.norm(x) * (1 + scale) + shift)
        x = x + feed_gate * self.feed(self.norm(x) * (1 + feed_scale) + feed_shift)
        return self.out(x.reshape(shape))


def diffusion_transformer() -> ModelProgram:
    return of_nnx(lambda: DiffusionTransformer(nnx.Rngs(0)), noise_found, optimizer=adam())


class RadianceField(nnx.Module):
    """Mildenhall et al., 2020: densities and colours of points along rays, summed to pixels."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.layers = nnx.List([nnx.Linear(size, WIDTH, rngs=rngs) for size in (24, WIDTH)])
        self.head = nnx.Linear(WIDTH, 4, rngs=rngs)

    def __call__(self, origins: Any, directions: Any) -> Any:
        depths = jnp.linspace(0.5, 2.5, 8, dtype=origins.dtype)
        points = origins[:, None] + directions[:, None] * depths[:, None]
        angles = (points[..., None] * 2.0 ** jnp.arange(4, dtype=origins.dtype)).reshape(*points.shape[:-1], -1)
        x = jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], -1)
        for layer in self.layers:
            x = nnx.relu(layer(x))
        density, colours = nnx.softplus(self.head(x)[..., 0]), nnx.sigmoid(self.head(x)[..., 1:])
        opacity = 1 - jnp.exp(-density * 0.25)
        passed = jnp.cumprod(1 - opacity + 1e-6, -1)
        passed = jnp.concatenate([jnp.ones_like(passed[:, :1]), passed[:, :-1]], -1)
        return ((opacity * passed)[..., None] * colours).sum(1)


def radiance_field() -> ModelProgram:
    def loss(model: RadianceField, origins: Any, directions: Any, pixels: Any) -> Any:
        return ((model(origins, directions) - pixels) ** 2).mean()

    return of_nnx(lambda: RadianceField(nnx.Rngs(0)), loss, optimizer=adam())
