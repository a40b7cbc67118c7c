"""List old builds of a channel, and keep the last used few in their own cache."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from packaging.version import InvalidVersion, Version

from monitor.execution.builds.environments import OWN_UV_CACHE, own_uv_cache, prune_environments
from monitor.execution.builds.provider import BuildUnavailable, distribution_names, newest_build
from monitor.execution.builds.uv import UvError, run_uv
from monitor.execution.targets.package_sources import FrameworkSources, PackageSources
from monitor.model import Build, Channel
from monitor.pipeline.errors import UserError
from monitor.pipeline.progress_log import log

FOLDER = "past-builds"  # in the cache that the call names


def walk_channel_backwards(
    offer: PackageSources, framework: str, channel: str, *, below: str = "", days: int = 1
) -> Iterator[Build]:
    """Yield the builds of a channel, the newest first: nightlies at least `days` apart, and every release.

    With `below`, only builds older than that version. Raises UserError if the channel has no build.
    """
    while True:
        try:
            build = newest_build(offer, framework, channel, below=below, log=_discard)
        except BuildUnavailable as error:
            if not below:
                raise UserError(f"{framework} {channel}: {error}") from error
            log(f"nothing below {below}: {error}")
            return
        log(f"found {build.requirement}")
        yield build
        below = _before(build, days)


def listed_builds(framework: FrameworkSources, versions: str) -> list[Build]:
    """Return the builds of versions separated by commas ("0.5.3,jax==0.6.0"), the oldest first. Raises UserError."""
    named = [part.strip().rpartition("==") for part in versions.split(",")]
    try:
        ordered = sorted(named, key=lambda part: Version(part[2]))
    except InvalidVersion as error:
        raise UserError(f"--builds {versions}: {error}") from None
    return [Build(name or framework.distributions[0], version, Channel.EXACT) for name, _, version in ordered]


def own_cache(cache: Path) -> Path:
    """Create and return the folder of a cache that has old builds only.

    Others may keep builds in the same cache, and uv's default cache belongs to the user. With their own folder for
    environments and downloads, removing old builds removes nothing else.
    """
    own = cache / FOLDER
    (own / OWN_UV_CACHE).mkdir(parents=True, exist_ok=True)
    return own


def prune_old_builds(own: Path, framework: FrameworkSources, keep: int) -> None:
    """Remove all but the `keep` last used environments of a framework's old builds, and uv's copies of its wheels.

    `own` is the result of `own_cache`. Most old builds are used once. A nightly of TensorFlow takes 1.5 GB, so keeping
    all of them would fill a disk.
    """
    if prune_environments(own, unused_days=0, keep=keep, distributions=distribution_names(framework)).removed:
        try:
            run_uv(("cache", "clean", *framework.distributions), own_uv_cache(own))
            run_uv(
                ("cache", "prune"), own_uv_cache(own)
            )  # the former forgets the wheels, and what they unpacked to stays
        except UvError as error:
            log(f"{own / OWN_UV_CACHE} still has the wheels of {framework.name}: {error}")


def _discard(_: str) -> None:
    """Drop the messages of a resolution; they are the same for every build."""


def _before(build: Build, days: int) -> str:
    """Return the version that builds at least `days` older are below."""
    if not build.date:
        return build.version
    last = date.fromisoformat(build.date)
    return build.version.replace(f"{last:%Y%m%d}", f"{last - timedelta(days=days - 1):%Y%m%d}")
