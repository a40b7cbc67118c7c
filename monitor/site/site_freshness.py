"""Read when the published site was written."""

from __future__ import annotations

from datetime import datetime

import requests

from monitor.exports.api import ROOT
from monitor.formatting.humanize import parse_time

TIMEOUT_SECONDS = 30


class FreshnessUnknownError(Exception):
    """Site without a readable time of writing; the message is one line."""


def site_written_at(site: str) -> datetime:
    """Return when the site at an address, with a slash at its end, was written. Raises FreshnessUnknownError."""
    try:
        answer = requests.get(f"{site}{ROOT}/index.json", timeout=TIMEOUT_SECONDS)
        if not answer.ok:
            raise FreshnessUnknownError(f"answers {answer.status_code}")
        return parse_time(answer.json()["generated"])
    except requests.JSONDecodeError:
        raise FreshnessUnknownError("does not answer with its own JSON") from None
    except requests.RequestException as error:
        raise FreshnessUnknownError(f"does not answer: {type(error).__name__}") from None
    except (KeyError, TypeError, ValueError):
        raise FreshnessUnknownError("does not say when it was written") from None
