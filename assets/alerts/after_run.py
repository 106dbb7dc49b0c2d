"""The alerts of the commands that a timer starts, such as ``vermeil run``: they need no Dagster to send them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from assets.alerts import causes
from assets.alerts.delivery import channels
from assets.alerts.ledger import report, utc_now

if TYPE_CHECKING:
    from assets.alerts.alert import Alert
    from pipelines.flow.steps import Outcome
    from pipelines.settings import Settings

NAME = "vermeil run"


@contextmanager
def alerting(
    settings: Settings,
    tell: Callable[[str], None],
    clock: Callable[[], datetime] = utc_now,
    pause: Callable[[float], None] = time.sleep,
    name: str = NAME,
) -> Iterator[list[Outcome]]:
    """Send the alerts of a run: of its outcomes, which it puts into the list, or of the error that ended it.

    Args:
        settings: where to send them; nothing is done where no channel is set up.
        tell: told, in words, what could not be delivered.
        clock: gives the time, UTC.
        pause: waits some seconds between attempts.
        name: of the command: what one opens, the same one closes.
    """
    outcomes: list[Outcome] = []
    if not channels(settings):
        yield outcomes
        return
    try:
        yield outcomes
    except Exception as error:
        alert = causes.failed_run(settings, name, causes.why(error), clock())
        for sentence in report(settings, f"{causes.RUN}:{name}", [alert], clock(), pause):
            tell(sentence)
        raise
    for sentence in after(settings, outcomes, clock(), pause, name):
        tell(sentence)


def after(
    settings: Settings,
    outcomes: Sequence[Outcome],
    now: datetime,
    pause: Callable[[float], None] = time.sleep,
    name: str = NAME,
) -> list[str]:
    """Tell what a run that came to its end found wrong, or right again; returns what could not be delivered."""
    said = []
    for table, outcome in causes.outcome_groups(outcomes).items():
        found = causes.failed_checks(settings, outcome, now)
        said += report(settings, f"{causes.CHECK}:{table}", found, now, pause)
    failed = _failed(settings, name, outcomes, now)
    said += report(settings, f"{causes.RUN}:{name}", failed, now, pause)
    said += report(settings, causes.QUARANTINE, causes.growing_quarantine(settings, now), now, pause)
    return said


def _failed(settings: Settings, name: str, outcomes: Sequence[Outcome], now: datetime) -> list[Alert]:
    if refused := causes.refused_tables(outcomes):
        why = f"{', '.join(refused)} could not be published."
    elif lost := [o.table for o in outcomes if o.failed]:
        why = f"a part of {', '.join(dict.fromkeys(lost))} could not be done."
    else:
        return []
    return [causes.failed_run(settings, name, why, now)]
