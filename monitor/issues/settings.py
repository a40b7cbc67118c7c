"""What a text may refer to beside the history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from monitor.github.commit_ranges import CommitRange, between_builds
from monitor.model import Build

# Nights. After fewer, what flickers closes and opens in turn; from the first good one on, the body says that it is
# mended.
CLOSE_AFTER = 3


def no_script(case: str, seen: str) -> str:  # noqa: ARG001 - stands for a suite
    return ""


@dataclass(frozen=True)
class IssueSettings:
    """`site` is the address of the published site, with a slash at its end, empty where there is none.

    `script` gives a case's script, empty where it has none, by its id and what was seen of it. `owners` are the GitHub
    names of who answers for a target and for a framework there, by both names; by a target and "", of who answers for
    the target. An issue is closed after `close_after` good nights. `on_main` has the
    commits of `main` that PyTorch's nightlies are made of, as the
    history has them.
    """

    site: str = ""
    script: Callable[[str, str], str] = no_script
    owners: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    close_after: int = CLOSE_AFTER
    on_main: Mapping[str, str] = field(default_factory=dict)

    def commits(self, framework: str, good: Build, bad: Build) -> CommitRange:
        """The commits between two builds."""
        return between_builds(framework, good, bad, self.on_main)
