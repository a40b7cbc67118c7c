"""The pages show what the history holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from monitor.analysis.outcomes.outcome_changes import INCIDENT_MIN_CASES, MIN_COVERAGE
from monitor.analysis.status.current_status import SeriesStatus, function_status, series_score, series_statuses
from monitor.formatting.urls import build_page, function_page, run_page, target_page
from monitor.history.store import LoadedHistory
from monitor.model import Evidence, Outcome
from monitor.site.status_legend import CHANGE_KINDS, EVIDENCES, OUTCOMES, PORTABILITIES
from support.html_pages import Page
from support.site_history import (
    SCRIPT,
    cases,
    script_of,
)


def series(
    recorded: LoadedHistory, target: str, framework: str, evidence: Evidence = Evidence.EXECUTED
) -> SeriesStatus:
    wanted = (target, framework, evidence)
    return next(one for one in series_statuses(recorded) if (one.target, one.framework, one.evidence) == wanted)


def test_changes_are_grouped_by_cause(pages: dict[str, Page]) -> None:
    words = pages["changes.html"].words
    assert "3 ↓ regressed 1 ↑ fixed 2 ⇄ changed 1 ≈ unconfirmed 1 + added 5 − removed" in words
    tonight = words.partition("Latest changes")[2].partition("Earlier this week")[0]
    assert "torch 2.4.0.dev20251105+cpu compared with torch==2.3.0.dev20251104+cpu" in tonight
    assert "↓ regressed 1 case pass → mismatch on cpu-x86 torch.cat <script>alert(1)</script>" in tonight
    assert "28 cases pass → error on gpu-t4" in tonight  # of one build, with one message: one cause
    assert "no CUDA driver" in tonight
    week = words.partition("Earlier this week")[2]
    assert "unsupported → pass on apple-mps, registered torch.ops.aten.linalg_eig" in week  # seen the night before last


def test_the_first_page_says_the_changes_as_sentences(pages: dict[str, Page]) -> None:
    news = pages["index.html"].words.partition("Latest changes")[2].partition("Health of the monitor")[0]
    build = "torch 2.4.0.dev20251105+cpu, compared with torch 2.3.0.dev20251104+cpu,"
    assert f"5 Nov 2025 ↓ {build} broke 3 cases of 3 functions on A plain CPU: torch.add," in news
    assert f"5 Nov 2025 ↑ {build} fixed 1 case of 1 function on A plain CPU: torch.linalg.eig." in news
    assert "fixed 1 operator on apple-mps (registered): torch.ops.aten.linalg_eig." in news
    assert news.index("broke") < news.index("fixed") < news.index("changed the failures of") < news.index("3 Nov 2025")
    assert "broke 28 cases" not in news  # they are one incident


def test_the_first_page_has_a_figure_of_functions_that_nobody_calls(pages: dict[str, Page]) -> None:
    figures = (
        pages["index.html"].words.partition("A plain CPU")[2].partition("Latest changes")[0].replace("\u202f", " ")
    )
    assert (
        "TensorFlow 86.7 % of 15 tested functions work none is called by the counted packages; ● executed," in figures
    )


def test_health_has_incidents_and_the_first_page_one_line(pages: dict[str, Page]) -> None:
    words = pages["health.html"].words
    assert "3 incidents" in words
    assert "28 of 60 cases regressed at once: one cause, not 28" in words
    assert "only 30 of 60 cases were observed" in words
    assert "Health of the monitor: 3 incidents, no recent results of gpu-t4. Details" in pages["index.html"].words


def test_each_target_has_a_figure_and_its_trend(site: Path, pages: dict[str, Page]) -> None:
    words = pages["targets/index.html"].words
    place = words.partition("gpu-t4 gpu-t4 5 Nov 2025")[2]
    assert "PyTorch 86.7 % 4 runs: from 86.7 % with torch==2.0.0.dev20251101+cpu to 86.7 %" in place
    assert "● executed, 15 functions of paper, last known" in place
    assert "TensorFlow not tested yet" in place
    assert '<polyline points="' in (site / "targets/index.html").read_text()


def test_hardware_is_silent_only_if_it_executed(pages: dict[str, Page]) -> None:
    words = pages["health.html"].words
    silent, _, outdated = words.partition("No recent results")[2].partition("Not renewed")
    assert "never-seen ? never observed" in silent
    assert "cpu-x86" not in silent
    assert "(compiled)" not in silent
    assert "tpu-v5e: JAX paper (compiled) since 4 Nov 2025" in outdated


def test_evidences_are_not_mixed(recorded: LoadedHistory, pages: dict[str, Page]) -> None:
    executed, compiled = (series(recorded, "tpu-v5e", "jax", evidence) for evidence in list(Evidence)[:2])
    assert (series_score(executed, {}).judged, series_score(compiled, {}).judged) == (1, 15)
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
    assert "3 operators of the newest builds. Nothing was run. There: the platform has a kernel" in words
    assert "pass" not in words.partition("Missing or unknown 1")[2]  # nothing ran, so nothing is right
    assert "torch.ops.aten._cudnn_rnn not there no kernel for MPS Available 2" in words
    assert "torch.ops.aten._foobar last in torch 2.2.0.dev20251103+cpu" in words.partition("Removed 1")[2]
    assert "since torch 2.2.0.dev20251103+cpu" in words  # linalg_eig came with that build
    assert "2 of 3 operators have a kernel ○ registered, nothing ran" in pages["index.html"].words


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
    assert "Known issues and alternatives needs 32 bits Instead: float32 with x.float() <script>" in page.words
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
