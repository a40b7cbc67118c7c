"""The page "Check your code" shows a real check."""

from __future__ import annotations

from monitor.pipeline.publish import check_example
from monitor.snapshot.snapshot import Snapshot
from support.html_pages import Page
from support.site_history import SCRIPT


def test_each_problem_is_at_its_line(pages: dict[str, Page]) -> None:
    words = pages["check.html"].words
    assert f"2 jax.numpy.linalg.svd(x) error on tpu-v5e: jax.numpy.linalg.svd fails {SCRIPT}" in words
    assert "portability check train.py --to tpu-v5e" in words
    assert "tpu-v5e: does not port: 1 place fails" in words
    assert "functions/jax/jax.numpy.linalg.svd.html" in pages["check.html"].links()


def test_without_the_names_of_a_build_there_is_no_example(material: Snapshot) -> None:
    assert check_example(material) is None  # no run lists the names of JAX
