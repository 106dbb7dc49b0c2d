"""A restore that has begun: what is to be done to each table, written beside the tables until all of it is done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pipelines.delta import storage

FILE = "_restoring.json"


@dataclass(frozen=True)
class Intent:
    """What a restore is to do.

    Attributes:
        id: of this restore.
        begun: when, in ISO 8601.
        release: number of the release that it goes back to.
        at: the moment of that release, in ISO 8601.
        tables: the version that each table goes back to; None empties it.
    """

    id: str
    begun: str
    release: int
    at: str
    tables: Mapping[str, int | None]


def pending(root: str) -> Intent | None:
    """The restore that has begun and not ended; None where there is none."""
    text = storage.read_text(storage.join(root, FILE))
    return None if text is None else Intent(**json.loads(text))


def begin(root: str, intent: Intent) -> None:
    """Write down what is to be done."""
    storage.write_whole(storage.join(root, FILE), json.dumps(asdict(intent), indent=1))


def end(root: str) -> None:
    """All of it is done."""
    storage.delete_file(storage.join(root, FILE))
