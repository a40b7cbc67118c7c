"""What the pages tell of a target beside what was seen there: its runner file, in a few plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.model import Chip, Evidence


@dataclass(frozen=True)
class TargetInfo:
    """A target as its runner file describes it.

    `ways` has, for each kind of evidence that can be had of it, the frameworks that can be seen that way. `chip` is
    None where its file does not tell.
    """

    title: str
    ways: Mapping[Evidence, tuple[str, ...]]
    chip: Chip | None = None
