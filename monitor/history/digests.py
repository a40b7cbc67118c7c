"""Digests as cells of a table: the hash, then the figures, separated by spaces."""

from __future__ import annotations

from monitor.model import Digest


def digest_text(digest: Digest | None) -> str:
    """Return the cell of a digest, empty for None."""
    return " ".join(map(str, (digest.exact, *digest.figures))) if digest else ""


def parse_digest(text: str) -> Digest:
    """Return the digest in a cell."""
    exact, *figures = text.split()
    return Digest(exact, tuple(map(int, figures)))
