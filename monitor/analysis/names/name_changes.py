"""Find the public names that a build removed, added, deprecated, or gave another signature."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from monitor.model import NameKind, PublicName

COMPLETE = "torch.Tensor"  # a class whose instances have no attribute that the class lacks


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


def name_changes(before: Listing, after: Listing) -> tuple[NameChange, ...]:
    """Return the changes from one listing to the next, sorted by kind and name.

    A name with several changes counts as the most severe. A signature counts only for the canonical name. A method
    that a class inherits counts only if the class loses it while the class that defines it keeps it. If several classes
    lose it, it counts for the one with the shortest name. A name that only one of the listings has is no change if the
    other build may have it too, unlisted.
    """
    counted: list[NameChange] = []
    lost: list[NameChange] = []
    for name in differing_names(before.names, after.names):
        if change := _change(name, before, after):
            (lost if not change.after and before.is_inherited(name) else counted).append(change)
    lost.sort(key=lambda change: (len(change.name), change.name), reverse=True)
    first = {before.names[change.name].alias_of: change for change in lost}  # the last one, with the shortest name
    order = [*NameChangeKind]
    return tuple(sorted([*counted, *first.values()], key=lambda change: (order.index(change.kind), change.name)))


def differing_names(before: Mapping[str, PublicName], after: Mapping[str, PublicName]) -> list[str]:
    """Return the names that two listings describe in different ways, or that one of them lacks."""
    other = [name for name, one in after.items() if before.get(name) is not one]  # nearly all are the same object
    return [name for name in other if before.get(name) != after[name]] + [name for name in before if name not in after]


@dataclass(frozen=True)
class Listing:
    """The public names of a build."""

    names: Mapping[str, PublicName]

    @cached_property
    def _names_of_class(self) -> Mapping[str, list[str]]:
        """Return all names of each class, by its canonical one."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, canonical in self._canonical_classes.items():
            found[canonical].append(name)
        return found

    @cached_property
    def _canonical_classes(self) -> Mapping[str, str]:
        """Return the canonical name of each class, by each of its names."""
        return {name: one.alias_of or name for name, one in self.names.items() if one.kind is NameKind.CLASS}

    def works(self, name: str) -> bool:
        """Return whether the build has the name, and access raises nothing."""
        return (one := self.names.get(name)) is not None and one.works

    def is_class(self, name: str) -> bool:
        """Return whether the build has a class of that name."""
        return (one := self.names.get(name)) is not None and one.kind is NameKind.CLASS

    def same_methods(self, name: str) -> list[str]:
        """Return the method of each name of the class of a method."""
        method = name.rpartition(".")[2]
        return [f"{one}.{method}" for one in self._names_of_class.get(self._class_of(name), ())]

    def is_inherited(self, name: str) -> bool:
        """Return whether a name is a method that another class defines."""
        one = self.names.get(name)
        if not (one and one.alias_of and (owner := self._class_of(name))):
            return False
        defining = self._class_of(one.alias_of)
        return bool(defining) and owner != defining

    def _class_of(self, name: str) -> str:
        """Return the canonical name of the class of a method; empty if the name is not a method of a listed class."""
        return self._canonical_classes.get(name.rpartition(".")[0], "")


def _change(name: str, before: Listing, after: Listing) -> NameChange | None:
    old, new = before.names.get(name), after.names.get(name)
    kind = _kind(old, new)
    if kind is None or (new and after.is_inherited(name)):
        return None
    if (new is None and not _is_removed(name, before, after)) or (
        old is None and _may_be_unlisted(name, before, after)
    ):
        return None
    return NameChange(kind, name, old, new)


def _is_removed(name: str, before: Listing, after: Listing) -> bool:
    """Return whether the build after does not have a name, listed or not.

    An inherited method is removed only if the class that defines it still has it.
    """
    if _may_be_unlisted(name, after, before):
        return False
    owner, one = name.rpartition(".")[0], before.names[name]
    return not before.is_inherited(name) or (after.works(owner) and after.works(one.alias_of))


def _may_be_unlisted(name: str, listing: Listing, other: Listing) -> bool:
    """Return whether a build may have a name that only the listing of another build has.

    Its module may be broken, its class may list its methods under another name of the class, and each instance may have
    a property as an attribute.
    """
    owner, one = name.rpartition(".")[0], other.names[name]
    if one.kind is NameKind.PROPERTY and owner != COMPLETE and listing.is_class(owner) and other.is_class(owner):
        return True
    same = (*listing.same_methods(name), *other.same_methods(name))
    return _is_below_broken(name, listing.names) or any(map(listing.works, same))


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
