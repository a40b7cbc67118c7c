"""Settings of issue texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from monitor.github.commit_ranges import CommitRange, between_builds
from monitor.model import Build

# Good nights before an issue closes. With fewer, a flaky failure would close and reopen its issue again and again. From
# the first good night on, the body reports the fix.
CLOSE_AFTER = 3


def no_script(case: str, seen: str) -> str:  # noqa: ARG001 - the signature of `IssueSettings.script`
    return ""


@dataclass(frozen=True)
class IssueSettings:
    """Content that an issue needs beside the history.

    `site` is the address of the published site with a slash at its end, empty without a site. `script` returns the
    script of a case, or an empty string, by the case's id and its recorded outcome. `owners` are GitHub names by target
    and framework; the framework is empty for owners of the whole target. An issue closes after `close_after` good
    nights. `on_main` maps commits of PyTorch's nightlies to commits of `main`.
    """

    site: str = ""
    script: Callable[[str, str], str] = no_script
    owners: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    close_after: int = CLOSE_AFTER
    on_main: Mapping[str, str] = field(default_factory=dict)

    def commits(self, framework: str, good: Build, bad: Build) -> CommitRange:
        """Return the commits between two builds."""
        return between_builds(framework, good, bad, self.on_main)
