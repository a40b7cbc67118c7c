"""Follow every public name of a framework through its builds."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from monitor.analysis.names.name_changes import Listing, NameChange, NameChangeKind, differing_names, name_changes
from monitor.history.name_table import NameListing
from monitor.model import Build, PublicName, Run

# The framework's own words for a replacement: "use jax.tree.map instead", "in favor of `torch.linalg.qr`".
REPLACEMENT = re.compile(
    r"(?:\b[Uu]sed?|\bin favou?r of|\brenamed to|\bmoved to|\breplaced (?:by|with)|\b(?:switch|migrate) to(?: using)?)"
    r" (?:the )?`{0,2}((?:\w+\.)*\w+)`{0,2}"
)

# Names of modules in import statements, by which the frameworks' own words refer to them.
SHORT_NAMES = {"jnp": "jax.numpy", "pl": "jax.experimental.pallas", "nn": "torch.nn", "F": "torch.nn.functional"}


@dataclass(frozen=True)
class BuildNames:
    """A listed build: its run, the build before it, the number of its names, and their changes since then.

    A method that a class inherits from another is not counted.
    """

    run: Run
    previous_build: Build | None
    count: int
    changes: tuple[NameChange, ...]

    @property
    def build(self) -> Build:
        """Return the build. A run that lists names has one."""
        assert self.run.build  # noqa: S101
        return self.run.build

    @property
    def totals(self) -> dict[NameChangeKind, int]:
        """Return the number of changes of each kind that occurs."""
        counted = Counter(change.kind for change in self.changes)
        return {kind: counted[kind] for kind in NameChangeKind if counted[kind]}


@dataclass(frozen=True)
class KnownSignature:
    """Signature of a name; empty if its build has none, or no longer has the name.

    `since` is the label of the build with which it came, or of the oldest listed build. `before` is the signature until
    then, empty if no listed build has another.
    """

    text: str
    since: str
    before: str = ""


@dataclass(frozen=True)
class NameRecord:
    """A name that a build has or had: the newest description in which it works, and its history as build labels.

    `added` is the first build with it, empty if the oldest listed build has it. `last` is the last build with it and
    `removed` the first without, both empty while it works; `deprecated` is the first build that deprecates it, empty if
    the oldest does already. `signature_since` is the build with which the signature came, and `signature_before` the
    one until then. `note` is the framework's last word on the name.
    """

    listed: PublicName
    signature_since: str
    added: str = ""
    last: str = ""
    removed: str = ""
    deprecated: str = ""
    signature_before: str = ""
    note: str = ""

    @property
    def works(self) -> bool:
        """Return whether the newest build has the name."""
        return not self.removed

    @property
    def signature(self) -> KnownSignature:
        """Return the newest signature; that of a removed name is empty."""
        if self.works:
            return KnownSignature(self.listed.signature, self.signature_since, self.signature_before)
        return KnownSignature("", self.removed, self.listed.signature)


@dataclass(frozen=True)
class FrameworkNames:
    """The public names of a framework: its listed builds, the oldest first, and every name that any of them has.

    A method that a class inherits from another has a record only if the class lost it.
    """

    framework: str
    builds: tuple[BuildNames, ...] = ()
    records: Mapping[str, NameRecord] = field(default_factory=dict)

    @cached_property
    def aliases(self) -> Mapping[str, tuple[str, ...]]:
        """Return the other names of each object, by its canonical name, in the newest build."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, one in self.records.items():
            if one.works and one.listed.alias_of:
                found[one.listed.alias_of].append(name)
        return {name: tuple(sorted(names)) for name, names in found.items()}

    def canonical(self, name: str) -> str:
        """Return the canonical name of an object; the name itself if it is not known."""
        record = self.records.get(name)
        return record.listed.alias_of or name if record else name

    def current(self, name: str) -> str:
        """Return the canonical name of an object in the newest build; the name itself if that build lacks it."""
        record = self.records.get(name)
        return self.canonical(name) if record and record.works else name

    def other_names(self, name: str) -> tuple[str, ...]:
        """Return all other names of the object behind a name, the canonical one first."""
        canonical = self.canonical(name)
        return tuple(one for one in (canonical, *self.aliases.get(canonical, ())) if one != name)

    def replacement(self, name: str) -> str:
        """Return the name that the framework's own words give as the replacement of a name; empty if they name none."""
        record = self.records.get(name)
        for found in REPLACEMENT.finditer(record.note if record else ""):
            if (one := self._known(found[1], name)) and one != name:
                return one
        return ""

    def _known(self, text: str, name: str) -> str:
        """Return the name that a text means, which may leave out the parts that it shares with `name`."""
        first, dot, rest = text.rstrip(".").partition(".")
        text = f"{SHORT_NAMES.get(first, first)}{dot}{rest}"
        parent = name.rpartition(".")[0]
        for one in (text, f"{parent}.{text}", f"{name.partition('.')[0]}.{text}"):
            if one in self.records and self.records[one].works:
                return one
        return ""


def framework_names(framework: str, listings: Iterable[NameListing]) -> FrameworkNames:
    """Return the names of a framework from its listings, the oldest build first."""
    builds: list[BuildNames] = []
    records: dict[str, NameRecord] = {}
    before: Listing | None = None
    for listing in listings:
        names = Listing(listing.names)
        own = {name: one for name, one in listing.names.items() if not (one.alias_of and names.is_inherited(name))}
        changes = name_changes(before, names) if before else ()
        built = BuildNames(listing.run, builds[-1].build if builds else None, len(own), changes)
        if before is None:
            label = built.build.requirement
            records = {name: NameRecord(one, label, note=one.note) for name, one in own.items() if one.works}
        else:
            _follow(records, before, own, built)
        builds.append(built)
        before = names
    return FrameworkNames(framework, tuple(builds), records)


def _follow(records: dict[str, NameRecord], before: Listing, own: Mapping[str, PublicName], built: BuildNames) -> None:
    """Bring the records of all names up to the next build, with its own names and its changes."""
    label, last = built.build.requirement, built.previous_build.requirement if built.previous_build else ""
    differing = {*differing_names(before.names, own)}
    for name, one in own.items():
        if one.works and (name in differing or name not in records):
            records[name] = _described(records.get(name), one, label, is_new=name not in before.names)
    for change in built.changes:
        if change.before and change.kind in (NameChangeKind.REMOVED, NameChangeKind.BROKEN):
            record = records.get(change.name) or NameRecord(change.before, last)  # inherited until then
            records[change.name] = replace(record, last=last, removed=label, note=change.note)


def _described(record: NameRecord | None, listed: PublicName, label: str, *, is_new: bool) -> NameRecord:
    """Return the record of a name that a build describes in another way than the one before.

    A name without a record that is not new was inherited until then.
    """
    if record is None:
        deprecated = label if listed.deprecated else ""
        return NameRecord(listed, label, added=label if is_new else "", deprecated=deprecated, note=listed.note)
    deprecated = record.deprecated if record.listed.deprecated else label
    since, until_then = record.signature_since, record.signature_before
    if not record.works or record.listed.signature != listed.signature:
        since, until_then = label, record.listed.signature if record.works else ""
    return NameRecord(
        listed,
        since,
        added=record.added,
        deprecated=deprecated if listed.deprecated else "",
        signature_before=until_then,
        note=listed.note,
    )
