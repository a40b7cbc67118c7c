"""Transformers of text: encoder, decoder, both, mixture of experts, and two that share a space."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from monitor.suite.architectures.flax_program import of_nnx
from monitor.suite.architectures.program import ModelProgram, adam, adamw

WORDS = 64
WIDTH = 32
HEADS = 4
LENGTH = 16


def cross_entropy(logits: Any, labels: Any) -> Any:
    """Return the mean cross entropy of logits and whole labels."""
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


class FeedForward(nnx.Module):
    """Two dense layers with a GELU between them."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.up = nnx.Linear(WIDTH, 2 * WIDTH, rngs=rngs)
        self.down = nnx.Linear(2 * WIDTH, WIDTH, rngs=rngs)

    def __call__(self, x: Any) -> Any:
        return self.down(nnx.gelu(self.up(x)))


class Block(nnx.Module):
    """A layer with the normalisation first, and with attention to a second sequence where `crosses`."""

    def __init__(self, rngs: nnx.Rngs, *, crosses: bool = False, feed_forward: Any = FeedForward) -> None:
        self.attention_norm = nnx.LayerNorm(WIDTH, rngs=rngs)
        self.attention = nnx.MultiHeadAttention(HEADS, WIDTH, decode=False, rngs=rngs)
        self.cross_norm = nnx.LayerNorm(WIDTH, rngs=rngs) if crosses else None
        self.cross = nnx.MultiHeadAttention(HEADS, WIDTH, decode=False, rngs=rngs) if crosses else None
        self.feed_norm = nnx.LayerNorm(WIDTH, rngs=rngs)
        self.feed = feed_forward(rngs)

    def __call__(self, x: Any, mask: Any = None, memory: Any = None) -> Any:
        x = x + self.attention(self.attention_norm(x), mask=mask)
        if self.cross is not None and self.cross_norm is not None:
            x = x + self.cross(self.cross_norm(x), memory)
        return x + self.feed(self.feed_norm(x))


class TextModel(nnx.Module):
    """Embedded words with learned positions, through layers."""

    def __init__(self, rngs: nnx.Rngs, *, crosses: bool = False, feed_forward: Any = FeedForward) -> None:
        self.words = nnx.Embed(WORDS, WIDTH, rngs=rngs)
        self.positions = nnx.Embed(LENGTH, WIDTH, rngs=rngs)
        self.layers = nnx.List([Block(rngs, crosses=crosses, feed_forward=feed_forward) for _ in range(2)])
        self.norm = nnx.LayerNorm(WIDTH, rngs=rngs)

    def __call__(self, tokens: Any, mask: Any = None, memory: Any = None) -> Any:
        x = self.words(tokens) + self.positions(jnp.arange(tokens.shape[-1]))
        for layer in self.layers:
            x = layer(x, mask, memory)
        return self.norm(x)


class Bert(nnx.Module):
    """Devlin et al., 2019: an encoder that restores masked words."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.text = TextModel(rngs)
        self.head = nnx.Linear(WIDTH, WORDS, rngs=rngs)

    def __call__(self, tokens: Any) -> Any:
        mask = nnx.make_attention_mask(tokens > 0, tokens > 0)  # word 0 pads
        return self.head(self.text(tokens, mask))


def bert() -> ModelProgram:
    def loss(model: Bert, tokens: Any) -> Any:
        hidden = jnp.arange(LENGTH) % 5 == 2
        losses = optax.softmax_cross_entropy_with_integer_labels(model(jnp.where(hidden, 1, tokens)), tokens)
        return (losses * hidden).sum() / hidden.sum()

    return of_nnx(lambda: Bert(nnx.Rngs(0)), loss, optimizer=adamw())


class Decoder(nnx.Module):
    """Radford et al., 2019: a decoder with the embedding as its last layer."""

    def __init__(self, rngs: nnx.Rngs, feed_forward: Any = FeedForward) -> None:
        self.text = TextModel(rngs, feed_forward=feed_forward)

    def __call__(self, tokens: Any) -> Any:
        return self.text.words.attend(self.text(tokens, nnx.make_causal_mask(tokens)))


def next_word(model: Any, tokens: Any) -> Any:
    """Return the loss of a model that predicts each next word."""
    return cross_entropy(model(tokens)[:, :-1], tokens[:, 1:])


def gpt() -> ModelProgram:
    return of_nnx(lambda: Decoder(nnx.Rngs(0)), next_word, optimizer=adam())


class Experts(nnx.Module):
    """Fedus et al., 2022, with two experts for each word, of limited capacity."""

    experts, chosen, capacity = 4, 2, 12

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.router = nnx.Linear(WIDTH, self.experts, use_bias=False, rngs=rngs)
        draw = nnx.initializers.lecun_normal(batch_axis=0)
        self.up = nnx.Param(draw(rngs.params(), (self.experts, WIDTH, 2 * WIDTH), jnp.float32))
        self.down = nnx.Param(draw(rngs.params(), (self.experts, 2 * WIDTH, WIDTH), jnp.float32))

    def __call__(self, x: Any) -> Any:
        words = x.reshape(-1, WIDTH)
        weights, experts = jax.lax.top_k(nnx.softmax(self.router(words)), self.chosen)
        weights = weights / weights.sum(-1, keepdims=True)
        taken = jax.nn.one_hot(experts, self.experts, dtype=x.dtype)  # words, choices, experts
        place = jnp.cumsum(taken.reshape(-1, self.experts), 0).reshape(taken.shape) * taken - 1
        slots = jax.nn.one_hot(place.astype(jnp.int32), self.capacity, dtype=x.dtype) * taken[..., None]
        sent = jnp.einsum("nkec,nd->ecd", slots, words)
        answered = jnp.einsum("ecf,efd->ecd", nnx.silu(jnp.einsum("ecd,edf->ecf", sent, self.up[...])), self.down[...])
        return jnp.einsum("nkec,nk,ecd->nd", slots, weights, answered).reshape(x.shape)


def mixture_of_experts() -> ModelProgram:
    return of_nnx(lambda: Decoder(nnx.Rngs(0), Experts), next_word, optimizer=adam())


class Translator(nnx.Module):
    """Vaswani et al., 2017: an encoder, and a decoder that attends to it."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.source = TextModel(rngs)
        self.target = TextModel(rngs, crosses=True)
        self.head = nnx.Linear(WIDTH, WORDS, rngs=rngs)

    def __call__(self, source: Any, target: Any) -> Any:
        return self.head(self.target(target, nnx.make_causal_mask(target), self.source(source)))


