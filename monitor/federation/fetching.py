"""Columns fetched from forks: bounded in size and time, and no step taken that a fork asks for.

A fork answers for one document a target, at an address that is made here. It may send anything: a redirect is refused
and not followed, a body is read up to a limit, and what has not ended in time is left. Each fork is asked in a thread
of its own, so that one that never ends holds up neither the others nor the site.
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

# 1,500 functions with all of the listed suites' cases come to some 3 MB.
MAX_BYTES = 16 * 2**20  # bytes
TIMEOUT_SECONDS = 10  # for each step: a connection, and each piece of an answer
FORK_SECONDS = 60  # for all columns of a fork


def fetch_columns(forks: Sequence[Fork], seconds: float = FORK_SECONDS) -> Federation:
    """What the forks publish, each of them asked for at most so many seconds."""
    answers = {fork.name: _fetch_in_thread(fork) for fork in forks}
    until = time.monotonic() + seconds
    columns: list[ForeignColumn] = []
    excluded: list[str] = []
    for fork in forks:
        try:
            of_fork = answers[fork.name].result(timeout=max(until - time.monotonic(), 0))
        except TimeoutError:
            excluded += [f"{target}@{fork.name}: had not come after {seconds:g} s" for target in fork.targets]
            continue
        columns += of_fork.columns
        excluded += of_fork.excluded
    return Federation(tuple(columns), tuple(excluded))


def _fetch_in_thread(fork: Fork) -> Future[Federation]:
    answer: Future[Federation] = Future()

    def work() -> None:
        try:
            answer.set_result(_columns_of(fork))
        except BaseException as error:  # it is raised where the answer is waited for
            answer.set_exception(error)

    # A daemon: one that is left behind ends with this process, and until then holds no more than LARGEST.
    threading.Thread(target=work, name=fork.name, daemon=True).start()
    return answer


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
