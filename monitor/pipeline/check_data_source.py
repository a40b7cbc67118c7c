"""Read the data of a check: from a history, or from the file that a site publishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from monitor.analysis.status.current_status import SeriesStatus
from monitor.check.check_data import CheckData, CheckDataError, check_data, unpacked
from monitor.check.verdict_lookup import TargetVerdicts
from monitor.history.store import History
from monitor.http_client import HttpError, get, open_session
from monitor.pipeline.errors import UserError
from monitor.pipeline.progress_log import log
from monitor.pipeline.snapshots import open_history, snapshot_of
from monitor.snapshot.snapshot import read_names

LARGEST = 10 * 2**20  # bytes of a file; a site publishes at most 2 MB
SECONDS = 20.0  # for each step of a download
WEB = ("https://", "http://")


@dataclass(frozen=True)
class CheckDataSource:
    """Source of the data: a `history`, or a `package`, which is the path or the address of a file."""

    history: Path
    package: str = ""

    def check(self) -> None:
        """Raise UserError if the package cannot be read, before work that takes long."""
        if self.package:
            _ = self._data

    def read(self, frameworks: Sequence[str], targets: Sequence[str]) -> CheckData:
        """Return the names of some frameworks, and the verdicts on some targets. Raises UserError."""
        if self.package:
            return self._unpacked(frameworks, targets)
        names = read_names(self._recorded, frameworks)
        return check_data(self._series if targets else (), names, targets)

    @cached_property
    def _recorded(self) -> History:
        return open_history(self.history)

    @cached_property
    def _series(self) -> Sequence[SeriesStatus]:
        return snapshot_of(self._recorded).series

    @cached_property
    def _data(self) -> CheckData:
        try:
            return unpacked(self._content())
        except CheckDataError as error:
            raise UserError(f"--data {self.package}: {error}") from None

    def _unpacked(self, frameworks: Sequence[str], targets: Sequence[str]) -> CheckData:
        data = self._data
        log(f"looking up in the data of {data.generated or 'an unknown date'}")
        names = {name: one for name, one in sorted(data.names.items()) if name in frameworks}
        verdicts = {target: data.verdicts.get(target, TargetVerdicts(target)) for target in targets}
        return CheckData(names, verdicts, data.generated)

    def _content(self) -> bytes:
        if not self.package.startswith(WEB):
            try:
                return Path(self.package).read_bytes()
            except OSError as error:
                raise UserError(f"--data {self.package}: {error.strerror}") from None
        try:
            with open_session() as session:
                response = get(session, self.package, max_bytes=LARGEST, timeout=SECONDS, follow_redirects=True)
        except HttpError as error:
            raise UserError(f"--data {self.package}: {error}") from None
        if response.status != 200:  # OK
            raise UserError(f"--data {self.package}: HTTP status {response.status}")
        return response.body
