"""Write Atom feeds (RFC 4287) of all changes, and of each framework, target and function.

An entry is a run with changes or incidents, or a build that changed public names, dated by the run that listed them.
Ids and times follow from the run or the build, so a rebuilt feed repeats no entry. Texts come from other machines and
are written as plain text, so no reader takes them for markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from monitor.analysis.names.name_changes import NameChange, NameChangeKind, grouped
from monitor.analysis.names.name_history import BuildNames, FrameworkNames
from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.formatting.display_names import build_title, framework_title
from monitor.formatting.humanize import count, escape_invisible, machine_time, parse_time
from monitor.formatting.urls import build_page, function_page, run_page, slug, target_page

NAMESPACE = "http://www.w3.org/2005/Atom"
ALL_FEED = "feeds/all.atom"

# Feed readers poll daily. There are thousands of feeds of functions, so these are shorter.
MAX_ENTRIES = 100
MAX_TARGET_ENTRIES = 40
MAX_FUNCTION_ENTRIES = 20
CHANGE_KINDS = tuple(ChangeKind)  # order of the counts in a title
NOT_LISTED = (ChangeKind.EXPECTED, ChangeKind.MUTED)  # triage files silence these
MAX_CHANGES = 40  # changes per entry; the page of the run or the build has all


def framework_feed_path(framework: str) -> str:
    return f"feeds/frameworks/{slug(framework)}.atom"


def target_feed_path(target: str) -> str:
    return f"feeds/targets/{slug(target)}.atom"


def function_feed_path(framework: str, name: str) -> str:
    return f"feeds/functions/{slug(framework)}/{slug(name)}.atom"


@dataclass(frozen=True)
class RunFeedEntry:
    """Feed entry of one run. `function` is empty unless the feed belongs to one function."""

    night: NightChanges
    changes: tuple[Change, ...]
    function: str = ""

    @property
    def id(self) -> str:
        run = self.night.run
        return f"run/{slug(run.id)}" + (f"/{slug(run.framework)}/{slug(self.function)}" if self.function else "")

    @property
    def time(self) -> str:
        return self.night.run.started

    @property
    def framework(self) -> str:
        return self.night.run.framework

    @property
    def page(self) -> str:
        return run_page(self.night.run.id)

    @property
    def title(self) -> str:
        run = self.night.run
        what = self.function or framework_title(run.framework)
        kinds = [change.kind for change in self.changes]
        counted = [f"{kinds.count(kind):,} {kind}" for kind in CHANGE_KINDS if kind in kinds]
        if self.night.incidents and not self.function:
            counted.insert(0, count(len(self.night.incidents), "incident"))
        return f"{what} on {run.target}: {', '.join(counted)} ({build_title(run.build)}, {run.suite})"

    @property
    def text(self) -> str:
        lines = [*(() if self.function else self.night.incidents), *map(_change_line, self.changes[:MAX_CHANGES])]
        if len(self.changes) > MAX_CHANGES:
            lines.append(f"and {len(self.changes) - MAX_CHANGES:,} more")
        return "\n".join(lines)


@dataclass(frozen=True)
class NamesFeedEntry:
    """Feed entry of the public names that changed in a build. `function` is empty unless the feed belongs to one."""

    built: BuildNames
    changes: tuple[NameChange, ...]
    function: str = ""

    @property
    def framework(self) -> str:
        return self.built.run.framework

    @property
    def time(self) -> str:
        return self.built.run.started

    @property
    def id(self) -> str:
        of_build = f"names/{slug(self.framework)}/{slug(self.built.build.requirement)}"
        return f"{of_build}/{slug(self.function)}" if self.function else of_build

    @property
    def page(self) -> str:
        framework, build = self.framework, self.built.build
        return function_page(framework, self.function) if self.function else build_page(framework, build)

    @property
    def title(self) -> str:
        what = self.function or f"public names of {framework_title(self.framework)}"
        kinds = [change.kind for change in self.changes]
        counted = [f"{kinds.count(kind):,} {kind}" for kind in dict.fromkeys(kinds)]
        return f"{what}: {(self.function and kinds[0]) or ', '.join(counted)} ({build_title(self.built.build)})"

    @property
    def text(self) -> str:
        groups = grouped(self.changes)
        lines = [_name_lines(group.change, len(group.below)) for group in groups[:MAX_CHANGES]]
        if len(groups) > MAX_CHANGES:
            lines.append(f"and {len(groups) - MAX_CHANGES:,} more")
        return "\n".join(lines)


FeedEntry = RunFeedEntry | NamesFeedEntry


@dataclass(frozen=True)
class Feed:
    """Feed of the page `page`; `entries` are newest first."""

    address: str
    title: str
    page: str
    entries: tuple[FeedEntry, ...]


def feeds(
    nights: Sequence[NightChanges], names: Mapping[str, FrameworkNames], functions: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, Callable[[], Feed]]]:
    """Yield the address of each feed and the function that builds it; `functions` are those with a page."""
    newest = sorted(nights, key=lambda night: (night.run.started, night.run.id), reverse=True)
    all_runs = [RunFeedEntry(night, _listed_changes(night)) for night in newest]
    of_runs = [entry for entry in all_runs if entry.changes or entry.night.incidents]
    built = [one for of_framework in names.values() for one in of_framework.builds if one.changes]
    of_builds = [NamesFeedEntry(one, one.changes) for one in built]
    entries = _newest_first([*of_runs, *of_builds])
    yield ALL_FEED, lambda: Feed(ALL_FEED, "Portability Monitor", "index.html", tuple(entries[:MAX_ENTRIES]))
    for framework in sorted({night.run.framework for night in nights}):
        yield framework_feed_path(framework), partial(_framework_feed, framework, entries)
    for target in sorted({night.run.target for night in nights}):
        yield target_feed_path(target), partial(_target_feed, target, of_runs)
    changes = _entries_by_function(newest)
    for entry in of_builds:
        for change in entry.changes:
            found = changes.setdefault((entry.framework, change.name), [])
            found.append(replace(entry, changes=(change,), function=change.name))
    for framework, name in functions:
        of_function = tuple(_newest_first(changes.get((framework, name), ()))[:MAX_FUNCTION_ENTRIES])
        yield function_feed_path(framework, name), partial(_function_feed, (framework, name), of_function)


def _newest_first(entries: Iterable[FeedEntry]) -> list[FeedEntry]:
    return sorted(entries, key=lambda entry: (entry.time, entry.id), reverse=True)


def _listed_changes(night: NightChanges) -> tuple[Change, ...]:
    return tuple(change for change in night.changes if change.kind not in NOT_LISTED)


def _framework_feed(framework: str, entries: Sequence[FeedEntry]) -> Feed:
    found = [entry for entry in entries if entry.framework == framework]
    return Feed(framework_feed_path(framework), framework_title(framework), "index.html", tuple(found[:MAX_ENTRIES]))


def _target_feed(target: str, entries: Sequence[RunFeedEntry]) -> Feed:
    found = [entry for entry in entries if entry.night.run.target == target]
    return Feed(target_feed_path(target), target, target_page(target), tuple(found[:MAX_TARGET_ENTRIES]))


def _function_feed(key: tuple[str, str], found: tuple[FeedEntry, ...]) -> Feed:
    return Feed(function_feed_path(*key), key[1], function_page(*key), found)


def _entries_by_function(newest: Sequence[NightChanges]) -> dict[tuple[str, str], list[FeedEntry]]:
    """Return the newest entries of each function with changes."""
    found: dict[tuple[str, str], list[FeedEntry]] = {}
    for night in newest:
        here: dict[str, list[Change]] = {}
        for change in _listed_changes(night):
            here.setdefault(change.function, []).append(change)
        for name, changes in here.items():
            entries = found.setdefault((night.run.framework, name), [])
            if len(entries) < MAX_FUNCTION_ENTRIES:
                entries.append(RunFeedEntry(night, tuple(changes), name))
    return found


def feed_xml(feed: Feed, base: str, began: str) -> bytes:
    """Return a feed as XML. `began`, the start of the history, dates a feed without entries.

    The text is concatenated, because a tree of elements takes five times as long and every function has a feed.
    """
    updated = max((entry.time for entry in feed.entries), default=began)
    title = feed.title if feed.address == ALL_FEED else f"{feed.title} · Portability Monitor"
    entries = "".join([_entry(entry, base) for entry in feed.entries])
    return (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        f'<feed xmlns="{NAMESPACE}">\n'
        f"  <id>{_id_prefix(base)}{_text(feed.address)}</id>\n"
        f"  <title>{_text(title)}</title>\n"
        f"  <updated>{_time(updated)}</updated>\n"
        "  <author>\n"
        "    <name>Portability Monitor</name>\n"
        "  </author>\n"
        f'  <link rel="self" type="application/atom+xml" href="{_text(base + feed.address)}" />\n'
        f'  <link rel="alternate" type="text/html" href="{_text(base + feed.page)}" />\n'
        f"{entries}</feed>\n"
    ).encode()


def _entry(entry: FeedEntry, base: str) -> str:
    at = _time(entry.time)
    return (
        "  <entry>\n"
        f"    <id>{_id_prefix(base)}{_text(entry.id)}</id>\n"
        f"    <title>{_text(entry.title)}</title>\n"
        f"    <published>{at}</published>\n"
        f"    <updated>{at}</updated>\n"
        f'    <link rel="alternate" type="text/html" href="{_text(base + entry.page)}" />\n'
        f"    <content>{_text(entry.text)}</content>\n"
        "  </entry>\n"
    )


def _text(value: str) -> str:
    """Return untrusted text for XML: escaped, without characters that XML forbids."""
    return escape(str(escape_invisible(value)), {'"': "&quot;"})


@lru_cache(maxsize=10_000)  # many feeds contain the same run
def _time(started: str) -> str:
    return machine_time(parse_time(started))


@lru_cache(maxsize=10)
def _id_prefix(base: str) -> str:
    """Return the prefix of ids: a tag URI (RFC 4151), which stays valid if the protocol of the site changes."""
    site = urlsplit(base)
    return _text(f"tag:{site.hostname},2026:{site.path}")


def _change_line(change: Change) -> str:
    before, after = change.before or "not in the suite", change.after or "removed"
    return f"{change.kind}: {change.case}: {before} -> {after}" + (f": {change.text}" if change.text else "")


def _name_lines(change: NameChange, below: int) -> str:
    line = f"{change.kind}: {change.name}" + (f" and {count(below, 'name')} below it" if below else "")
    if change.kind is NameChangeKind.SIGNATURE and change.before and change.after:
        return f"{line}\n  before: {change.before.signature or 'none'}\n  now: {change.after.signature or 'none'}"
    return line + (f": {change.note}" if change.note else "")
