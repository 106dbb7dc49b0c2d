"""Who answers questions of a lakehouse that stays open: somebody who knows the names of the latest release."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vermeil.ask.asking import Asker
from vermeil.support.further import further

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


@dataclass(frozen=True)
class Askers:
    """An asker for each release, of which only the latest is kept: it reads names once, which takes seconds."""

    lake: Lakehouse
    _known: dict[int | None, Asker] = field(default_factory=dict)

    def latest(self) -> Asker:
        """The asker of the latest release."""
        release = self.lake.released().release
        number = release.number if release else None
        if number not in self._known:
            self._known.clear()
            self._known[number] = Asker(self.lake, further=further(self.lake))
        return self._known[number]
