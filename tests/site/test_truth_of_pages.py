"""Every claim of a page equals the observations, on a site that mixes builds, suites and kinds of evidence."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from monitor.analysis.outcomes.failure_groups import group_changes
from monitor.exports.badges import function_badge_path, target_badge_path
from monitor.model import Evidence
from monitor.site.build import write_site
from monitor.snapshot.snapshot import Snapshot
from support import mixed_history
from support.html_pages import Page
from support.mixed_history import FUNCTIONS, GENERATED, HARDWARE, PRIMITIVES, PROJECT
from support.site_history import TEMPLATES


@pytest.fixture(scope="module")
def pages(mixed_site: Path) -> dict[str, Page]:
    return {path.relative_to(mixed_site).as_posix(): Page(path) for path in mixed_site.rglob("*.html")}


def observed(snapshot: Snapshot) -> dict[str, set[Evidence]]:
    """Return the kinds of evidence that there is an observation of, by target."""
    found: dict[str, set[Evidence]] = {target: set() for target in HARDWARE}
    for one in snapshot.series:
        if any(standing.outcome.known for standing in one.now):
            found[one.target].add(one.evidence)
    return found


class Tables(HTMLParser):
    """The tables of a page: rows of the text of their cells, by the text of the heading before them."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._heading, self._at = "", ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h1", "h2", "h3"):
            self._heading, self._at = "", "heading"
        elif tag == "table":
            self._heading = " ".join(self._heading.split())
            self.tables[self._heading] = []
        elif tag == "tr":
            self.tables[self._heading].append([])
        elif tag in ("th", "td"):
            self.tables[self._heading][-1].append("")
            self._at = "cell"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "h2", "h3", "th", "td"):
            self._at = ""
        if tag in ("th", "td"):
            row = self.tables[self._heading][-1]
            row[-1] = " ".join(row[-1].split())

    def handle_data(self, data: str) -> None:
        if self._at == "heading":
            self._heading += data
        elif self._at == "cell":
            self.tables[self._heading][-1][-1] += data


def columns(path: Path, heading: str) -> list[dict[str, str]]:
    """Return the rows of the table below a heading, each by the heads of its columns."""
    head, *rows = Tables(path).tables[heading]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_targets_are_seen_only_as_what_was_observed(mixed_site: Path, mixed_snapshot: Snapshot) -> None:
    seen = {row["Target"]: row["Evidence"] for row in columns(mixed_site / "targets/index.html", "Targets")}
    assert seen.keys() == observed(mixed_snapshot).keys()
    for target, evidences in observed(mixed_snapshot).items():
        assert {evidence for evidence in Evidence if evidence in seen[target]} == evidences, target
    assert seen["broken"] == seen["never"] == "none yet"


def test_what_a_target_can_be_seen_as_has_other_words(mixed_site: Path) -> None:
    rows = {row["Target"]: row for row in columns(mixed_site / "targets/index.html", "Targets")}
    assert rows["gpu"]["Evidence planned"] == "executed (TensorFlow, PyTorch), compiled (JAX)"
    assert rows["broken"]["Frameworks"] == "none yet"
    assert rows["never"]["Last observed"] == rows["broken"]["Last observed"] == "? never"


def test_no_page_claims_evidence_of_a_target_without_an_observation(
    mixed_site: Path, pages: dict[str, Page], mixed_snapshot: Snapshot
) -> None:
    for target, evidences in observed(mixed_snapshot).items():
        facts = re.split(" Results | Evidence planned ", pages[f"targets/{target}.html"].words)[0]
        claimed = facts.partition(" Evidence ")[2].partition("No recent results")[0].partition("Noise")[0]
        assert {evidence for evidence in Evidence if f"{evidence}:" in claimed} == evidences, target
    assert "A GPU whose driver is gone" not in pages["index.html"].words  # its incident is there, and no figure
    programs = json.loads((mixed_site / "api/v1/targets.json").read_text())["targets"]
    claimed_there = {
        one["target"]: {Evidence(each["evidence"]) for each in one["series"] if each["observed"]} for one in programs
    }
    assert claimed_there == {target: found for target, found in observed(mixed_snapshot).items() if target != "never"}


def test_silence_is_told_for_each_framework_and_suite(pages: dict[str, Page]) -> None:
    silent = pages["health.html"].words.partition("No recent results")[2].partition("Not renewed")[0]
    # JAX's newest suite runs, but PyTorch is kept alive by a backfill alone, and JAX's primitives by nothing.
    assert "cpu ! some results missing JAX harness since 1 Nov 2026; PyTorch paper since 2 Nov 2026" in silent
    assert "gpu" not in silent
    assert "broken, never ? never observed" in silent


