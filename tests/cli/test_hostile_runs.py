"""Whatever a run file holds, it is refused by its field, or every later command works and nothing of it is active."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from monitor.cli import app
from monitor.formats.run_file import SCHEMA
from monitor.formatting.humanize import NARROW_SPACE
from monitor.pipeline import snapshots
from support.fake_github import REPOSITORY, FakeGitHub

DEFINITIONS = json.loads(SCHEMA.read_text())["$defs"]
CASES = [f"jax/jax.lax.f{number}/eager-float32" for number in range(8)]
NIGHTS = 7
# Each would do something, were it not kept from it; `planted` is how it is found again.
ACTIVE = [
    "<planted-tag onplanted=alert(1)>",
    "\"'><planted-tag onplanted=alert(1)><a href=javascript:planted()>x</a>",
    "</script></style></td></table></title><planted-tag>",
    "]]><planted-tag/><!--",
    "&lt;planted-tag&gt; &#60;planted-tag&#62;",
    "[planted](javascript:planted()) ![planted](https://planted.example/x.png)",
    "https://planted.example www.planted.example planted@planted.example",
    "@planted @planted/team fixes #1, planted/planted#2, GH-3",
    "990e6a0b84138346e6a38785412f36356e0e5dc3",
    "a | planted | \\| b \\",
    "``` ` `` <planted-tag> ```",
    "# planted",
    "::error file=planted::x",
    "##[command]planted",
    "=HYPERLINK(planted)",
    "+planted",
    "-planted",
    "@SUM(planted)",
    "'=planted",
    "{{ planted }} {% raw %} ${{ planted }} $(planted) %s %(planted)s",
    "\u0e49" * 1000,
    "x" * 1000,
    "\U0001f680 é漢 µ",
    "None",
    "nan",
    ",",
    '"',
]
HIDDEN = ["\x1b[31mplanted", "a\u202eplanted", "a\u200b", "a\nb", "\ud800", "\u00a0", "\ufe0f", "\t=planted"]


def edges(schema: dict[str, Any], *, bad: bool) -> st.SearchStrategy[Any]:
    """Values at the edges of a number, and just beyond them."""
    low, high = schema["minimum"], schema["maximum"]
    whole = schema["type"] == "integer"
    inside = [low, high, low + 1, high - 1] if whole else [low, high, low * 1.001, high * 0.999, (low + high) / 2]
    beyond = [low - 1, high + 1] if whole else [-1.0, high * 2, 1e308, 5e-324]
    return st.sampled_from(inside) | st.sampled_from(beyond) if bad else st.sampled_from(inside)


def text(*, bad: bool) -> st.SearchStrategy[str]:
    return st.sampled_from(ACTIVE + HIDDEN) if bad else st.sampled_from(ACTIVE)


def numbers(name: str, *, bad: bool) -> st.SearchStrategy[dict[str, Any]]:
    """All the numbers of a part of the schema."""
    fields = {
        key: edges(schema, bad=bad) for key, schema in DEFINITIONS[name]["properties"].items() if "minimum" in schema
    }
    return st.fixed_dictionaries(fields)


@st.composite
def latencies(draw: st.DrawFn, *, bad: bool) -> dict[str, Any]:
    found = draw(numbers("latency", bad=bad))
    if found["minimum"] > found["median"]:
        found["minimum"], found["median"] = found["median"], found["minimum"]
    return found


@st.composite
def sides(draw: st.DrawFn, build: str) -> dict[str, Any]:
    time = DEFINITIONS["side"]["properties"]["latencies"]["items"]
    slow = draw(st.sampled_from([time["minimum"], time["maximum"], 1.0]))
    count = draw(st.sampled_from([15, 15, 15, 3]))
    return {"build": build, "outcomes": ["pass"] * count, "latencies": [slow] * count}


@st.composite
def observations(draw: st.DrawFn, case: str, *, bad: bool) -> dict[str, Any]:
    outcome = draw(st.sampled_from(["pass", "pass", "error", "mismatch", "timeout", "blocked"]))
    found: dict[str, Any] = {
        "case": case,
        "outcome": outcome,
        "message": draw(text(bad=bad)),
        "declared_limit": draw(text(bad=bad)),
    }
    if draw(st.booleans()):
        found |= {"first_outcome": outcome, "retries": [{"outcome": outcome, "message": draw(text(bad=bad))}] * 2}
    found["error"] = draw(numbers("error", bad=bad))
    if outcome == "pass":
        figure = DEFINITIONS["digest"]["properties"]["figures"]["items"]
        found |= {
            "latency": draw(latencies(bad=bad)),
            "digest": {"exact": "00ff00ff", "figures": draw(st.lists(edges(figure, bad=bad)))},
        }
    return found


@st.composite
def files(draw: st.DrawFn, night: int) -> list[dict[str, Any]]:
    """A run file of a night: well formed, and at the edges of what it may hold."""
    version, before = f"0.10.{night}", f"jax==0.10.{night - 1}"
    started = f"2026-11-{night:02}T03:00:00Z"
    bad = draw(st.sampled_from([False, False, False, True]))
    run = {
        "id": f"202611{night:02}T030000Z-{night:06x}",
        "started": draw(st.sampled_from([started, "2026-02-31T03:00:00Z", "2999-01-01T03:00:00Z"])) if bad else started,
        "target": "cpu",
        "framework": "jax",
        "suite": "paper",
        "build": {"distribution": "jax", "version": version, "channel": "release", "why": draw(text(bad=bad))},
        "cases": CASES,
        "notes": [draw(text(bad=bad))],
        "environment": {
            "host.cpu": draw(text(bad=bad)),
            "device.name": draw(text(bad=bad)),
            "device.flavour": draw(text(bad=bad)),
        },
    }
    lines: list[dict[str, Any]] = [{"format": 1, "run": run}]
    lines += [{"observation": draw(observations(case, bad=bad))} for case in CASES]
    for case, reason in zip(CASES, ["turned", "suspect", *["control"] * 6], strict=True):
        good, new = draw(sides(before)), draw(sides(f"jax=={version}"))
        lines.append({"comparison": {"case": case, "reason": reason, "good": good, "new": new}})
    calibration = draw(edges(DEFINITIONS["end"]["properties"]["calibration"]["items"], bad=bad))
    end = {"finished": started, "calibration": [calibration], "notes": [draw(text(bad=bad))]}
    return [*lines, {"end": end}]


class Outline(HTMLParser):
    """Parser that collects the active parts of a page: tags, attributes, addresses, and text outside of code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.active: list[str] = []
        self.text: list[str] = []
        self._code = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag in ("code", "pre")
        self.active.append(tag)
        for name, value in attrs:
            self.active.append(name)
            if name in ("href", "src", "action", "style"):
                self.active.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in ("code", "pre")

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.text.append(data)


