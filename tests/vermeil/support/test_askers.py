"""An asker that stays open knows the latest release, and which day it is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import time_machine

from tests.vermeil.support.paid import TABLES, fill
from vermeil.support.asking import Askers

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


def test_names_are_read_once_for_each_release_and_day(lake: Lakehouse) -> None:
    customers = {"silver.customers": TABLES["silver.customers"]}
    fill(lake, customers)
    askers = Askers(lake)
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        first = askers.latest()
        assert askers.latest() is first
        assert first.today == date(2026, 3, 1)
    with time_machine.travel("2026-03-02T00:00:01Z", tick=False):
        second = askers.latest()
        assert second.today == date(2026, 3, 2)
    fill(lake, customers, "2")
    with time_machine.travel("2026-03-02T00:00:02Z", tick=False):
        third = askers.latest()
    assert third is not second
    assert third.lake.release is not None
    assert second.lake.release is not None
    assert third.lake.release.number == second.lake.release.number + 1
