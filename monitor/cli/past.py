"""Builds of the past: which there were, found by walking a channel backwards, where they are kept, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from packaging.version import InvalidVersion, Version

from monitor.cli.common import WORK, UserError, say
from monitor.execution.builds import BuildUnavailable, newest
from monitor.execution.environments import prune_environments
from monitor.execution.offers import Framework, Offer
from monitor.execution.uv import UvError, run_uv
from monitor.model import Build, Channel

# Builds of the past are many and large: they have a cache of their own, of which the last used few are kept.
PAST_BUILDS = WORK / "backfill" / "cache"


def builds_back(offer: Offer, framework: str, channel: str, *, below: str = "", days: int = 1) -> Iterator[Build]:
    """The builds of a channel, the newest first, each so many days older than the one before; of releases, every one.

    With `below`, those older than that version. Raises UserError where the channel has none at all.
    """
    while True:
        try:
            build = newest(offer, framework, channel, below=below, say=_say_nothing)
        except BuildUnavailable as error:
            if not below:
                raise UserError(f"{framework} {channel}: {error}") from error
            say(f"nothing below {below}: {error}")
            return
        say(f"found {build.label}")
        yield build
        below = _before(build, days)


def listed_builds(framework: Framework, versions: str) -> list[Build]:
    """The builds of versions separated by commas, the oldest first; another distribution's is named with it.

    Raises UserError.
    """
    named = [part.strip().rpartition("==") for part in versions.split(",")]
    try:
        ordered = sorted(named, key=lambda part: Version(part[2]))
    except InvalidVersion as error:
        raise UserError(f"--builds {versions}: {error}") from None
    return [Build(name or framework.distributions[0], version, Channel.EXACT) for name, _, version in ordered]


def let_go(cache: Path, framework: Framework, keep: int) -> None:
    """Remove the environments of past builds but the last used, and what uv keeps of that framework's wheels.

    Each past build is asked for once. With 1.5 GB apiece, those of TensorFlow's nightlies would soon fill a disk.
    """
    if prune_environments(cache, unused_days=0, keep=keep).removed:
        try:
            run_uv(("cache", "clean", *framework.distributions), {})
            run_uv(("cache", "prune"), {})  # the former forgets the wheels, and what they unpacked to stays
        except UvError as error:
            say(f"uv's cache still has the wheels of {framework.name}: {error}")


def _say_nothing(_: str) -> None:
    """What each resolution says of itself is the same for every build."""


def _before(build: Build, days: int) -> str:
    """A version that the builds of so many days before stay below."""
    if not build.date:
        return build.version
    last = date.fromisoformat(build.date)
    return build.version.replace(f"{last:%Y%m%d}", f"{last - timedelta(days=days - 1):%Y%m%d}")
