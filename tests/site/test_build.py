"""The written site: what its pages say, where they link to, and that text from a run stays text."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.outcome_changes import INCIDENT_MIN_CASES, MIN_COVERAGE
from monitor.analysis.status.current_status import SeriesStatus, function_status, series_score, series_statuses
from monitor.analysis.status.scores import Portability
from monitor.formatting.humanize import deviation, duration, escape_invisible, percent
from monitor.formatting.urls import build_page, documentation_url, function_page, run_page, slug, target_page
from monitor.history.store import LoadedHistory
from monitor.model import Evidence, Outcome
from monitor.site.build import write_site
from monitor.site.incremental import MARKER, SiteError
from monitor.site.status_legend import CHANGE_KINDS, EVIDENCES, OUTCOMES, PORTABILITIES
from monitor.snapshot.snapshot import snapshot_of
from support.html_pages import Page
from support.site_history import (
    BIDI,
    GENERATED,
    IMAGE,
    LONG,
    LONG_NAME,
    NOTHING_SAID,
    PROJECT,
    SCRIPT,
    TEMPLATES,
    cases,
    script_of,
)


def series(
    recorded: LoadedHistory, target: str, framework: str, evidence: Evidence = Evidence.EXECUTED
) -> SeriesStatus:
    wanted = (target, framework, evidence)
    return next(one for one in series_statuses(recorded) if (one.target, one.framework, one.evidence) == wanted)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return {path.relative_to(site).as_posix(): Page(path) for path in site.rglob("*.html")}


def test_has_a_page_for_every_function_and_run(pages: dict[str, Page], recorded: LoadedHistory) -> None:
    single = ("index", "matrix", "matrix-table", "regressions", "failures", "changes", "study", "method", "hardware")
    groups = ("runs", "kernels", "targets", "builds")
    assert {f"{name}.html" for name in single} | {f"{name}/index.html" for name in groups} <= pages.keys()
    for item in recorded.runs:
        assert target_page(item.run.target) in pages
        assert item.run.build is None or build_page(item.run.framework, item.run.build) in pages
    assert {run_page(item.run.id) for item in recorded.runs} <= pages.keys()
    for one in series_statuses(recorded):
        if one.evidence is Evidence.REGISTERED:  # an operator is no function of the matrix
            assert {s.function for s in one.now}.isdisjoint(pages["matrix-table.html"].words.split())
            continue
        assert {
            function_page(one.framework, standing.function) for standing in (*one.now, *one.removed)
        } <= pages.keys()


def test_every_relative_link_and_fragment_leads_somewhere(site: Path, pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        for link in set(page.links()):
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme == "https"
                continue
            assert not link.startswith("/"), f"{address}: {link} leaves a sub-path"
            target = (site / address).parent.joinpath(unquote(parts.path)).resolve() if parts.path else site / address
            assert target.is_file(), f"{address}: {link}"
            if parts.fragment and "=" not in parts.fragment and target.suffix == ".html":  # else a view, for a script
                assert parts.fragment in pages[target.relative_to(site.resolve()).as_posix()].ids(), (
                    f"{address}: {link}"
                )


def test_ids_are_unique_and_headings_in_order(pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        assert len(page.ids()) == len(set(page.ids())), address
        levels = [int(tag[1]) for tag, _ in page.tags if tag in {"h1", "h2", "h3", "h4"}]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), address


def test_nothing_runs_but_scripts_of_our_own(pages: dict[str, Page]) -> None:
    ours = {
        "matrix.html": ("data/matrix.js", "assets/matrix.js"),
        "builds/index.html": ("assets/builds.js",),
        "hardware.html": ("assets/copy.js",),
    }
    for address, page in pages.items():
        scripts = [a for tag, a in page.tags if tag == "script" and a.get("type") != "application/json"]
        wanted = ("assets/copy.js",) if address.startswith("functions/") else ours.get(address, ())
        found = [(script["src"] or "").removeprefix("../" * address.count("/")) for script in scripts]
        assert found == ["assets/times.js", *wanted], address
        assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on") or key == "style"]
        assert not [tag for tag, _ in page.tags if tag == "style"]
        (policy,) = (a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
        assert policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_every_time_is_told_in_utc_and_to_programs_and_none_is_relative(site: Path) -> None:
    for path in site.rglob("*.html"):
        text = path.read_text()
        times = re.findall(r"<time([^>]*)>([^<]*)</time>", text)
        assert times, path
        for attributes, shown in times:
            assert re.fullmatch(r' datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"', attributes), path
            assert re.fullmatch(r"\d{1,2} [A-Z][a-z]{2} \d{4}(, \d\d:\d\d UTC)?", shown), path
        assert not re.search(r"\b(ago|yesterday|silent for)\b", re.sub(r"<[^>]*>", "", text)), path


def test_planted_markup_is_shown_as_text(pages: dict[str, Page]) -> None:
    night = pages["index.html"]
    assert SCRIPT in night.text
    assert IMAGE in night.text
    run = next(page for address, page in pages.items() if address.startswith("runs/2025") and LONG in page.text)
    assert f"evil{SCRIPT}" in run.text
    assert f"Tesla T4 {IMAGE}" in run.text
    images = {a["src"] for page in pages.values() for tag, a in page.tags if tag == "img"}
    assert {(src or "").rpartition("/")[2] for src in images} == {"icon.svg"}


def test_what_does_not_show_is_written_out(site: Path, pages: dict[str, Page]) -> None:
    page = pages[function_page("torch", LONG_NAME)]
    assert r"safe \u202egpj.exe\u202c and \u200binvisible \x07 bell" in page.text
    for path in site.rglob("*.html"):
        assert not set(path.read_text(encoding="utf-8")) & set("\u202e\u202c\u200b\x07"), path
    assert escape_invisible("\ud800\ufdd0") == r"\ud800\ufdd0"
    assert escape_invisible("naïve 数学 ✓") == "naïve 数学 ✓"
    assert escape_invisible(BIDI) == r"safe \u202egpj.exe\u202c and \u200binvisible \x07 bell"


def test_tonight_says_what_changed_by_cause(pages: dict[str, Page]) -> None:
    words = pages["index.html"].words
    assert "3 ↓ regressed 1 ↑ fixed 2 ⇄ changed 1 ≈ unconfirmed 1 + added 5 − removed" in words
    tonight = words.partition("Latest changes")[2].partition("Earlier this week")[0]
    assert "torch 2.4.0.dev20251105+cpu compared with torch==2.3.0.dev20251104+cpu" in tonight
    assert "↓ regressed 1 case pass → mismatch on cpu-x86 torch.cat <script>alert(1)</script>" in tonight
    assert "28 cases pass → error on gpu-t4" in tonight  # of one build, with one message: one cause
    assert "no CUDA driver" in tonight
    week = words.partition("Earlier this week")[2]
    assert "unsupported → pass on apple-mps, registered torch.ops.aten.linalg_eig" in week  # seen the night before last


def test_tonight_says_incidents_first(pages: dict[str, Page]) -> None:
    words = pages["index.html"].words
    assert "3 incidents" in words
    assert words.index("3 incidents") < words.index("Portability The share")
    assert "28 of 60 cases regressed at once: one cause, not 28" in words
    assert "only 30 of 60 cases were observed" in words


def test_tonight_has_a_figure_and_its_trend_for_each_framework_and_target(site: Path, pages: dict[str, Page]) -> None:
    words = pages["index.html"].words
    place = words.partition("gpu-t4 gpu-t4 5 Nov 2025")[2]
    assert "PyTorch 86.7 % 4 runs: from 86.7 % with torch==2.0.0.dev20251101+cpu to 86.7 %" in place
    assert "● executed, 15 functions of paper, last known" in place
    assert "TensorFlow not tested yet" in place
    assert '<polyline points="' in (site / "index.html").read_text()


def test_tonight_says_which_hardware_is_silent(pages: dict[str, Page]) -> None:
    silent = pages["index.html"].words.partition("No recent results")[2].partition("Portability")[0]
    assert "tpu-v5e ! no recent results JAX paper (compiled) since 4 Nov 2025" in silent
    assert "never-seen ? never observed" in silent
    assert "cpu-x86" not in silent


def test_evidences_are_not_mixed(recorded: LoadedHistory, pages: dict[str, Page]) -> None:
    executed, compiled = (series(recorded, "tpu-v5e", "jax", evidence) for evidence in list(Evidence)[:2])
    assert (series_score(executed).judged, series_score(compiled).judged) == (1, 15)
    split = function_status(s for one in (executed, compiled) for s in one.now if s.function == "jax.random.split")
    assert (split.evidence, split.others, split.passed, split.judged) == (Evidence.EXECUTED, (Evidence.COMPILED,), 2, 2)
    assert "✓ 2/2 success executed; also compiled" in pages["matrix-table.html"].words


def test_a_target_whose_runner_is_silent_keeps_what_compiles(recorded: LoadedHistory) -> None:
    executed, compiled = (
        [s for s in series(recorded, "tpu-v5e", "jax", evidence).now if s.function == "jax.random.split"]
        for evidence in list(Evidence)[:2]
    )
    later = [replace(s, run=replace(s.run, started="2025-11-30T03:00:00Z")) for s in compiled]
    assert function_status([*executed, *compiled]).evidence is Evidence.EXECUTED
    assert (function_status([*executed, *later]).evidence, function_status([*executed, *later]).others) == (
        Evidence.COMPILED,
        (Evidence.EXECUTED,),
    )


def test_a_compiled_case_shows_its_stage_and_what_the_compiler_knows(pages: dict[str, Page]) -> None:
    words = pages["functions/jax/jax.nn.relu.html"].words
    assert "tpu-v5e paper · compiled" in words
    # 4.58 Gflop at 197 TFLOP/s take longer than 1.5 MB at 819 GB/s.
    assert "2 4.58 Gflop 1.50 MB 1.67 MB 687 kB 250 ms 23.2 µs" in words.replace("\u202f", " ")
    assert "at lower: no rule for the platform" in pages["functions/jax/jax.numpy.linalg.eig.html"].words


def test_tables_of_kernels_stand_side_by_side_on_a_page(pages: dict[str, Page]) -> None:
    assert "PyTorch apple-mps torch 2.3.0.dev20251104+cpu 2 of 3 66.7 %" in pages["kernels/index.html"].words
    words = pages["kernels/torch.html"].words
    assert "3 operators in the newest builds, looked up and not run. There: the platform has a kernel" in words
    assert "pass" not in words.partition("Missing or unknown 1")[2]  # nothing ran, so nothing is right
    assert "torch.ops.aten._cudnn_rnn not there no kernel for MPS Available 2" in words
    assert "torch.ops.aten._foobar last in torch 2.2.0.dev20251103+cpu" in words.partition("Removed 1")[2]
    assert "since torch 2.2.0.dev20251103+cpu" in words  # linalg_eig came with that build
    assert "3 operators of kernels" in pages["index.html"].words


def test_a_case_keeps_what_is_known_and_says_since_when(recorded: LoadedHistory, pages: dict[str, Page]) -> None:
    known = {standing.case: standing for standing in series(recorded, "cpu-x86", "torch").now}
    cat = known["torch/torch.cat/eager-float32"]
    assert [(turn.before, turn.after) for turn in cat.turns] == [
        (None, Outcome.PASS),
        (Outcome.PASS, Outcome.MISMATCH),
    ]
    words = pages[function_page("torch", "torch.cat")].words
    assert "≠ mismatch since torch 2.4.0.dev20251105+cpu rerun: mismatch, mismatch" in words
    assert "Last known. The newest run has no result: torch 2.4.0 does not install" in words
    cut = series(recorded, "cpu-x86", "tensorflow").now
    assert all(standing.outcome.known for standing in cut)
    assert len({standing.run.id for standing in cut}) == 2
    assert (
        "no result since tf-nightly-cpu 2.3.0.dev20251104+cpu"
        in pages[function_page("tensorflow", "tf.strings.join")].words
    )


def test_a_history_strip_has_a_mark_a_run(pages: dict[str, Page], recorded: LoadedHistory) -> None:
    torch = series(recorded, "cpu-x86", "torch")
    assert torch.strip_of("torch/torch.cat/eager-float32") == (*[Outcome.PASS] * 4, Outcome.MISMATCH)
    assert torch.strip_of("torch/torch.new_function/eager-float32") == (*[None] * 4, Outcome.PASS)
    words = pages[function_page("torch", "torch.new_function")].words
    assert "eager-float32 ·not run ·not run ·not run ·not run ✓pass" in words
    assert "Case 2.0.0.dev20251101+cpu 2.1.0.dev20251102+cpu" in words


def test_a_function_that_left_the_suite_keeps_its_page(pages: dict[str, Page]) -> None:
    words = pages[function_page("torch", "torch.sparse.mm")].words
    assert "No longer in the suite compiled-float32 last ✓ pass with torch 2.3.0.dev20251104+cpu" in words
    assert "✓ 4/4 success" in pages["matrix-table.html"].words.partition(" torch.sparse.mm ")[2]  # where it still is


def test_the_study_is_quoted_where_the_catalog_has_it(pages: dict[str, Page]) -> None:
    assert "Called 5,211 times in 3,001 files Stratum top 20 GPU (T4), 2023 ✓ success TPU (v3), 2023 ◐ partial" in (
        pages[function_page("torch", "torch.cat")].words
    )
    assert "Called 1 time in 3,001 files" in pages[function_page("jax", "jax.numpy.dot")].words
    assert "study" not in pages[function_page("torch", "torch.add")].text
    assert "Instead: torch.add." in pages[function_page("torch", "torch.fft.fft")].words


def test_a_function_shows_each_dtype_on_each_target(pages: dict[str, Page]) -> None:
    words = pages[function_page("torch", "torch.linalg.svd")].words
    cpu, gpu = "torch 2.4.0.dev20251105+cpu", "torch 2.3.0.dev20251104+cpu"
    heads = f"cpu-x86 paper executed {cpu} last ran 5 Nov 2025 gpu-t4 paper executed {gpu} last ran 4 Nov 2025"
    assert f"Current status Dtype {heads} all ◐ partial 3 of 4 ◐ partial 3 of 4" in words
    assert "bfloat16 ✗ 0/1 failure ✗ 0/1 failure float32 ✓ 3/3 success ✓ 3/3 success" in words


def test_a_function_is_drawn_over_its_builds(site: Path, pages: dict[str, Page]) -> None:
    page = pages[function_page("torch", "torch.cat")]
    charts = [a["aria-label"] for tag, a in page.tags if tag == "svg" and a.get("aria-label")]
    assert any(label and label.startswith("eager-float32, 4 measurements: ") for label in charts)
    text = (site / function_page("torch", "torch.cat")).read_text()
    assert "regressed: pass → mismatch with torch 2.4.0.dev20251105+cpu" in text  # the mark where it turned
    strip = [a["title"] for tag, a in page.tags if tag == "td" and a.get("title")]
    assert SCRIPT in strip


def test_a_function_names_its_regressions(pages: dict[str, Page]) -> None:
    words = pages[function_page("torch", "torch.add")].words
    assert "↓ open 1 case PyTorch on cpu-x86, since torch 2.4.0.dev20251105+cpu" in words


def test_a_regression_has_a_page_of_its_own(pages: dict[str, Page]) -> None:
    listed = [link for link in pages["regressions.html"].links() if link.startswith("regressions/")]
    assert {*listed} == {address for address in pages if address.startswith("regressions/")}
    words = next(pages[link].words for link in listed if "torch.add eager-float32" in pages[link].words)
    assert "Last good torch 2.3.0.dev20251104+cpu First bad torch 2.4.0.dev20251105+cpu" in words
    assert "opened, 1 case on cpu-x86 with torch 2.4.0.dev20251105+cpu" in words
    assert "portability repro torch/torch.add/eager-float32 --run" in words


def test_a_build_tells_what_it_changed_and_its_neighbours(pages: dict[str, Page], recorded: LoadedHistory) -> None:
    (run,) = (item.run for item in recorded.runs if item.run.notes)
    assert run.build
    words = pages[build_page("torch", run.build)].words
    assert "‹ torch 2.3.0.dev20251104+cpu" in words
    assert "↑ fixed 1 case unsupported → pass on cpu-x86 torch.linalg.eig" in words
    assert "torch.add eager-float32 cpu-x86 ✓ pass → † crash" in words


def test_a_target_tells_its_machine_and_what_it_lacks(pages: dict[str, Page]) -> None:
    words = pages[target_page("cpu-x86")].words
    assert "A plain CPU, last observed 5 Nov 2025" in words
    assert "device Tesla T4" in words.partition("Environment of the last run")[2]
    assert "Noise" in words
    tpu = pages[target_page("tpu-v5e")]
    assert "jax.numpy.linalg.eig ✗ failure jax 2.3.0.dev20251104+cpu – no rule for the platform <script>" in tpu.words
    assert "matrix.html#on=tpu-v5e&unlike=cpu-x86" in [link.removeprefix("../") for link in tpu.links()]
    assert "No run of this target is recorded yet." in pages[target_page("never-seen")].words


def test_the_study_stands_beside_tonight(pages: dict[str, Page]) -> None:
    words = pages["study.html"].words
    assert "GPU (T4), 2023 study – 1 100 %" in words
    assert "PyTorch on cpu-x86 3 cases" in words  # torch.cat alone is of the study here, and one of its cases fails


def test_a_function_tells_what_is_known_of_it_and_what_to_write_instead(pages: dict[str, Page]) -> None:
    page = pages[function_page("torch", "torch.linalg.svd")]
    assert "Known issues needs 32 bits Instead: float32 with x.float() <script>" in page.words
    assert "Known of it" not in pages[function_page("torch", "torch.cat")].words


def test_a_run_page_has_its_environment_and_packages(pages: dict[str, Page], recorded: LoadedHistory) -> None:
    run = next(item.run for item in recorded.runs if item.run.notes)
    words = pages[run_page(run.id)].words
    for expected in ("a note <script>", "device Tesla T4", "ab" * 32, "0123456789" * 4, "before, 1.04 ms after"):
        assert expected in words, expected


def test_the_method_quotes_the_constants(pages: dict[str, Page]) -> None:
    words = pages["method.html"].words
    assert f"less than {MIN_COVERAGE * 100:g} % of" in words
    assert f"at least {INCIDENT_MIN_CASES}, start to fail at once" in words
    for signs in (OUTCOMES, PORTABILITIES, CHANGE_KINDS, EVIDENCES):
        assert all(f"{sign.symbol} {sign.word} {sign.meaning}" in words for sign in signs.values())


def test_every_value_has_a_sign_of_its_own() -> None:
    for kind, signs in (
        (Outcome, OUTCOMES),
        (Portability, PORTABILITIES),
        (ChangeKind, CHANGE_KINDS),
        (Evidence, EVIDENCES),
    ):
        assert {value: sign.word for value, sign in signs.items()} == {value: value.value for value in kind}
        assert len({sign.symbol for sign in signs.values()}) == len(signs)


def test_data_has_every_case_once(site: Path, recorded: LoadedHistory) -> None:
    data = json.loads((site / "data/outcomes.json").read_text())
    assert data["format"] == 1
    assert data["generated"] == "2025-11-07T06:00:00Z"
    assert len(data["outcomes"]) == sum(len(one.now) for one in series_statuses(recorded))
    cat = next(
        row for row in data["outcomes"] if (row["target"], row["case"]) == ("cpu-x86", "torch/torch.cat/eager-float32")
    )
    assert cat["outcome"] == "mismatch"
    assert cat["message"] == SCRIPT
    assert cat["since"] == "2025-11-05T03:10:07Z"
    assert cat["build"] == "torch==2.4.0.dev20251105+cpu"
    with (site / "data/outcomes.csv").open(newline="") as file:
        assert [*csv.DictReader(file)] == data["outcomes"]


def test_the_next_build_replaces_the_site_and_nothing_else(recorded: LoadedHistory, tmp_path: Path) -> None:
    directory = tmp_path / "public"
    nothing = snapshot_of(LoadedHistory((), recorded.observations.iloc[:0]))
    first = write_site(nothing, NOTHING_SAID, directory, templates=TEMPLATES, generated=GENERATED)
    assert first == directory / "index.html"
    (directory / "stale.html").write_text("old")
    write_site(snapshot_of(recorded), PROJECT, directory, templates=TEMPLATES, generated=GENERATED)
    assert not (directory / "stale.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["public"]

    foreign = tmp_path / "home"
    foreign.mkdir()
    write_site(
        nothing, NOTHING_SAID, foreign, templates=TEMPLATES, generated=GENERATED
    )  # an empty directory is nobody's
    (foreign / MARKER).unlink()
    with pytest.raises(SiteError, match="home: holds files that are not a site of the monitor"):
        write_site(snapshot_of(recorded), NOTHING_SAID, foreign, templates=TEMPLATES, generated=GENERATED)
    assert (foreign / "index.html").exists()


def test_a_failing_build_leaves_the_old_site(recorded: LoadedHistory, tmp_path: Path) -> None:
    directory = tmp_path / "public"
    write_site(snapshot_of(recorded), NOTHING_SAID, directory, templates=TEMPLATES, generated=GENERATED)
    before = (directory / "index.html").read_bytes()

    def broken(case: str, seen: str) -> str:
        raise KeyError(case)

    with pytest.raises(KeyError):
        write_site(
            snapshot_of(recorded),
            replace(NOTHING_SAID, script=broken),
            directory,
            templates=TEMPLATES,
            generated=GENERATED,
            base="https://moved.example/",  # so that every page is made anew
        )
    assert (directory / "index.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


def test_an_empty_history_makes_a_site(recorded: LoadedHistory, tmp_path: Path) -> None:
    nothing = snapshot_of(LoadedHistory((), recorded.observations.iloc[:0]))
    index = write_site(nothing, NOTHING_SAID, tmp_path / "public", templates=TEMPLATES, generated=GENERATED)
    assert "No run has been recorded yet." in Page(index).text


@pytest.mark.parametrize("name", ["..", ".", "../../etc/passwd", "", "a/b", "x" * 300, ".hidden", "a\nb", "\ud800"])
def test_no_name_leaves_its_folder(name: str) -> None:
    part = slug(name)
    assert part == slug(name)
    assert "/" not in part
    assert part.strip(".")
    assert len(part) < 200
    assert part.isascii()
    assert part != slug(name + "x")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("torch.cat", "https://docs.pytorch.org/docs/main/generated/torch.cat.html"),
        ("torch.Tensor.add_", "https://docs.pytorch.org/docs/main/generated/torch.Tensor.add_.html"),
        (
            "torch.nn.Module.state_dict",
            "https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.state_dict",
        ),
        (
            "torch.utils.data.DataLoader",
            "https://docs.pytorch.org/docs/main/data.html#torch.utils.data.DataLoader",
        ),
        ("jax.numpy.dot", "https://docs.jax.dev/en/latest/_autosummary/jax.numpy.dot.html"),
        ("tf.nn.conv2d", "https://www.tensorflow.org/api_docs/python/tf/nn/conv2d"),
        ("tf.Module.name_scope", "https://www.tensorflow.org/api_docs/python/tf/Module#name_scope"),
        ("flax.linen.Dense", ""),
        ("torch.<script>", ""),
    ],
)
def test_documentation_follows_each_frameworks_rule(name: str, address: str) -> None:
    assert documentation_url(name) == address


def test_figures_have_units_and_sensible_digits() -> None:
    assert [duration(value) for value in (None, 0.0123, 1.204, 12.34, 999.4, 999.7, 84_021.0, 6.1e7)] == [
        "–", "0.01\u202fµs", "1.20\u202fµs", "12.3\u202fµs", "999\u202fµs", "1.00\u202fms", "84.0\u202fms",
        "61.0\u202fs",
    ]  # fmt: skip
    assert [deviation(value) for value in (0.0, 1.234e-7, 3.0, float("inf"), float("nan"))] == [
        "0", "1.2e-07", "3", "∞", "–",
    ]  # fmt: skip
    assert [percent(share) for share in (None, 0.0, 1e-6, 0.875, 0.99999, 1.0)] == [
        "–", "0\u202f%", "0.1\u202f%", "87.5\u202f%", "99.9\u202f%", "100\u202f%",
    ]  # fmt: skip


def test_what_does_not_pass_shows_its_script(pages: dict[str, Page], recorded: LoadedHistory) -> None:
    shown = 0
    for one in series_statuses(recorded):
        for standing in one.now if one.evidence is not Evidence.REGISTERED else ():
            if standing.outcome.known and standing.outcome is not Outcome.PASS and (script := script_of(standing.case)):
                assert script in pages[function_page(one.framework, standing.function)].text
                shown += 1
    assert shown > 10
    assert "portability repro torch/torch.cat/case --run" in pages[function_page("torch", "torch.cat")].words


def test_a_function_that_works_shows_its_plainest_case(pages: dict[str, Page]) -> None:
    page = pages[function_page("tensorflow", "tf.add")]
    shown = [case for case in cases("tensorflow") if script_of(case) and script_of(case) in page.text]
    assert shown == ["tensorflow/tf.add/eager-float32"]
    assert "portability repro tensorflow/tf.add/eager-float32 --run" in page.words