def translator() -> ModelProgram:
    def loss(model: Translator, source: Any, target: Any) -> Any:
        return cross_entropy(model(source, target)[:, :-1], target[:, 1:])

    return of_nnx(lambda: Translator(nnx.Rngs(0)), loss, optimizer=adam())


def rotated(x: Any) -> Any:
    """Return queries or keys, rotated by their positions (Su et al., 2021)."""
    angles = jnp.arange(x.shape[1], dtype=x.dtype)[:, None] / 10000 ** (jnp.arange(0, x.shape[-1], 2) / x.shape[-1])
    cos, sin = jnp.cos(angles)[:, None].astype(x.dtype), jnp.sin(angles)[:, None].astype(x.dtype)
    even, odd = x[..., ::2], x[..., 1::2]
    return jnp.stack([even * cos - odd * sin, even * sin + odd * cos], -1).reshape(x.shape)


class LlamaBlock(nnx.Module):
    """A layer of Llama."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.attention_norm = nnx.RMSNorm(WIDTH, rngs=rngs)
        self.query = nnx.LinearGeneral(WIDTH, (HEADS, WIDTH // HEADS), use_bias=False, rngs=rngs)
        self.key = nnx.LinearGeneral(WIDTH, (HEADS // 2, WIDTH // HEADS), use_bias=False, rngs=rngs)
        self.value = nnx.LinearGeneral(WIDTH, (HEADS // 2, WIDTH // HEADS), use_bias=False, rngs=rngs)
        self.out = nnx.LinearGeneral((HEADS, WIDTH // HEADS), WIDTH, axis=(-2, -1), use_bias=False, rngs=rngs)
        self.feed_norm = nnx.RMSNorm(WIDTH, rngs=rngs)
        self.gate = nnx.Linear(WIDTH, 2 * WIDTH, use_bias=False, rngs=rngs)
        self.up = nnx.Linear(WIDTH, 2 * WIDTH, use_bias=False, rngs=rngs)
        self.down = nnx.Linear(2 * WIDTH, WIDTH, use_bias=False, rngs=rngs)

    def __call__(self, x: Any) -> Any:
        y = self.attention_norm(x)
        seen = jax.nn.dot_product_attention(rotated(self.query(y)), rotated(self.key(y)), self.value(y), is_causal=True)
        x = x + self.out(seen)
        y = self.feed_norm(x)
        return x + self.down(nnx.silu(self.gate(y)) * self.up(y))


class Llama(nnx.Module):
    """Touvron et al., 2023: rotated positions, grouped queries, gated layers, and recomputation in the gradient."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.words = nnx.Embed(WORDS, WIDTH, rngs=rngs)
        self.layers = nnx.List([LlamaBlock(rngs) for _ in range(2)])
        self.norm = nnx.RMSNorm(WIDTH, rngs=rngs)
        self.head = nnx.Linear(WIDTH, WORDS, use_bias=False, rngs=rngs)

    def __call__(self, tokens: Any) -> Any:
        x = self.words(tokens)
        for layer in self.layers:
            x = nnx.remat(LlamaBlock.__call__)(layer, x)
        return self.head(self.norm(x))


def llama() -> ModelProgram:
    return of_nnx(lambda: Llama(nnx.Rngs(0)), next_word, optimizer=adamw())
