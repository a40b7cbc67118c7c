"""Models of sequences without attention: recurrent ones, state spaces, convolutions of text."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from monitor.suite.architectures.flax_program import of_nnx
from monitor.suite.architectures.program import ModelProgram, adam
from monitor.suite.architectures.transformers import WIDTH, WORDS, cross_entropy, next_word

STATES = 4
CLASSES = 8


class LstmTagger(nnx.Module):
    """Two directions of an LSTM, with a class for each word."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.words = nnx.Embed(WORDS, WIDTH, rngs=rngs)
        forward = nnx.RNN(nnx.OptimizedLSTMCell(WIDTH, WIDTH, rngs=rngs), rngs=rngs)
        backward = nnx.RNN(nnx.OptimizedLSTMCell(WIDTH, WIDTH, rngs=rngs), rngs=rngs)
        self.both = nnx.Bidirectional(forward, backward, rngs=rngs)
        self.head = nnx.Linear(2 * WIDTH, CLASSES, rngs=rngs)

    def __call__(self, tokens: Any) -> Any:
        return self.head(self.both(self.words(tokens)))


def lstm_tagger() -> ModelProgram:
    def loss(model: LstmTagger, tokens: Any) -> Any:
        return cross_entropy(model(tokens), tokens % CLASSES)

    return of_nnx(lambda: LstmTagger(nnx.Rngs(0)), loss)


class GruLanguage(nnx.Module):
    """A GRU that predicts each next word."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.words = nnx.Embed(WORDS, WIDTH, rngs=rngs)
        self.cells = nnx.RNN(nnx.GRUCell(WIDTH, WIDTH, rngs=rngs), rngs=rngs)
        self.head = nnx.Linear(WIDTH, WORDS, rngs=rngs)

    def __call__(self, tokens: Any) -> Any:
        return self.head(self.cells(self.words(tokens)))


def gru_language() -> ModelProgram:
    return of_nnx(lambda: GruLanguage(nnx.Rngs(0)), next_word)


def joined(first: Any, second: Any) -> Any:
    """Return two steps of a linear recurrence as one."""
    return first[0] * second[0], first[1] * second[0] + second[1]


class Mamba(nnx.Module):
    """Gu and Dao, 2023: a state space whose steps depend on the words, by an associative scan."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.words = nnx.Embed(WORDS, WIDTH, rngs=rngs)
        self.norm = nnx.RMSNorm(WIDTH, rngs=rngs)
        self.inner = nnx.Linear(WIDTH, 2 * WIDTH, use_bias=False, rngs=rngs)
        self.local = nnx.Conv(WIDTH, WIDTH, (4,), padding="CAUSAL", feature_group_count=WIDTH, rngs=rngs)
        self.step = nnx.Linear(WIDTH, WIDTH, rngs=rngs)
        self.write = nnx.Linear(WIDTH, STATES, use_bias=False, rngs=rngs)
        self.read = nnx.Linear(WIDTH, STATES, use_bias=False, rngs=rngs)
        self.decay = nnx.Param(jnp.zeros((WIDTH, STATES), jnp.float32))
        self.out = nnx.Linear(WIDTH, WIDTH, use_bias=False, rngs=rngs)
        self.head = nnx.Linear(WIDTH, WORDS, rngs=rngs)

    def __call__(self, tokens: Any) -> Any:
        x = self.words(tokens)
        y, gate = jnp.split(self.inner(self.norm(x)), 2, -1)
        y = nnx.silu(self.local(y))
        step = nnx.softplus(self.step(y))[..., None]
        keep = jnp.exp(-step * jnp.exp(self.decay[...]))
        added = step * self.write(y)[..., None, :] * y[..., None]
        _, states = jax.lax.associative_scan(joined, (keep, added), axis=1)
        y = (states * self.read(y)[..., None, :]).sum(-1) * nnx.silu(gate)
        return self.head(x + self.out(y))


def mamba() -> ModelProgram:
    return of_nnx(lambda: Mamba(nnx.Rngs(0)), next_word, optimizer=adam())