def test_a_targets_page_says_when_the_nightly_job_came_last(mixed_site: Path) -> None:
    rows = columns(mixed_site / "targets/cpu.html", "Results")
    last = {(row["Framework"], row["Suite"]): row["Last nightly run"] for row in rows}
    assert last == {
        ("JAX", "paper"): "8 Nov 2026, 03:00 UTC",
        ("JAX", "harness"): "1 Nov 2026, 03:00 UTC ! no recent results",
        ("PyTorch", "paper"): "2 Nov 2026, 03:00 UTC ! no recent results",
    }


NUMBERS = re.compile(r"(\d+) of 90 elements off, by up to (\d+) times")


def own_number(function: str) -> tuple[str, ...]:
    return tuple(map(str, mixed_history.numbers(function)))


def test_numbers_of_a_message_stand_beside_the_function_that_they_are_of(mixed_site: Path) -> None:
    """Every message with numbers follows the name of its own function, on whatever page or feed it stands."""
    found = 0
    names = re.compile("|".join(map(re.escape, (*FUNCTIONS, *PRIMITIVES))))
    for path in sorted(mixed_site.rglob("*")):
        if path.suffix not in (".html", ".atom") or path.parent.name in ("jax", "torch"):  # a function's own pages
            continue
        text = Page(path).words if path.suffix == ".html" else path.read_text()
        for message in NUMBERS.finditer(text):
            before = names.findall(text, 0, message.start())
            assert before, path
            assert message.groups() == own_number(before[-1]), (path, before[-1], message.group())
            found += 1
    assert found > 60


def test_programs_and_commands_are_told_whose_message_it_is(mixed_site: Path, mixed_snapshot: Snapshot) -> None:
    document = json.loads((mixed_site / "api/v1/failures.json").read_text())["failures"]
    (numbers,) = (one for one in document if NUMBERS.search(one["message"]))
    function = numbers["message_of"].split("/")[1]
    assert NUMBERS.search(numbers["message"]).groups() == own_number(function)  # type: ignore[union-attr]
    assert [one["function"] for one in numbers["messages"]] == numbers["functions"]
    for one in numbers["messages"]:
        assert NUMBERS.search(one["message"]).groups() == own_number(one["function"])  # type: ignore[union-attr]
    for cause in group_changes(mixed_snapshot.nights):
        for said in (cause.common_message.text,):
            if match := NUMBERS.search(said):
                assert match.groups() == own_number(said.partition("/")[0])


CHIP = re.compile(r'<li><a href="([^"#]*)#([^"]+)"><b>([\d,]+)</b>')
MORE = re.compile(r"(\d[\d,]*) (?:more cases?|earlier regressions?)")


def listed(page: str, section: str) -> int:
    """Return how many items the list of a section has, with those that it says are elsewhere."""
    part = page[page.index(f'id="{section}"') :]
    part = part[: part.index("</section>")]
    return part.count("<li>") + sum(int(more.replace(",", "")) for more in MORE.findall(part))


@pytest.mark.parametrize("made", ["mixed_site", "site", "slowed_site"])
def test_every_chip_leads_to_as_many_items_as_it_says(made: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(made)
    chips = 0
    for path in root.rglob("*.html"):
        for address, section, number in CHIP.findall(path.read_text()):
            there = path.parent / address if address else path
            assert listed(there.read_text(), section) == int(number.replace(",", "")), (path, address, section)
            chips += 1
        for totals in re.findall(r'<ul class="totals".*?</ul>', path.read_text(), re.DOTALL):
            assert totals.count("<a ") == len(CHIP.findall(totals)), path  # there is no other kind of chip
    assert chips


def test_the_chips_of_the_page_of_changes_are_all_changes_of_the_newest_nights(material: Snapshot, site: Path) -> None:
    """A kind that is added one day has a chip and a list without a further word."""
    kinds = {change.kind for night in material.newest for change in night.changes}
    chips = {section for _, section, _ in CHIP.findall((site / "changes.html").read_text())}
    assert chips == {kind.value for kind in kinds}


def test_a_long_list_of_changes_says_how_many_more_there_are(
    mixed_snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.site.pages.changes.MAX_CASES_OF_RUN", 1)
    write_site(mixed_snapshot, PROJECT, tmp_path / "public", templates=TEMPLATES, generated=GENERATED)
    page = (tmp_path / "public/changes.html").read_text()
    assert "3 more cases" in page
    test = CHIP.findall(page)
    assert all(listed(page, section) == int(number) for _, section, number in test)


def test_a_target_of_which_operators_alone_were_looked_up_claims_nothing_of_functions(
    mixed_site: Path, pages: dict[str, Page]
) -> None:
    page = pages["targets/mps.html"]
    assert "Failing functions No function has been tested. Its operators were looked up." in page.words
    assert "PyTorch: 1 of 5 operators have a kernel, torch 2.5" in page.words
    assert "../kernels/torch.html" in {*page.links()}
    assert "All tested functions work." not in page.words


def test_lacks_are_counted_of_what_was_tested(pages: dict[str, Page]) -> None:
    assert "Failing functions 36 of 42 functions tested" in pages["targets/tpu.html"].words
    assert "Failing functions 1 of 40 functions tested" in pages["targets/gpu.html"].words


class Figures(HTMLParser):
    """The percentages of a page, each with the text of the smallest row, list item or figure around it."""

    AROUND = ("tr", "li", "dl", "figure", "p")

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.AROUND or (tag == "div" and (dict(attrs).get("class") or "").startswith("figure")):
            self._open.append((tag, []))
        elif tag == "div":
            self._open.append(("inner div", []))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0].removeprefix("inner ") == tag:
            kind, words = self._open.pop()
            text = " ".join("".join(words).split())
            # A figure of its own is a whole: what stands in a paragraph of it may have its build in the next.
            if kind in ("p", "inner div") and self._open:
                self._open[-1][1].append(f" {text} ")
            elif "%" in text:
                self.found.append(text)

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1][1].append(f"{data} ")


