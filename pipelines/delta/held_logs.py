"""What lies in the logs of all tables, asked for once by who holds them for writing.

An object store is asked for each listing and each file, tens of milliseconds a request, and a run looks at each of a
hundred logs some ten times. While a lakehouse is held nobody else writes: so its logs are listed once, and one is
listed again where this writer has written to it. What the newest entry of each log said is kept in one object of the
lakehouse, beside that entry's ETag: where that is the same, the entry is not read.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pipelines.delta import storage
from pipelines.delta.listings import Listings
from pipelines.delta.storage import File

FILE = "_newest.json"
"""Name of the object that says what the newest entry of each log said."""

FOLDER = "_delta_log"


class HeldLogs:
    """The logs of a lakehouse that is held; where none is held, each is looked at whenever it is asked for."""

    def __init__(self) -> None:
        self._listings = Listings(storage.files)
        self._listed: dict[str, list[File]] | None = None
        self._others: set[str] = set()
        self._newest: dict[str, Any] = {}
        self._changed = False
        self._alone = threading.Lock()

    @property
    def are_held(self) -> bool:
        """Whether they are."""
        return self._listed is not None

    def files(self, uri: str) -> Sequence[File]:
        """The files of a table's log, in order; [] where there is no table."""
        with self._alone:
            if self._listed is not None and uri in self._listed:
                return self._listed[uri]
        found = self._listings.of(storage.join(uri, FOLDER))
        with self._alone:
            if self._listed is not None:
                self._listed[uri] = found
        return found

    def moved(self, uri: str) -> None:
        """List a log again when it is next asked for: it was written to."""
        with self._alone:
            if self._listed is not None:
                self._listed.pop(uri, None)

    def newest(self, entry: File) -> dict[str, Any] | None:
        """What was remembered of the newest entry of a log; None where it has changed since, or nothing was."""
        with self._alone:
            found = self._newest.get(_table_of(entry.uri))
        return found["said"] if found and [found["name"], found["mark"]] == [entry.name, entry.mark] else None

    def remember(self, entry: File, said: dict[str, Any]) -> None:
        """Remember what the newest entry of a log says."""
        with self._alone:
            if self._listed is not None and self._newest.get(_table_of(entry.uri), {}).get("said") != said:
                self._newest[_table_of(entry.uri)] = {"name": entry.name, "mark": entry.mark, "said": said}
                self._changed = True

    def may_hold(self, uri: str) -> bool:
        """Whether an object beside the tables may be there: all are where none was listed."""
        with self._alone:
            return self._listed is None or uri in self._others

    def wrote(self, uri: str) -> None:
        """An object beside the tables is there now."""
        with self._alone:
            self._others.add(uri)

    @contextmanager
    def held(self, root: str, uris: Sequence[str]) -> Iterator[None]:
        """Hold the logs of some tables below a root."""
        listed: dict[str, list[File]] = {uri: [] for uri in uris}
        others = set()
        for file in storage.files(root):
            table, _, name = file.uri.rpartition(f"/{FOLDER}/")
            if name and table in listed and "/" not in name:
                listed[table].append(file)
            elif not name:
                others.add(file.uri)
        with self._alone:
            self._listed, self._others, self._newest, self._changed = listed, others, _read(root), False
        try:
            yield
        finally:
            with self._alone:
                self._listed = None

    def keep(self, root: str) -> None:
        """Leave what the newest entries say to the next writer."""
        with self._alone:
            if self._changed:
                storage.write_whole(storage.join(root, FILE), json.dumps(self._newest))
                self._changed = False


def _table_of(entry: str) -> str:
    return entry.rpartition(f"/{FOLDER}/")[0].split("://", 1)[-1].split("/", 1)[-1]


def _read(root: str) -> dict[str, Any]:
    """What is remembered; it may be damaged, or of another Vermeil: then all is read anew."""
    try:
        found = json.loads(storage.read_text(storage.join(root, FILE)) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) and all(map(_is_memory, found.values())) else {}


def _is_memory(one: Any) -> bool:
    return isinstance(one, dict) and {"name", "mark", "said"} <= one.keys()
