"""Describe a target by its runner file, for the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.model import Chip, Evidence


@dataclass(frozen=True)
class TargetInfo:
    """Target as its runner file describes it.

    `evidence` maps each kind of evidence to its frameworks. `chip` is None if the file does not describe it. `family`
    is the line of hardware, empty if the file names none.
    """

    title: str
    evidence: Mapping[Evidence, tuple[str, ...]]
    chip: Chip | None = None
    family: str = ""