class Rwkv(nnx.Module):
    """Peng et al., 2023: attention as a recurrence with a running maximum, by `lax.scan`."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.words = nnx.Embed(WORDS, WIDTH, rngs=rngs)
        self.norm = nnx.LayerNorm(WIDTH, rngs=rngs)
        self.key = nnx.Linear(WIDTH, WIDTH, use_bias=False, rngs=rngs)
        self.value = nnx.Linear(WIDTH, WIDTH, use_bias=False, rngs=rngs)
        self.receptance = nnx.Linear(WIDTH, WIDTH, use_bias=False, rngs=rngs)
        self.decay = nnx.Param(jnp.zeros(WIDTH, jnp.float32))
        self.bonus = nnx.Param(jnp.zeros(WIDTH, jnp.float32))
        self.head = nnx.Linear(WIDTH, WORDS, rngs=rngs)

    def __call__(self, tokens: Any) -> Any:
        x = self.words(tokens)
        y = self.norm(x)
        y = (y + jnp.pad(y, ((0, 0), (1, 0), (0, 0)))[:, :-1]) / 2
        decay, bonus = -jnp.exp(self.decay[...]), self.bonus[...]

        def step(state: Any, given: Any) -> Any:
            above, below, largest = state
            key, value = given
            most = jnp.maximum(largest, key + bonus)
            old, new = jnp.exp(largest - most), jnp.exp(key + bonus - most)
            result = (old * above + new * value) / (old * below + new)
            most = jnp.maximum(largest + decay, key)
            old, new = jnp.exp(largest + decay - most), jnp.exp(key - most)
            return (old * above + new * value, old * below + new, most), result

        key, value = (layer(y).swapaxes(0, 1) for layer in (self.key, self.value))
        start = (jnp.zeros_like(key[0]), jnp.zeros_like(key[0]), jnp.full_like(key[0], -1e9))
        _, mixed = jax.lax.scan(step, start, (key, value))
        return self.head(x + nnx.sigmoid(self.receptance(y)) * mixed.swapaxes(0, 1))


def rwkv() -> ModelProgram:
    return of_nnx(lambda: Rwkv(nnx.Rngs(0)), next_word, optimizer=adam())


class TextCnn(nnx.Module):
    """Kim, 2014: convolutions of three widths over words, with dropout."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.words = nnx.Embed(WORDS, WIDTH, rngs=rngs)
        self.widths = nnx.List([nnx.Conv(WIDTH, 8, (width,), padding="VALID", rngs=rngs) for width in (2, 3, 4)])
        self.dropout = nnx.Dropout(0.5)
        self.head = nnx.Linear(24, CLASSES, rngs=rngs)

    def __call__(self, tokens: Any, rngs: Any = None) -> Any:
        x = self.words(tokens)
        pooled = [nnx.relu(layer(x)).max(1) for layer in self.widths]
        return self.head(self.dropout(jnp.concatenate(pooled, -1), rngs=rngs))


def text_cnn() -> ModelProgram:
    def loss(model: TextCnn, tokens: Any, labels: Any, seed: Any) -> Any:
        return cross_entropy(model(tokens, nnx.Rngs(jax.random.key(seed))), labels)

    return of_nnx(lambda: TextCnn(nnx.Rngs(0)), loss)


class SpeechRecogniser(nnx.Module):
    """Spectra of sound, convolutions and a GRU; the loss sums over all alignments (Graves et al., 2006)."""

    frame, hop = 32, 16

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.local = nnx.Conv(self.frame // 2 + 1, WIDTH, (3,), strides=2, rngs=rngs)
        self.norm = nnx.BatchNorm(WIDTH, rngs=rngs)
        self.cells = nnx.RNN(nnx.GRUCell(WIDTH, WIDTH, rngs=rngs), rngs=rngs)
        self.head = nnx.Linear(WIDTH, CLASSES, rngs=rngs)

    def __call__(self, sound: Any) -> Any:
        count = (sound.shape[-1] - self.frame) // self.hop + 1
        places = self.hop * jnp.arange(count)[:, None] + jnp.arange(self.frame)
        window = 0.5 - 0.5 * jnp.cos(2 * jnp.pi / self.frame * jnp.arange(self.frame, dtype=sound.dtype))
        power = jnp.abs(jnp.fft.rfft(sound[:, places] * window)) ** 2
        return self.head(self.cells(nnx.relu(self.norm(self.local(jnp.log1p(power))))))


def speech_recogniser() -> ModelProgram:
    def loss(model: SpeechRecogniser, sound: Any, labels: Any) -> Any:
        logits = model(sound)
        padding = jnp.zeros(logits.shape[:2], logits.dtype)
        return optax.ctc_loss(logits, padding, labels + 1, jnp.zeros(labels.shape, logits.dtype)).mean()

    return of_nnx(lambda: SpeechRecogniser(nnx.Rngs(0)), loss)