def check_page(page: str, where: str) -> None:
    active = " ".join(Outline(page).active)
    assert not re.search(r"planted-tag|onplanted|javascript:|planted\.example", active), where


def check_markdown(page: str, where: str) -> None:
    """Nothing of a run is outside of code, where GitHub looks for names and numbers."""
    check_page(page_of(page), where)
    shown = Outline(page_of(page))
    assert not re.search(r"planted|@|#\d|GH-\d|990e6a0b", " ".join(shown.text)), (where, shown.text)
    cells = {len(re.findall(r"<t[dh]", row)) for row in re.findall(r"<tr>.*?</tr>", page_of(page), re.DOTALL)}
    assert len(cells) <= 2, where  # as many as columns: news and slowdowns both have five


def page_of(markdown: str) -> str:
    found: str = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
    return found


def check_terminal(output: str, where: str) -> None:
    hidden = {one for one in output if one not in f"\n{NARROW_SPACE}" and not one.isprintable()}
    assert not hidden, (where, hidden)
    commands = [line for line in output.splitlines() if line.lstrip().startswith(("::", "##["))]
    assert not commands, (where, commands)  # what GitHub would take for a command of the workflow


def check_table(content: str, where: str) -> None:
    for row in csv.reader(io.StringIO(content, newline="")):
        for cell in row:
            assert not re.match(r"[=+\-@\t\r](?!\d)", cell), (where, cell)


def check_feed(content: bytes, where: str) -> None:
    for element in ElementTree.fromstring(content).iter():
        check_page(element.text or "", where) if element.get("type") == "html" else None
        assert "planted" not in element.tag, where
        assert not any("javascript:" in value for value in element.attrib.values()), where


def check_site(site: Path) -> None:
    for path in (path for path in site.rglob("*") if path.is_file()):
        where = str(path.relative_to(site))
        match path.suffix:
            case ".html" | ".svg":
                check_page(path.read_text(), where)
            case ".csv":
                check_table(path.read_text(), where)
            case ".xml" | ".atom":
                check_feed(path.read_bytes(), where)
            case ".json":
                json.loads(path.read_text(), parse_constant=pytest.fail)


def commands(out: Path) -> Iterator[tuple[str, bool]]:
    """Every command that reads a history, and whether it answers in Markdown."""
    yield from (
        (name, False)
        for name in ("changes", "changes --json", "regressions", "changes --group", "flaky", "changepoints")
    )
    yield from (
        (f"{name} --markdown", True) for name in ("changes", "regressions", "failures", "changes --group", "flaky")
    )
    yield from ((name, False) for name in ("scores", "failures", "history show jax.lax.f0", "history retracted"))
    yield f"plan --target cpu --framework jax --suite paper --out {out / 'plan'}", False
    yield f"notify --dry-run --repository {REPOSITORY}", False
    yield f"site --site {out / 'site'} --site-url https://example.org/", False


@pytest.mark.no_cover  # it calls every reading command, which other tests cover, for each example
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # a site is built for each example: to shrink one would take an hour
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_a_hostile_run_is_refused_by_its_field_or_harms_nothing(
    tmp_path_factory: pytest.TempPathFactory, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    monkeypatch.setattr(snapshots, "SHIPPED_HISTORY", folder / "nothing")
    monkeypatch.chdir(folder)
    paths = []
    for night in range(1, NIGHTS + 1):
        lines = data.draw(files(night))
        paths.append(folder / f"{night}.jsonl")
        paths[-1].write_text("".join(json.dumps(line) + "\n" for line in lines))
    recorded = CliRunner().invoke(app, ["record", *map(str, paths), "--history", str(folder / "history")])
    refused = [line for line in recorded.output.splitlines() if line.startswith("refused: ")]
    for line in refused:
        assert re.match(r"refused: \S+\.jsonl:\d+: (run|observation|name|comparison|end)[.\w-]*: ", line), line
    assert recorded.exit_code == (2 if refused else 0), recorded.output
    assert len(refused) < NIGHTS
    assert "recorded as" in recorded.output
    check_terminal(recorded.output, "record")
    for command, markdown in commands(folder):
        done = CliRunner().invoke(app, [*shlex.split(command), "--history", str(folder / "history")])
        if done.exit_code != 0 and done.exc_info:
            raise AssertionError(command, done.output) from done.exc_info[1]
        if command.startswith("notify") or not markdown:
            check_terminal(done.output, command)
        if markdown:
            check_markdown(done.output, command)
    check_site(folder / "site")
    for path in (folder / "history").glob("[os]*/**/*.csv"):
        check_table(path.read_text(), path.name)
