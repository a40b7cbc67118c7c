"""Find the public names that a build removed, added, deprecated, or gave another signature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from monitor.model import NameKind, PublicName

LISTED_WHOLE = frozenset({"torch.Tensor"})  # classes that list their inherited methods too


class NameChangeKind(StrEnum):
    """Kind of change of a name, the most severe first."""

    REMOVED = "removed"
    BROKEN = "broken"  # access raises an exception now
    DEPRECATED = "deprecated"
    SIGNATURE = "signature changed"
    ADDED = "added"


@dataclass(frozen=True)
class NameChange:
    """A change of a name between two neighbouring builds.

    `before` and `after` describe the name in each build, None where the build lacks it.
    """

    kind: NameChangeKind
    name: str
    before: PublicName | None
    after: PublicName | None

    @property
    def note(self) -> str:
        """Return the framework's own words on the name: of the new build, else of the old one."""
        return (self.after.note if self.after else "") or (self.before.note if self.before else "")


@dataclass(frozen=True)
class NameChangeGroup:
    """A change, with the changes of the same kind to names below it: a removed module takes its functions along."""

    change: NameChange
    below: tuple[NameChange, ...]


def name_changes(before: Mapping[str, PublicName], after: Mapping[str, PublicName]) -> tuple[NameChange, ...]:
    """Return the changes from one listing to the next, sorted by kind and name.

    A name with several changes counts as the most severe. A signature counts for the canonical name alone. Nothing is
    known of names in a module that cannot be imported, before or after, so they do not change. A class lists the
    methods that it defines itself. One that it lacks may be inherited now, as `tf.keras.Model.fit` since Keras 3, and
    does not count as removed.
    """
    changes = (
        change
        for name in before.keys() | after.keys()
        if differ(before.get(name), after.get(name))
        for change in [_change(name, before, after)]
        if change
    )
    order = [*NameChangeKind]
    return tuple(sorted(changes, key=lambda change: (order.index(change.kind), change.name)))


def differ(one: PublicName | None, other: PublicName | None) -> bool:
    """Return whether two descriptions differ; most are the same object, since listings share an earlier one."""
    return one is not other and one != other


def _change(name: str, before: Mapping[str, PublicName], after: Mapping[str, PublicName]) -> NameChange | None:
    old, new = before.get(name), after.get(name)
    kind = _kind(old, new)
    if kind is NameChangeKind.REMOVED and new is None and _may_be_inherited(name, after):
        return None
    if (
        kind is None
        or (new is None and _is_below_broken(name, after))
        or (old is None and _is_below_broken(name, before))
    ):
        return None
    return NameChange(kind, name, old, new)


def _kind(old: PublicName | None, new: PublicName | None) -> NameChangeKind | None:
    if old and old.works and not (new and new.works):
        return NameChangeKind.BROKEN if new and new.kind is NameKind.BROKEN else NameChangeKind.REMOVED
    if not (new and new.works):
        return None
    if new.deprecated and not (old and old.deprecated):
        return NameChangeKind.DEPRECATED  # also of a name that is first listed for its deprecation
    if not (old and old.works):
        return NameChangeKind.ADDED
    return NameChangeKind.SIGNATURE if new.signature != old.signature and not new.alias_of else None


def _may_be_inherited(name: str, after: Mapping[str, PublicName]) -> bool:
    """Return whether a missing name is a method of a class that is still there, and may be one of a base class now."""
    owner = name.rpartition(".")[0]
    return owner not in LISTED_WHOLE and owner in after and after[owner].kind is NameKind.CLASS


def _is_below_broken(name: str, names: Mapping[str, PublicName]) -> bool:
    return any((parent := names.get(one)) and parent.kind is NameKind.BROKEN for one in parents(name))


def parents(name: str) -> Iterator[str]:
    """Yield the dotted names of which a name is a part, the nearest first."""
    while name := name.rpartition(".")[0]:
        yield name


def grouped(changes: Iterable[NameChange]) -> tuple[NameChangeGroup, ...]:
    """Return changes in their order, with those to names below another of the same kind under that one."""
    by_name = {change.name: change for change in changes}
    fates = {  # a changed signature stands for itself
        name: name if change.kind is NameChangeKind.SIGNATURE else change.kind for name, change in by_name.items()
    }
    return tuple(
        NameChangeGroup(by_name[top], tuple(by_name[name] for name in below)) for top, below in nested(fates).items()
    )


def nested(fates: Mapping[str, object]) -> dict[str, list[str]]:
    """Return the names that have no name with the same fate above them, each with all names of its fate below it."""
    above = {name: [one for one in parents(name) if one in fates and fates[one] == fates[name]] for name in fates}
    found: dict[str, list[str]] = {name: [] for name in fates if not above[name]}
    for name in fates:
        if above[name]:
            found[above[name][-1]].append(name)
    return found
