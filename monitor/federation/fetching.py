"""Fetch the columns of forks, with limits on size and time.

A fork may send anything. The monitor requests one document per target at an address that it builds itself. It follows
no redirect, reads each body up to a limit, and drops a request that takes too long. Each fork has a thread of its own,
so a slow fork delays neither the others nor the site.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future

from requests import Session

from monitor.exports.api_paths import column_path
from monitor.federation.columns import ColumnError, Federation, ForeignColumn, parse_column
from monitor.federation.forks import Fork
from monitor.http_client import BodyTooLargeError, HttpError, get, open_session

# A column of 1,500 functions with all cases of the listed suites has about 3 MB.
MAX_BYTES = 16 * 2**20  # bytes
TIMEOUT_SECONDS = 10  # per step: the connection, and each part of a response
FORK_SECONDS = 60  # for all columns of a fork


def fetch_columns(forks: Sequence[Fork], seconds: float = FORK_SECONDS) -> Federation:
    """Return the columns that the forks publish; each fork has at most `seconds` in total."""
    responses = {fork.name: _fetch_in_thread(fork) for fork in forks}
    deadline = time.monotonic() + seconds
    columns: list[ForeignColumn] = []
    excluded: list[str] = []
    for fork in forks:
        try:
            fetched = responses[fork.name].result(timeout=max(deadline - time.monotonic(), 0))
        except TimeoutError:
            excluded += [f"{target}@{fork.name}: no response within {seconds:g} s" for target in fork.targets]
            continue
        columns += fetched.columns
        excluded += fetched.excluded
    return Federation(tuple(columns), tuple(excluded))


def _fetch_in_thread(fork: Fork) -> Future[Federation]:
    response: Future[Federation] = Future()

    def work() -> None:
        try:
            response.set_result(_columns_of(fork))
        except BaseException as error:  # the thread that waits for the result raises it
            response.set_exception(error)

    # A daemon thread: it ends with this process, and holds at most MAX_BYTES until then.
    threading.Thread(target=work, name=fork.name, daemon=True).start()
    return response


def _columns_of(fork: Fork) -> Federation:
    columns, excluded = [], []
    with open_session(use_environment=False) as session:
        for target in fork.targets:
            try:
                columns.append(parse_column(fork, target, _document(session, fork.site + column_path(target))))
            except ColumnError as error:
                excluded.append(f"{target}@{fork.name}: {error}")
    return Federation(tuple(columns), tuple(excluded))


def _document(session: Session, address: str) -> object:
    """Return the JSON at an address. Raises ColumnError."""
    try:
        response = get(session, address, timeout=TIMEOUT_SECONDS, max_bytes=MAX_BYTES)
        if 300 <= response.status < 400:
            raise ColumnError("its site redirects; name the address that it leads to in federation.toml")
        if response.status != 200:
            raise ColumnError(f"its site answers {response.status}")
        return json.loads(response.body)
    except BodyTooLargeError:
        raise ColumnError(f"is larger than {MAX_BYTES // 2**20} MiB") from None
    except HttpError as error:
        raise ColumnError(f"cannot be fetched: {error}") from None
    except (ValueError, RecursionError):
        raise ColumnError("is not JSON") from None
