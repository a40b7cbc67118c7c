"""Builds of frameworks, and chips."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

# Local versions of published builds, which name the hardware. Any other, such as +git1234567 or +g1234567.d20261101,
# marks a local build.
FLAVOUR = re.compile(r"(cpu|xpu|cu\d+|rocm\d+(\.\d+)*)(\.[a-z0-9]+)*")

# Versions of a channel: a release, a candidate or a dated nightly. A source tree has versions such as 2.16.0a0.
PUBLISHED = re.compile(r"\d+(\.\d+)*(rc\d+)?(\.post\d+)?(\.dev20\d{6,})?")


class Channel(StrEnum):
    """Source of a build. `auto` is not a channel but a request for the first available one of the first three."""

    NIGHTLY = "nightly"
    RELEASE = "release"
    PINNED = "pinned"
    EXACT = "exact"  # one version, requested by name: --build jax==0.9.2
    GIVEN = "given"  # an interpreter that already has the framework: --python PATH


@dataclass(frozen=True)
class Package:
    """One installed distribution. `sha256` is that of its wheel, empty if unknown."""

    name: str
    version: str
    sha256: str = ""


@dataclass(frozen=True)
class Build:
    """One installed framework.

    `commit` and `date` (YYYY-MM-DD) are empty if the build does not contain them. `why` is one line on why no better
    channel was available; empty if the request was met.
    """

    distribution: str  # the name to install: "tf-nightly-cpu"
    version: str
    channel: Channel
    commit: str = ""
    date: str = ""
    why: str = ""
    packages: tuple[Package, ...] = ()

    @property
    def requirement(self) -> str:
        """Return the build as a requirement: `jax==0.9.2`."""
        return f"{self.distribution}=={self.version}"

    @cached_property
    def without_packages(self) -> Build:
        """Return the build without the packages beside it, which are many."""
        return replace(self, packages=())


@dataclass(frozen=True)
class Chip:
    """Specification of a chip, as its maker publishes it.

    `memory_gib` is in GiB, `bandwidth` of that memory in GB/s, `peak` in TFLOP/s of bfloat16, the dtype of training.
    """

    memory_gib: float
    bandwidth: float
    peak: float
