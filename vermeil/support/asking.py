"""Who answers questions of a lakehouse that stays open: somebody who knows the names of the latest release."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from vermeil.ask.asking import Asker
from vermeil.support.further import further

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


@dataclass(frozen=True)
class Askers:
    """An asker for each release and day, of which the latest is kept: it reads names once, which takes seconds."""

    lake: Lakehouse
    _known: dict[tuple[int | None, date], Asker] = field(default_factory=dict)

    def latest(self) -> Asker:
        """The asker of the latest release, and of today."""
        release = self.lake.released().release
        now = (release.number if release else None, datetime.now(UTC).date())
        if now not in self._known:
            self._known.clear()
            self._known[now] = Asker(self.lake, now[1], further(self.lake))
        return self._known[now]
