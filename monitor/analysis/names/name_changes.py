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


def name_changes(before: Mapping[str, PublicName], after: Mapping[str, PublicName]) -> tuple[NameChange, ...]:
    """Return the changes from one listing to the next, sorted by kind and name.

    A name with several changes counts as the most severe. A signature counts for the canonical name alone. Nothing is
    known of names in a module that cannot be imported, before or after, so they do not change. A method that a class
    inherits counts only if the class loses it while the class that defines it keeps it; if several classes lose it, it
    counts for the one with the shortest name. A class with several names has its methods under one of them, which may
    be another in the next build: this is no change of the methods. Nothing is known of a method that a listing may lack
    because its class inherits it, and of a property, which each instance may have as an attribute.
    """
    return listing_changes(Listing(before), Listing(after))


def listing_changes(old: Listing, new: Listing) -> tuple[NameChange, ...]:
    """Return what `name_changes` returns, for listings whose classes need not be found again."""
    changes = [
        change
        for name in sorted(differing_names(old.names, new.names), key=lambda name: (len(name), name))
        for change in [_change(name, old, new)]
        if change
    ]
    lost: dict[str, str] = {}  # the first of the classes that lose a method, by the name of the method where it stays
    for change in changes:
        if not change.after and old.is_inherited(change.name):
            lost.setdefault(old.names[change.name].alias_of, change.name)
    counted = {change.name for change in changes if change.after or not old.is_inherited(change.name)} | {
        *lost.values()
    }
    order = [*NameChangeKind]
    return tuple(
        sorted(
            (change for change in changes if change.name in counted),
            key=lambda change: (order.index(change.kind), change.name),
        )
    )


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

    @cached_property
    def has_inherited(self) -> bool:
        """Return whether classes list properties and inherited methods.

        Older listings do not; of `torch.Tensor` alone they have properties.
        """
        return any(
            one.kind is NameKind.PROPERTY and not name.startswith("torch.Tensor.") for name, one in self.names.items()
        )

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

    def lacks_methods(self, name: str) -> bool:
        """Return whether a name may be an inherited method of a class, and classes list only their own."""
        return not self.has_inherited and bool(self._class_of(name))

    def _class_of(self, name: str) -> str:
        """Return the canonical name of the class of a method; empty if the name is no method of a listed class."""
        return self._canonical_classes.get(name.rpartition(".")[0], "")


def _change(name: str, before: Listing, after: Listing) -> NameChange | None:
    old, new = before.names.get(name), after.names.get(name)
    kind = _kind(old, new)
    same = () if old and new else (*before.same_methods(name), *after.same_methods(name))
    if (
        kind is None
        or (not (old and new) and _may_be_attribute(old or new, before, after))
        or (new is None and (_is_below_broken(name, after.names) or any(map(after.works, same))))
        or (old is None and (_is_below_broken(name, before.names) or any(map(before.works, same))))
        or (new is None and after.lacks_methods(name))
        or (old is None and before.lacks_methods(name) and after.has_inherited)
        or (new and after.is_inherited(name))
        or (not new and before.is_inherited(name) and not _is_lost(name, before, after))
    ):
        return None
    return NameChange(kind, name, old, new)


def _may_be_attribute(one: PublicName | None, before: Listing, after: Listing) -> bool:
    """Return whether a name is a property of a class that is in both builds."""
    if not one or one.kind is not NameKind.PROPERTY:
        return False
    owner = one.name.rpartition(".")[0]
    return owner != COMPLETE and before.is_class(owner) and after.is_class(owner)


def _is_lost(name: str, before: Listing, after: Listing) -> bool:
    """Return whether a class no longer inherits a method, which the class that defines it still has."""
    return after.works(name.rpartition(".")[0]) and after.works(before.names[name].alias_of)


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
