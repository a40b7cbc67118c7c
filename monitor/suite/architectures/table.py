"""The architectures by name. Importing this module needs no framework.

Each has a function of its name in one of the modules beside this one, which returns a `ModelProgram`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from monitor.suite.declare import indices, tensor, uniform

FRAMEWORK = "jax"
DTYPE = "float32"


class Part(StrEnum):
    """Part of the work with a model."""

    FORWARD = "forward"  # the results of inference
    TRAINING = "training"  # one step: loss, gradients, and the new parameters


@dataclass(frozen=True)
class Architecture:
    """A model: the module that defines it, and the package that it is written with.

    `inputs` are those of inference, in their order. Training takes `targets` after them.
    """

    name: str
    module: str
    package: str
    inputs: tuple[Any, ...]
    targets: tuple[Any, ...] = ()

    def id(self, part: Part) -> str:
        """Return the id of a case: `jax/models.bert/forward-compiled-float32`."""
        return f"{FRAMEWORK}/models.{self.name}/{part}-compiled-{DTYPE}"


def tokens(*shape: int, below: int = 64) -> Any:
    """Declare an input of indices of words."""
    return indices(*shape, below=below, dtype="int32")


def _seed() -> Any:
    """Declare an input of a seed, of which a program draws random numbers."""
    return indices(below=1000, dtype="uint32")


FLAX = "flax.nnx"
KERAS = "keras"
TEXT = (tokens(2, 16),)
IMAGES = (tensor(2, 16, 16, 3),)
LABELS = (tokens(2, below=10),)
NOISY = (tensor(2, 16, 16, 3), uniform(0, 3, 2))
FRAMES = (tensor(2, 4, 8, 8, 1),)
KERAS_IMAGES = (tensor(4, 32, 32, 3),)
KERAS_LABELS = (tokens(4, below=10),)


def _module(module: str, package: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[Architecture]:
    for name, *rest in rows:
        yield Architecture(name, module, package, *rest)


ARCHITECTURES = (
    *_module(
        "transformers",
        FLAX,
        (
            ("bert", TEXT),
            ("gpt", TEXT),
            ("llama", TEXT),
            ("mixture_of_experts", TEXT),
            ("translator", (tokens(2, 12), tokens(2, 10))),
        ),
    ),
    *_module(
        "sequences",
        FLAX,
        (
            ("gru_language", TEXT),
            ("lstm_tagger", TEXT),
            ("mamba", TEXT),
            ("rwkv", TEXT),
            ("speech_recogniser", (tensor(2, 400),), (tokens(2, 4, below=6),)),
            ("text_cnn", TEXT, (tokens(2, below=8), _seed())),
        ),
    ),
    *_module(
        "images",
        FLAX,
        (
            ("diffusion_transformer", NOISY, (_seed(),)),
            ("diffusion_unet", NOISY, (_seed(),)),
            ("mlp_mixer", IMAGES, LABELS),
            ("radiance_field", (tensor(6, 3), tensor(6, 3)), (uniform(0, 1, 6, 3),)),
            ("resnet", IMAGES, LABELS),
            ("vit", IMAGES, LABELS),
        ),
    ),
    *_module(
        "generative",
        FLAX,
        (
            ("gan", (tensor(4, 4),), (tensor(4, 8, 8, 3),)),
            ("normalising_flow", (tensor(4, 16),)),
            ("variational_autoencoder", (tensor(4, 16),), (_seed(),)),
            ("vector_quantiser", IMAGES),
        ),
    ),
    *_module(
        "structures",
        FLAX,
        (
            ("actor_critic", (tensor(5, 3, 6),), (tokens(5, 3, below=4), uniform(-2, -1, 5, 3), tensor(5, 3))),
            ("differential_equation", (tensor(4, 4),), (tensor(4, 4),)),
            ("graph_attention", (tensor(12, 8), tokens(30, below=12), tokens(30, below=12)), (tokens(12, below=4),)),
            ("point_net", (tensor(2, 20, 3),), (tokens(2, below=4),)),
            ("recommender", (tensor(4, 5), tokens(4, 3, 6, below=40)), (tokens(4, below=2),)),
            ("text_image_pairs", (tokens(4, 16), tensor(4, 16, 16, 3))),
        ),
    ),
    *_module(
        "keras_models",
        KERAS,
        (
            ("efficientnet", KERAS_IMAGES, KERAS_LABELS),
            ("forecast_gru", (tensor(2, 16, 3),), (tensor(2, 1),)),
            ("image_autoencoder", IMAGES, IMAGES),
            ("mobilenet", KERAS_IMAGES, KERAS_LABELS),
            ("mobilenet_v2", KERAS_IMAGES, KERAS_LABELS),
            ("mobilenet_v3", KERAS_IMAGES, KERAS_LABELS),
            ("sentiment_lstm", TEXT, LABELS),
            ("separable_convolution", IMAGES, LABELS),
            ("text_transformer", TEXT, LABELS),
            ("video_convolution", FRAMES, FRAMES),
            ("wide_and_deep", (tensor(4, 5), tokens(4, 1, below=40), tokens(4, 1, below=40)), (tokens(4, 1, below=2),)),
        ),
    ),
)
