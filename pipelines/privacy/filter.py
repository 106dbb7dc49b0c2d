"""Records of people who were forgotten, as they are read again from raw files: without the person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.privacy.ownership import WORD, Row, Target, belongs, is_named, rewritten

if TYPE_CHECKING:
    from pipelines.privacy.forgotten import Entry, Suppression

_REMEMBERED = 1 << 19
"""Words whose digest is looked up once. Most words of a record are names of fields."""


class Filter:
    """Tells whose records must not come in as they are. One for each process that reads."""

    def __init__(self, suppressed: Suppression) -> None:
        self._suppressed = suppressed
        self._seen: dict[str, tuple[int, ...]] = {}

    @cached_property
    def _places(self) -> Mapping[str, tuple[int, ...]]:
        """Where in the list each digest stands."""
        found: dict[str, tuple[int, ...]] = {}
        for place, entry in enumerate(self._suppressed.entries):
            for digest in {*entry.objects, entry.digest} - {None}:
                found[str(digest)] = (*found.get(str(digest), ()), place)
        return found

    def applied(self, row: Row) -> Row | None:
        """The row without those who were forgotten; None where it has nothing to do with them.

        Args:
            row: payload, fault, shape, object_type, object_id and account of a record.
        """
        named = {word: places for word in set(WORD.findall(row["payload"])) if (places := self._of(word))}
        found = None
        for place in sorted({place for places in named.values() for place in places}):
            entry = self._suppressed.entries[place]
            if entry.account in (None, row["account"]):
                ids = frozenset(word for word, places in named.items() if place in places)
                found = self._without(found or row, entry, ids) or found
        return found

    def _without(self, row: Row, entry: Entry, ids: frozenset[str]) -> Row | None:
        names = {id: entry.pseudonym for id in ids if entry.pseudonym and self._digest(id) == entry.digest}
        target = Target(ids, names, narrow=entry.pseudonym is None)
        theirs = belongs(row, target, ids)
        return (
            rewritten(row, target, ids, self._suppressed.fields, theirs=theirs)
            if theirs or is_named(row, set(names))
            else None
        )

    def _of(self, word: str) -> tuple[int, ...]:
        if "_" not in word:
            return ()
        if word not in self._seen:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[word] = self._places.get(self._digest(word), ())
        return self._seen[word]

    def _digest(self, word: str) -> str:
        return self._suppressed.digest(word)
