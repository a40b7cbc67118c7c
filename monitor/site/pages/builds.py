"""Build the pages of builds: the changes of each build, and the data that compares any two."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from monitor.analysis.names.name_changes import NameChangeGroup, NameChangeKind, grouped
from monitor.analysis.names.name_history import BuildNames, FrameworkNames
from monitor.analysis.outcomes.failure_groups import GroupMember, signature
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.formatting.display_names import build_title, framework_title
from monitor.formatting.signature_format import signature_parts
from monitor.formatting.urls import build_page, run_case_address, slug
from monitor.github.commit_ranges import CommitRange, between_builds
from monitor.history.ordering import version_sort_key
from monitor.model import Build, Outcome, PublicName, Series
from monitor.site.js_data import data_script
from monitor.site.pages.build_changes import BuildChanges, changes_by_build
from monitor.site.status_legend import OUTCOMES

# Most cases listed per group, and most public names per kind of change; the JSON has all.
MAX_CASES_OF_GROUP = 100
MAX_NAMES = 300


@dataclass(frozen=True)
class BuildPage:
    """Content of the page of a build: its runs, its changes, and its neighbours among the builds of the framework.

    `names` are the public names of the build and their changes, None if no run listed them. `commits` is the range
    since the previous build.
    """

    framework: str
    build: Build
    page: str
    nights: tuple[NightChanges, ...]
    changes: BuildChanges | None
    before: Build | None
    after: Build | None
    names: BuildNames | None
    commits: CommitRange | None

    @property
    def title(self) -> str:
        return build_title(self.build)

    @property
    def name_groups(self) -> Mapping[NameChangeKind, tuple[NameChangeGroup, ...]]:
        """Return the changes of public names by kind."""
        found: dict[NameChangeKind, list[NameChangeGroup]] = {}
        for group in grouped(self.names.changes if self.names else ()):
            found.setdefault(group.change.kind, []).append(group)
        return {kind: tuple(groups) for kind, groups in found.items()}

    def page_of(self, build: Build) -> str:
        return build_page(self.framework, build)


def build_pages(
    nights: Sequence[NightChanges], names: Mapping[str, FrameworkNames], on_main: Mapping[str, str]
) -> tuple[BuildPage, ...]:
    """Return a page for each build that was run: by framework, newest first.

    `on_main` maps commits of PyTorch's nightly branch to the commits of `main` that they are built from.
    """
    found: dict[str, dict[str, list[NightChanges]]] = {}
    for night in nights:
        if night.run.build:
            found.setdefault(night.run.framework, {}).setdefault(night.run.build.requirement, []).append(night)
    news = {(one.framework, one.build.requirement): one for one in changes_by_build(nights)}
    listed = {
        (framework, one.build.requirement): one for framework, of_builds in names.items() for one in of_builds.builds
    }
    pages = []
    for framework, of_builds in sorted(found.items()):
        builds = _by_version(night.run.build for nights_of in of_builds.values() for night in nights_of[:1])
        for before, build, after in zip((None, *builds), builds, (*builds[1:], None), strict=False):
            label = build.requirement
            page = build_page(framework, build)
            changes, listing = news.get((framework, label)), listed.get((framework, label))
            since = between_builds(framework, before, build, on_main) if before else None
            pages.append(
                BuildPage(framework, build, page, tuple(of_builds[label]), changes, before, after, listing, since)
            )
    return tuple(pages[::-1])


def _by_version(builds: Iterable[Build | None]) -> list[Build]:
    return sorted(
        (build.without_packages for build in builds if build), key=lambda build: version_sort_key(build.version)
    )


def comparison_file(framework: str) -> str:
    """Return the address of the comparison data of a framework, from the root of the site."""
    return f"data/builds/{slug(framework)}.js"


def comparison_head(pages: Mapping[str, Sequence[BuildPage]]) -> Markup:
    """Return the JSON that `builds.js` starts from: outcome words, and the address of each framework's data."""
    head = {
        "outcomes": [[sign.word, sign.symbol, sign.tone.value] for sign in OUTCOMES.values()],
        "frameworks": [[one, framework_title(one), comparison_file(one)] for one in pages],
    }
    text = json.dumps(head, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - the line above escapes every <


def comparison_script(framework: str, pages: Sequence[BuildPage], nights: Iterable[NightChanges]) -> bytes:
    """Return the comparison data of a framework as a script."""
    return data_script(f"comparisons[{json.dumps(framework)}]", _comparison(framework, pages, nights))


def _comparison(framework: str, pages: Sequence[BuildPage], nights: Iterable[NightChanges]) -> dict[str, object]:
    """Return the data for comparing any two builds: all changes of each case, their messages, and signatures."""
    builds = [page.build for page in reversed(pages)]
    places = {build.requirement: number for number, build in enumerate(builds)}
    said: dict[str, int] = {}
    turns: dict[tuple[Series, str], list[object]] = {}
    addresses: dict[tuple[Series, str], str] = {}
    for hit in _changed_cases(night for night in nights if night.run.framework == framework):
        change, key = hit.change, (hit.run.series, hit.change.case)
        since = change.build_after or hit.run.build
        if since is None or since.requirement not in places:
            continue
        words = _without_outcomes(signature(change))
        turn = [
            places[since.requirement],
            _outcome_index(change.before),
            _outcome_index(change.after),
            said.setdefault(words, len(said)),
            change.text,
        ]
        turns.setdefault(key, []).append(turn)
        addresses[key] = run_case_address(hit.run, change.function)
    return {
        "builds": [[build_title(build), build_page(framework, build)] for build in builds],
        "cases": [
            [target, suite, evidence.value, case, addresses[(target, of, suite, evidence), case], found]
            for ((target, of, suite, evidence), case), found in turns.items()
        ],
        "signatures": [
            [places[page.build.requirement], change.name, *map(_signature_parts, (change.before, change.after))]
            for page in reversed(pages)
            for change in (page.names.changes if page.names else ())
            if change.kind is NameChangeKind.SIGNATURE
        ],
    }


def _signature_parts(name: PublicName | None) -> tuple[tuple[str, ...], ...]:
    return signature_parts(name.signature) if name and name.signature else ()


def _changed_cases(nights: Iterable[NightChanges]) -> Iterator[GroupMember]:
    for night in nights:
        if night.previous_build:
            yield from (GroupMember(night.run, change) for change in night.changes)


def _without_outcomes(text: str) -> str:
    return text.partition(": ")[2]


def _outcome_index(outcome: Outcome | None) -> int:
    return [*Outcome].index(outcome) if outcome else -1


def by_framework(pages: Sequence[BuildPage]) -> Mapping[str, tuple[BuildPage, ...]]:
    """Return the pages by framework."""
    found: dict[str, list[BuildPage]] = {}
    for page in pages:
        found.setdefault(page.framework, []).append(page)
    return {framework: tuple(group) for framework, group in found.items()}
