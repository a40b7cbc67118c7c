"""Order of versions without a package: what PEP 440 says, in the standard library alone.

The history has the same order from the package `packaging` (`monitor.history.ordering`), which a runner may lack.
"""

from __future__ import annotations

import math
import re

RELEASE = re.compile(r"\d+(\.\d+)*")
# A version without its local part.
VERSION = re.compile(
    r"v?((?P<epoch>\d+)!)?(?P<release>\d+(\.\d+)*)"
    r"([-_.]?(?P<stage>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre>\d*))?"
    r"(-(?P<bare_post>\d+)|[-_.]?(post|rev|r)[-_.]?(?P<post>\d*))?"
    r"([-_.]?dev[-_.]?(?P<dev>\d*))?",
    re.IGNORECASE,
)
STAGES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
LAST_STAGE = (3, 0)  # the release itself


def is_newer(requirement: str, other: str) -> bool:
    """Return whether a build ("jax==0.9.2") is newer than another; local versions ("+cpu") do not count."""
    return _sort_key(requirement) > _sort_key(other)


def release_numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version's release ("2.9.0rc1": 2, 9, 0); empty where the text is no version."""
    match = RELEASE.match(version)
    return tuple(map(int, match[0].split("."))) if match else ()


def _sort_key(requirement: str) -> tuple[int, tuple[int, ...], tuple[int, int], int, float]:
    """Return epoch, release, pre-, post- and development release of a build. A missing version sorts as 0."""
    match = VERSION.fullmatch(requirement.partition("==")[2].partition("+")[0])
    if match is None:
        return 0, (), LAST_STAGE, -1, math.inf
    release = [*map(int, match["release"].split("."))]
    while release and not release[-1]:  # 1.0 is 1
        release.pop()
    post_text, dev = match["post"] if match["bare_post"] is None else match["bare_post"], match["dev"]
    post = -1 if post_text is None else int(post_text or 0)
    stage = LAST_STAGE
    if match["stage"]:
        stage = STAGES[match["stage"].lower()], int(match["pre"] or 0)
    elif dev is not None and post < 0:  # 1.0.dev1 is before 1.0a1
        stage = (-1, 0)
    return int(match["epoch"] or 0), tuple(release), stage, post, math.inf if dev is None else int(dev or 0)
