"""Signatures on the pages: broken between parameters, inert, and changes named by the build that brought them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import feedparser
import pytest

from monitor.exports.feeds import ALL_FEED, framework_feed_path, function_feed_path, target_feed_path
from monitor.formatting.signature_format import signature_parts
from support.site_history import BASE, SCRIPT


@pytest.mark.parametrize(
    ("signature", "parts"),
    [
        ("()", (("()",),)),
        ("(x)", (("(x)",),)),
        ("(x, dim=(0, 1), *, sep=', ') -> (A, B)", (("(x, ", "dim=(0, 1), ", "*, ", "sep=', ') -> (A, ", "B)"),)),
        ("(x) -> A; (x, y) -> B", (("(x) -> A",), ("(x, ", "y) -> B"))),
        ("(x='it; is', y=0); (z)", (("(x='it; is', ", "y=0)"), ("(z)",))),
        ("(x, y='unfinished, … ", (("(x, ", "y='unfinished, … "),)),
    ],
)
def test_a_line_breaks_between_parameters_and_nowhere_else(signature: str, parts: tuple[tuple[str, ...], ...]) -> None:
    assert signature_parts(signature) == parts
    assert "; ".join("".join(call) for call in signature_parts(signature)) == signature


def test_a_function_s_page_says_what_it_takes_and_took(site: Path) -> None:
    page = (site / "functions/torch/torch.cat.html").read_text()
    assert '<p class="signature"><b>cat</b><span>(tensors, </span><wbr><span>*, </span><wbr>' in page
    assert "Since <bdi>torch 2.4.0.dev20251105+cpu</bdi>. Previous signature:" in page
    assert "<span>(tensors, </span><wbr><span>dim=0) -&gt; Tensor</span></p>" in page
    assert SCRIPT not in page


def test_a_signature_that_is_gone_is_said_to_be(site: Path) -> None:
    page = (site / "functions/torch/torch.fft.fft.html").read_text()
    assert "No signature since <bdi>torch 2.4.0.dev20251105+cpu</bdi>. Previous signature:" in page
    assert page.count('<p class="signature"><b>fft</b>') == 2  # the two ways to call it


def test_a_function_s_page_has_its_other_names(site: Path) -> None:
    page = (site / "functions/torch/torch.cat.html").read_text()
    assert '<span class="name">torch.<wbr>concat</span>' in page.partition('class="aliases"')[2].partition("</p>")[0]
    assert "torch.concat" in (site / "matrix-table.html").read_text()
    assert "torch.concat" in (site / "data/matrix.js").read_text()


def test_the_removed_and_deprecated_names_have_a_page(site: Path) -> None:
    page = (site / "names.html").read_text()
    removed, deprecated = page.partition("<h3>Deprecated</h3>")[::2]
    assert "torch 2.0.0.dev20251101+cpu</bdi></td><td><bdi>torch 2.4.0.dev20251105+cpu" in removed
    assert 'torch.<wbr>contrib <small class="muted">and 1 name below it</small>' in removed
    assert SCRIPT not in page
    assert '<a class="name" href="functions/torch/torch.fft.fft.html">torch.<wbr>fft.<wbr>fft</a>' in deprecated
    assert 'href="names.html"' in (site / "index.html").read_text()
    names = json.loads((site / "api/v1/names/torch.json").read_text())
    qr = next(one for one in names["names"] if one["name"] == "torch.qr")
    assert qr["replacement"] == "torch.fft.fft"
    assert "the same as torch.cat" in (site / "data/names.js").read_text()
    assert "3 names removed" in (site / "index.html").read_text()


def test_a_function_that_nobody_told_of_has_none(site: Path) -> None:
    assert "signature" not in (site / "functions/jax/jax.vmap.html").read_text()


def test_a_build_says_which_signatures_changed_with_it(site: Path) -> None:
    first, last = (
        (site / f"builds/torch/torch-2.{number}.0.dev2025110{number + 1}+cpu.html").read_text() for number in (0, 4)
    )
    assert "Changed signatures" in last
    assert "torch.<wbr>add" not in last.partition("Changed signatures")[2].partition('id="runs"')[0]
    assert "torch.<wbr>concat" not in last  # the same object as torch.cat
    assert "Changed signatures" not in first
    assert "This is the oldest build whose names are listed." in first


def test_a_build_says_which_names_it_removed_deprecated_and_added(site: Path) -> None:
    page = (site / "builds/torch/torch-2.4.0.dev20251105+cpu.html").read_text()
    removed = page.partition('id="names-removed"')[2].partition("</table>")[0]
    assert "torch.<wbr>contrib</" not in removed
    assert 'torch.<wbr>contrib <small class="muted">and 1 name below it</small>' in removed
    assert "torch.eig was removed &lt;script&gt;" in removed
    deprecated = page.partition('id="names-deprecated"')[2].partition("</table>")[0]
    assert "torch.qr is deprecated in favor of torch.fft.fft" in deprecated
    assert "torch.<wbr>new_name" in page.partition('id="names-added"')[2].partition("</table>")[0]


def test_programs_are_told_too(site: Path) -> None:
    cat, vmap = (
        json.loads((site / f"api/v1/functions/{name}.json").read_text()) for name in ("torch/torch.cat", "jax/jax.vmap")
    )
    assert cat["aliases"] == ["torch.concat"]
    assert cat["signature"] == {
        "text": f"(tensors, *, dim=0, out='{SCRIPT}') -> Tensor",
        "since": "torch==2.4.0.dev20251105+cpu",
        "before": "(tensors, dim=0) -> Tensor",
    }
    assert vmap["signature"] is None


def test_feeds_tell_of_new_signatures_once_a_build(site: Path) -> None:
    everything, torch, cat, jax, cpu = (
        feedparser.parse((site / address).read_bytes()).entries
        for address in (
            ALL_FEED, framework_feed_path("torch"), function_feed_path("torch", "torch.cat"),
            framework_feed_path("jax"), target_feed_path("cpu-x86"),
        )
    )  # fmt: skip
    of_build = (
        "public names of PyTorch: 3 removed, 1 deprecated, 2 signature changed, 1 added (torch 2.4.0.dev20251105+cpu)"
    )
    assert [sum(entry.title == of_build for entry in feed) for feed in (everything, torch, jax, cpu)] == [1, 1, 0, 0]
    (built,) = (entry for entry in torch if entry.title == of_build)
    assert built.id == "tag:example.org,2026:/monitor/names/torch/" + built.id.rpartition("/")[2]
    assert built.link == f"{BASE}builds/torch/torch-2.4.0.dev20251105+cpu.html"
    lines = built.content[0].value.splitlines()
    assert lines[0] == "removed: torch.contrib and 1 name below it"
    assert lines[-4:] == [
        "signature changed: torch.fft.fft",
        "  before: (input, n=None, dim=(-2, -1)) -> Tensor; (input, *, norm=';') -> Tensor",
        "  now: none",
        "added: torch.new_name",
    ]
    assert all(one.updated >= other.updated for one, other in pairwise(everything))
    turned, signature = cat
    assert (signature.link, signature.updated) == (f"{BASE}functions/torch/torch.cat.html", turned.updated)
    assert SCRIPT in signature.content[0].value
