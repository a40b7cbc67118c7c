"""The page of trust counts what the history and the reviewed files hold, and invents nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.analysis.status.current_status import SeriesStatus
from monitor.formats.toml_reader import FieldError
from monitor.model import Evidence, Function
from monitor.pipeline.locations import TRIAGE, UPSTREAM_REPORTS
from monitor.site.pages.trust import trust_page
from monitor.site.upstream_reports import ReportState, UpstreamReport, load_upstream_reports, state_counts
from monitor.snapshot.snapshot import Snapshot
from support.html_pages import Page
from support.site_history import GENERATED

NAME = "jax-max-loses-nan.md"


def test_a_night_counts_once_and_old_builds_do_not(material: Snapshot) -> None:
    found = trust_page((), {}, material.nights, (), (), None, GENERATED)
    nights = {(one.target, one.framework, one.evidence): (one.nights, one.possible) for one in found.coverage}
    assert nights["cpu-x86", "torch", Evidence.EXECUTED] == (5, 7)  # the nights of 1 to 5 November; it is the 7th
    assert nights["gpu-t4", "torch", Evidence.EXECUTED] == (4, 7)  # the last night did not install
    assert nights["tpu-v5e", "jax", Evidence.COMPILED] == (4, 7)


def test_compiled_functions_are_compared_with_the_study_of_the_same_tpu(material: Snapshot) -> None:
    (compiled,) = (one for one in material.series if one.evidence is Evidence.COMPILED)
    tpu = replace(compiled, target="tpu-v3")
    catalog = {
        "jax.numpy.add": Function("jax.numpy.add", "jax", "add", study_tpu="success"),
        "jax.numpy.dot": Function("jax.numpy.dot", "jax", "dot", study_tpu="failure"),
    }

    def study(series: SeriesStatus) -> tuple[int, int]:
        return trust_page((series,), catalog, (), (), (), None, GENERATED).study

    assert study(tpu) == (2, 1)  # both compile, and one of them worked
    assert study(compiled) == (0, 0)  # it is another TPU than that of the study


def test_without_data_the_page_says_so(pages: dict[str, Page]) -> None:
    words = pages["trust.html"].words
    assert "tpu-v5e JAX, paper executed 100 % of 2 cases –" in words.replace("\u202f", " ")  # the runs of the same TPU
    assert "this site was written without the issues of its repository" in words
    assert "No report has been written yet." in words
    assert "worked on one in 2023" not in pages["index.html"].words


def test_a_report_reached_every_earlier_state() -> None:
    states = [ReportState.WRITTEN, ReportState.SENT, ReportState.ACCEPTED, ReportState.FIXED, ReportState.REJECTED]
    counts = state_counts(UpstreamReport("a.md", "A", "jax", state) for state in states)
    assert [*counts.values()] == [5, 4, 2, 1, 1]


def load(folder: Path, entry: str) -> dict[str, UpstreamReport]:
    (folder / "upstream.toml").write_text(entry)
    return {one.file: one for one in load_upstream_reports(UPSTREAM_REPORTS, folder)}


def test_every_report_has_a_state(tmp_path: Path) -> None:
    url = "https://github.com/jax-ml/jax/issues/1"
    found = load(tmp_path, f'[[report]]\nfile = "{NAME}"\nstate = "accepted"\nurl = "{url}"\n')
    assert found[NAME].title == "jnp.max and jnp.min lose NaN in arrays of 4,096 elements or more"
    assert (found[NAME].framework, found[NAME].state, found[NAME].url) == ("jax", ReportState.ACCEPTED, url)
    assert {one.state for name, one in found.items() if name != NAME} == {ReportState.WRITTEN}
    assert {one.framework for one in found.values()} == {"jax", "tensorflow", "torch"}
    assert load_upstream_reports(UPSTREAM_REPORTS, TRIAGE)  # the shipped file is valid


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            'file = "jax-max-loses-nam.md"\nstate = "sent"\nurl = "https://a.b/1"',
            'did you mean "jax-max-loses-nan.md"?',
        ),
        (f'file = "{NAME}"\nstate = "merged"\nurl = "https://a.b/1"', '"merged" is not a state'),
        (f'file = "{NAME}"\nstate = "sent"\nurl = "a.b"', "an address: https://"),
        (f'file = "{NAME}"\nstate = "sent"', "url"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, entry: str, message: str) -> None:
    with pytest.raises(FieldError, match=r"upstream\.toml") as raised:
        load(tmp_path, f"[[report]]\n{entry}\n")
    assert message in str(raised.value)
