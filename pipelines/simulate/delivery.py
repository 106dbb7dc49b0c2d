"""From what happened to what lies in the files: order, envelopes, pages and dirt."""

import random
from collections.abc import Iterable

from pipelines.simulate import envelope
from pipelines.simulate.archive import Archive
from pipelines.simulate.chance import Ids, stream
from pipelines.simulate.dirt import Dirt
from pipelines.simulate.settings import Simulation, Summary
from pipelines.simulate.world import Item

_DIRT_IDS = 2


class Delivery:
    """Delivers ticks in order of time. How a day is delivered depends on the seed and the day alone."""

    def __init__(self, settings: Simulation, archive: Archive, summary: Summary) -> None:
        self._settings = settings
        self._archive = archive
        self._summary = summary
        self._ids = Ids(settings.seed, _DIRT_IDS)
        self._dirt = Dirt(stream(settings.seed, "dirt"), self._ids, summary.dirt) if settings.dirt else None
        self._envelopes = random.Random(0)
        self._has_envelopes = False
        self._has_pages = False

    def begin_day(self, day: int) -> None:
        """Choose how the events and balance transactions of a day are delivered."""
        self._envelopes = stream(self._settings.seed, f"delivery/{day}")
        self._has_envelopes = self._envelopes.random() < self._settings.eventbridge_share
        self._has_pages = self._envelopes.random() < self._settings.page_share

    def deliver(self, at: int, items: Iterable[Item]) -> None:
        """Write a tick's events and objects."""
        events: list[Item] = []
        for item in items:
            if item.is_event:
                events.append(item)
            else:
                self._deliver_object(item)
        lines = self._lines(at, events)
        self._summary.events += sum(map(bool, lines))
        if lines:
            self._archive.write_events(at, lines)

    def _lines(self, at: int, events: list[Item]) -> list[bytes]:
        if self._dirt is None:
            lines, delivered = [self._wrap(item) for item in events], events
        else:
            lines, delivered = self._dirt.mix(at, events, self._wrap)
        self._summary.types.update(item.type for item in delivered)
        return lines

    def _deliver_object(self, item: Item) -> None:
        self._summary.types[f"object:{item.type}"] += 1
        as_pages = self._has_pages and item.type == "balance_transaction"
        self._archive.write_object(item.created, item.type, item.account, item.body, as_pages)

    def _wrap(self, item: Item) -> bytes:
        if not self._has_envelopes:
            return item.body
        return envelope.wrap(self._envelopes, item.body, item.type, item.created)
