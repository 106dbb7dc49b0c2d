"""What is wrong now and who was told of it: a small file in the home, so that one cause is told once."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assets.alerts.delivery import channels, deliver
from pipelines.delta import storage

if TYPE_CHECKING:
    from assets.alerts.alert import Alert
    from pipelines.settings import Settings

FILE = "alerts.json"

AGAIN = timedelta(hours=24)
"""An alert that is still open after this long is told again."""

Entry = dict[str, Any]


def report(
    settings: Settings,
    group: str,
    found: Sequence[Alert],
    now: datetime,
    pause: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Tell of what is wrong in a group of causes, as far as it was not told yet, and of what is no longer wrong.

    Args:
        settings: where to send it, and the home that the ledger lies in.
        group: what was looked at; ``found`` is all that is wrong there now.
        found: alerts whose causes begin with the group.
        now: the time, UTC.
        pause: waits some seconds between attempts.

    Returns:
        Sentences on what could not be delivered; it is tried again the next time.
    """
    if not channels(settings):
        return []
    with _ledger(settings.home) as entries:
        causes = {alert.cause for alert in found}
        over = [cause for cause in entries if _within(cause, group) and cause not in causes]
        said = [sentence for alert in found for sentence in _open(settings, entries, alert, now, pause)]
        return said + [text for cause in over for text in _close(settings, entries, cause, now, pause)]


def opened(home: Path, group: str) -> list[str]:
    """Causes of a group that are open; of all groups, for an empty text."""
    return [cause for cause in _read(home / FILE) if not group or _within(cause, group)]


def _within(cause: str, group: str) -> bool:
    return cause == group or cause.startswith(f"{group}:")


def _open(
    settings: Settings, entries: dict[str, Entry], alert: Alert, now: datetime, pause: Callable[[float], None]
) -> list[str]:
    entry = entries.setdefault(alert.cause, {"since": alert.since.isoformat(), "told": {}})
    alert = replace(alert, since=datetime.fromisoformat(entry["since"]))
    entry["alert"] = alert.as_json()
    told = {name: at for name, at in entry["told"].items() if now - datetime.fromisoformat(at) < AGAIN}
    left = [name for name in channels(settings) if name not in told]
    failures = deliver(settings, alert, left, pause)
    entry["told"] = told | {name: now.isoformat() for name in left if name not in failures}
    return _sentences(failures)


def _close(
    settings: Settings, entries: dict[str, Entry], cause: str, now: datetime, pause: Callable[[float], None]
) -> list[str]:
    from assets.alerts.alert import Alert

    entry = entries.pop(cause)
    held = entry["alert"]
    over = Alert(
        cause,
        held["kind"],
        held["what"],
        held["where"],
        datetime.fromisoformat(entry["since"]),
        "",
        is_resolved=True,
    )
    del now  # a message that something is over is sent once, to those who were told that it began
    return _sentences(deliver(settings, over, list(entry["told"]), pause))


def _sentences(failures: dict[str, str]) -> list[str]:
    return [f"an alert could not be delivered by {name}: {why}" for name, why in failures.items()]


@contextmanager
def _ledger(home: Path) -> Iterator[dict[str, Entry]]:
    """The open causes, for one process at a time; what is changed is kept."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / f".{FILE}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        entries = _read(home / FILE)
        yield entries
        storage.write_whole(str((home / FILE).absolute()), json.dumps(entries, indent=1, sort_keys=True))


def _read(path: Path) -> dict[str, Entry]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # told twice is better than not at all
    return found if isinstance(found, dict) else {}


def utc_now() -> datetime:
    """The time at the edge."""
    return datetime.now(UTC)
