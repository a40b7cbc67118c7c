"""Read when the published site was written."""

from __future__ import annotations

import json
from datetime import datetime

from monitor.exports.api_paths import list_path
from monitor.formatting.humanize import parse_time
from monitor.http_client import HttpError, get, open_session

TIMEOUT_SECONDS = 30
MAX_BYTES = 16 << 20


class FreshnessUnknownError(Exception):
    """Site without a readable time of writing; the message is one line."""


def site_written_at(site: str) -> datetime:
    """Return when the site at an address, with a slash at its end, was written. Raises FreshnessUnknownError."""
    address = f"{site}{list_path('index')}"
    try:
        with open_session() as session:
            response = get(session, address, timeout=TIMEOUT_SECONDS, max_bytes=MAX_BYTES, follow_redirects=True)
        if response.status != 200:
            raise FreshnessUnknownError(f"answers {response.status}")
        document = json.loads(response.body)
    except HttpError as error:
        raise FreshnessUnknownError(f"does not answer: {error}") from None
    except (ValueError, RecursionError):
        raise FreshnessUnknownError("does not answer with its own JSON") from None
    try:
        return parse_time(document["generated"])
    except (KeyError, TypeError, ValueError):
        raise FreshnessUnknownError("does not state when it was written") from None
