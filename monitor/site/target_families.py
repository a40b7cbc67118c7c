"""Group targets by their line of hardware, such as all TPUs, and name several of them in few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.formatting.humanize import join_words
from monitor.site.target_info import TargetInfo


@dataclass(frozen=True)
class TargetFamily:
    """Targets of one line of hardware, oldest generation first.

    `short_names` has the short name of each: "v5e" of "TPU v5e". `name` is what all names begin with ("TPU"), or the
    whole name of a single target. `title` is the line of hardware ("Google TPU").
    """

    title: str
    name: str
    targets: tuple[str, ...]
    short_names: Mapping[str, str]

    def named(self, targets: Iterable[str]) -> str:
        """Return some of the targets in words: "TPU v2 and v3"; only the name if the family has one target."""
        if len(self.targets) == 1:
            return self.name
        chosen = {*targets}
        return f"{self.name} {join_words([self.short_names[one] for one in self.targets if one in chosen])}".strip()


def target_families(hardware: Mapping[str, TargetInfo], targets: Iterable[str] = ()) -> tuple[TargetFamily, ...]:
    """Return the families in the order of `hardware`, then the `targets` without a runner file, each on its own."""
    members: dict[str, list[str]] = {}
    for target, info in hardware.items():
        members.setdefault(info.family or info.title, []).append(target)
    for target in sorted({*targets} - hardware.keys()):
        members.setdefault(target, []).append(target)
    return tuple(_family(title, found, hardware) for title, found in members.items())


def _family(title: str, targets: Sequence[str], hardware: Mapping[str, TargetInfo]) -> TargetFamily:
    # A title ends with its details: "NVIDIA H100 (SXM, 80 GB)".
    titles = [hardware[target].title.partition(" (")[0] if target in hardware else target for target in targets]
    words = [one.split() for one in titles]
    if len(words) == 1:
        return TargetFamily(title, titles[0], tuple(targets), {targets[0]: titles[0]})
    shared = 0
    while all(len(one) > shared + 1 and one[shared] == words[0][shared] for one in words):
        shared += 1
    name = " ".join(words[0][:shared]) or title
    short_names = {target: " ".join(one[shared:]) for target, one in zip(targets, words, strict=True)}
    return TargetFamily(title, name, tuple(targets), short_names)


def family_of_targets(families: Iterable[TargetFamily]) -> Mapping[str, TargetFamily]:
    """Return the family of each target."""
    return {target: family for family in families for target in family.targets}


def target_words(families: Sequence[TargetFamily], targets: Iterable[str]) -> str:
    """Return targets in words, families together: "CPU, NVIDIA A100 and H100, all 7 TPU targets"."""
    chosen = {*targets}
    parts = []
    for family in families:
        here = [target for target in family.targets if target in chosen]
        if here and len(here) == len(family.targets) > 2:
            parts.append(f"all {len(here)} {family.name} targets")
        elif here:
            parts.append(family.named(here))
    return ", ".join(parts)
