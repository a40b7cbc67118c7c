"""Builds of the past: which there were, found by walking a channel backwards, where they are kept, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from packaging.version import InvalidVersion, Version

from monitor.cli.common import WORK, UserError, say
from monitor.execution.builds.environments import OWN_UV_CACHE, own_uv_cache, prune_environments
from monitor.execution.builds.provider import BuildUnavailable, distribution_names, newest_build
from monitor.execution.builds.uv import UvError, run_uv
from monitor.execution.targets.package_sources import FrameworkSources, PackageSources
from monitor.model import Build, Channel

# Builds of the past are many and large: they have a cache of their own, of which the last used few are kept.
PAST_BUILDS = WORK / "backfill" / "cache"
FOLDER = "past-builds"  # in whichever cache is named


def builds_back(
    offer: PackageSources, framework: str, channel: str, *, below: str = "", days: int = 1
) -> Iterator[Build]:
    """The builds of a channel, the newest first, each so many days older than the one before; of releases, every one.

    With `below`, those older than that version. Raises UserError where the channel has none at all.
    """
    while True:
        try:
            build = newest_build(offer, framework, channel, below=below, log=_say_nothing)
        except BuildUnavailable as error:
            if not below:
                raise UserError(f"{framework} {channel}: {error}") from error
            say(f"nothing below {below}: {error}")
            return
        say(f"found {build.label}")
        yield build
        below = _before(build, days)


def listed_builds(framework: FrameworkSources, versions: str) -> list[Build]:
    """The builds of versions separated by commas, the oldest first; another distribution's is named with it.

    Raises UserError.
    """
    named = [part.strip().rpartition("==") for part in versions.split(",")]
    try:
        ordered = sorted(named, key=lambda part: Version(part[2]))
    except InvalidVersion as error:
        raise UserError(f"--builds {versions}: {error}") from None
    return [Build(name or framework.distributions[0], version, Channel.EXACT) for name, _, version in ordered]


def own_cache(cache: Path) -> Path:
    """The part of a cache that belongs to builds of the past alone, made where it is not there.

    Others may keep builds in the same cache, and uv's own belongs to the user. So environments of the past, and what uv
    downloads for them, go into a folder of their own: what is removed there is nobody else's.
    """
    own = cache / FOLDER
    (own / OWN_UV_CACHE).mkdir(parents=True, exist_ok=True)
    return own


def let_go(own: Path, framework: FrameworkSources, keep: int) -> None:
    """Remove the environments of a framework's past builds but the last used, and what uv keeps here of its wheels.

    `own` is what `own_cache` returned. Each past build is asked for once. With 1.5 GB apiece, those of TensorFlow's
    nightlies would soon fill a disk.
    """
    if prune_environments(own, unused_days=0, keep=keep, distributions=distribution_names(framework)).removed:
        try:
            run_uv(("cache", "clean", *framework.distributions), own_uv_cache(own))
            run_uv(
                ("cache", "prune"), own_uv_cache(own)
            )  # the former forgets the wheels, and what they unpacked to stays
        except UvError as error:
            say(f"{own / OWN_UV_CACHE} still has the wheels of {framework.name}: {error}")


def _say_nothing(_: str) -> None:
    """What each resolution says of itself is the same for every build."""


def _before(build: Build, days: int) -> str:
    """A version that the builds of so many days before stay below."""
    if not build.date:
        return build.version
    last = date.fromisoformat(build.date)
    return build.version.replace(f"{last:%Y%m%d}", f"{last - timedelta(days=days - 1):%Y%m%d}")
