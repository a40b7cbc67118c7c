"""Report a call that cannot be served."""

from __future__ import annotations

from collections.abc import Collection

from monitor.formats.toml_reader import nearest


class UserError(Exception):
    """A call that cannot be served; the message is one line that says what to do instead."""


def refuse_unknown(kind: str, name: str, known: Collection[str]) -> None:
    """Raise UserError, with the nearest known name, unless `name` is known."""
    if name not in known:
        raise UserError(f'no {kind} "{name}", {nearest(name, known)}')
