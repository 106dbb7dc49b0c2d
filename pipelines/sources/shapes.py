"""How a record may be wrapped, and where in its document the event and the object stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

EVENT_AT: Mapping[str, tuple[str, ...]] = {"event": (), "eventbridge": ("detail",), "cloudevent": ("data",)}
"""Where the event of a wrapping stands. Amazon EventBridge has it in ``detail``; CloudEvents 1.0 and the own schema of
Azure Event Grid have it in ``data``."""

OBJECT_AT: Mapping[str, tuple[str, ...]] = {
    **{shape: (*place, "data", "object") for shape, place in EVENT_AT.items()},
    "wrapped": ("object",),
    "object": (),
}
"""Where the object that a record is about stands."""

THIN = "thin"
"""A thin event, bare or in an envelope: it names an object and holds none, as Stripe designed it."""

ROW = "row"
"""Fields of a file that a source mapping gives a meaning to."""

BARE = ("object", "wrapped", ROW)
"""Records without an event: what they say of their time is when they became known."""

SHAPES = (*EVENT_AT, THIN, "object", "wrapped", ROW)


def at(document: Any, place: Iterable[str]) -> Any:
    """What a document has at a place, by the names that lead there; None where there is nothing."""
    for name in place:
        document = document.get(name) if isinstance(document, dict) else None
    return document
