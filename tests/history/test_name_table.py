"""Listings of names are read as they were written, in the order of builds; most hold what differs from another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.formats.run_file import RunFile
from monitor.history.files import Folder
from monitor.history.merge_shards import merge_shards
from monitor.history.name_table import NAMES_FILE, public_version, read_names, write_names
from monitor.history.store import History
from monitor.model import NameKind, PublicName, Run

Listing = Callable[..., RunFile]
MANY = {f"jax.f{number}": "(x)" for number in range(100)}


def names(signatures: dict[str, str]) -> tuple[PublicName, ...]:
    return tuple(PublicName(name, NameKind.FUNCTION, text) for name, text in signatures.items())


def listing(runfile: Listing, day: int, version: str, signatures: dict[str, str], **run: object) -> RunFile:
    return replace(runfile(day, {}, version=version, suite="names", **run), names=names(signatures))


def listed(history: History) -> dict[str, dict[str, str]]:
    """Return the signatures of each listed version by name."""
    return {
        public_version(one.run.build.requirement): {name: shown.signature for name, shown in one.names.items()}
        for one in history.listings("jax")
        if one.run.build
    }


def test_listings_are_in_the_order_of_builds_whenever_they_ran(tmp_path: Path, runfile: Listing) -> None:
    history = History(tmp_path)
    changed = MANY | {"jax.f1": "(x, y)"}
    history.record([listing(runfile, 1, "2.0", changed), listing(runfile, 2, "3.0", MANY)], "new builds")
    history.record([listing(runfile, 3, "1.0", {"jax.f1": "()"}), listing(runfile, 4, "2.1", {})], "old builds")
    assert listed(history) == {"1.0": {"jax.f1": "()"}, "2.0": changed, "3.0": MANY}  # nothing is listed for 2.1
    assert [*listed(history)] == ["1.0", "2.0", "3.0"]


def test_a_listing_holds_what_differs_from_an_earlier_whole_one(tmp_path: Path, runfile: Listing) -> None:
    history = History(tmp_path)
    without = {name: text for name, text in MANY.items() if name != "jax.f2"}
    for day in range(1, 5):
        history.record([listing(runfile, day, f"{day}.0", without | {"jax.new": f"({day})"})], f"night {day}")
    sizes = [path.stat().st_size for path in sorted(tmp_path.rglob(f"*{NAMES_FILE}"))]
    assert max(sizes[1:]) < sizes[0]
    assert listed(history)["4.0"] == without | {"jax.new": "(4)"}
    history.retract("20261101T030000Z-000001", "a test")  # the others refer to its file, which stays
    assert [*listed(history)] == ["2.0", "3.0", "4.0"]


def test_the_last_run_of_a_version_counts_and_one_target_alone(tmp_path: Path, runfile: Listing) -> None:
    history = History(tmp_path)
    other = listing(runfile, 3, "1.0", {"jax.other": ""}, target="gpu")
    history.record(
        [listing(runfile, 1, "1.0", {"jax.a": "()"}), listing(runfile, 2, "1.0", {"jax.b": "()"}), other], "x"
    )
    assert listed(history) == {"1.0": {"jax.b": "()"}}


def test_a_run_that_was_cut_short_lists_nothing(tmp_path: Path, runfile: Listing) -> None:
    history = History(tmp_path)
    history.record([replace(listing(runfile, 1, "1.0", MANY), end=None)], "cut")
    assert listed(history) == {}


def test_shards_list_their_names_together(runfile: Listing) -> None:
    parts = [listing(runfile, 1, "1.0", {"jax.a": ""}), listing(runfile, 1, "1.0", {"jax.a": "", "jax.b": ""})]
    numbered = [replace(part, run=replace(part.run, shard=f"{n}/2")) for n, part in enumerate(parts, start=1)]
    (joined,) = merge_shards(numbered)
    assert [name.name for name in joined.names] == ["jax.a", "jax.b"]


PUBLIC_NAMES = st.dictionaries(
    st.sampled_from([f"jax.f{number}" for number in range(30)]),
    st.builds(
        lambda kind, signature, note: (kind, signature, note),
        st.sampled_from(NameKind),
        st.sampled_from(["", "(x)", "(x, y)"]),
        st.sampled_from(["", "deprecated"]),
    ),
    min_size=20,
)


@settings(deadline=None, max_examples=25)
@given(nights=st.lists(PUBLIC_NAMES, min_size=1, max_size=5))
def test_any_listing_is_read_as_it_was_written(
    nights: list[dict[str, tuple[NameKind, str, str]]], tmp_path_factory: object, runfile: Listing
) -> None:
    directory = Path(tmp_path_factory.mktemp("names"))  # type: ignore[attr-defined]
    before: Run | None = None
    written = []
    for day, night in enumerate(nights, start=1):
        run = runfile(day, {}, suite="names").run
        (directory / "runs" / "cpu" / "jax").mkdir(parents=True, exist_ok=True)
        of_run = {name: PublicName(name, *fields) for name, fields in night.items()}
        write_names(directory, run, of_run.values(), before)
        written.append((run, of_run))
        before = run
    for run, of_run in written:
        assert read_names(Folder(directory), run) == of_run