BUILD = re.compile(r"\b(jax|torch|libtpu) \d|\bjax==|\btorch==")
OF_NO_BUILD = ("index.html", "targets", "study.html", "kernels", "matrix.html", "matrix-table.html")


@pytest.mark.parametrize("made", ["mixed_site", "slowed_site"])
def test_every_share_has_its_build_beside_it(made: str, request: pytest.FixtureRequest) -> None:
    """Pages of a build or a run name it in their head; on others each share needs one of its own."""
    root: Path = request.getfixturevalue(made)
    shares = 0
    for path in root.rglob("*.html"):
        if path.relative_to(root).parts[0] in OF_NO_BUILD:
            for text in Figures(path).found:
                of_the_machine = "Noise" in text  # over all builds and suites of a target
                assert BUILD.search(text) or "2023" in text or of_the_machine, (path, text)
                shares += 1
    assert shares


def test_columns_name_their_builds(mixed_site: Path) -> None:
    heads = Tables(mixed_site / "matrix-table.html").tables["All functions"][0][1:]
    assert heads == [
        "cpu executed jax 2.2 torch 2.5",
        "gpu executed jax 2.1",
        "tpu compiled jax 2.2 torch 2.3 with libtpu 0.1",
    ]
    row = columns(mixed_site / "matrix-table.html", "All functions")
    primitives = {one["Function"]: one[heads[0]] for one in row if one["Function"] in PRIMITIVES}
    assert primitives["jax.lax.q"] == "✓ 2/2 successjax 2.0"  # on a line of its own
    heads = Tables(mixed_site / "functions/torch/torch.g0.html").tables["Current status"][0]
    assert heads == [
        "Dtype",
        "cpu paperexecutedtorch 2.5last ran 2 Nov 2026",
        "tpu papercompiledtorch 2.3with libtpu 0.1last ran 8 Nov 2026",
    ]


def test_a_badge_names_its_builds_in_a_tooltip(mixed_site: Path) -> None:
    def tooltip(address: str) -> str:
        root = ElementTree.parse(mixed_site / f"{address}.svg").getroot()
        return root.findtext("{*}title", "")

    assert tooltip(target_badge_path("tpu")).endswith("compiled, with jax 2.2, torch 2.3 with libtpu 0.1")
    assert tooltip(function_badge_path("jax", "jax.numpy.f00")).endswith(", with jax 2.2, jax 2.1")
    assert tooltip(function_badge_path("jax", "jax.lax.q")).endswith(", with jax 2.0")


def test_programs_are_told_the_builds_of_each_figure(mixed_site: Path) -> None:
    targets = json.loads((mixed_site / "api/v1/targets.json").read_text())["targets"]
    made = {(one["target"], each["suite"], each["framework"]): each for one in targets for each in one["series"]}
    assert made["cpu", "harness", "jax"]["sources"] == [{"build": "jax==2.0", "compiler": ""}]
    assert made["tpu", "paper", "torch"]["sources"] == [{"build": "torch==2.3", "compiler": "libtpu==0.1"}]
    assert made["cpu", "paper", "torch"]["nightly"] == "2026-11-02T03:00:00Z"  # and no backfill
    functions = json.loads((mixed_site / "api/v1/functions.json").read_text())["functions"]
    (first,) = (one["sources"] for one in functions if one["function"] == "jax.numpy.f00")
    assert {target: found[0]["build"] for target, found in first.items()} == {
        "cpu": "jax==2.2",
        "gpu": "jax==2.1",
        "tpu": "jax==2.2",
    }
