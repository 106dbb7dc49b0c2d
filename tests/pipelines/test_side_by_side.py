"""Tables that do not wait for each other are worked at side by side, and what comes of them is the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from expectations import validate
from pipelines import catalog
from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow.figures import references
from pipelines.flow.refresh import refresh
from pipelines.flow.side_by_side import side_by_side, waits_for
from pipelines.flow.steps import Outcome, Run
from pipelines.flow.ways import way
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from pipelines.table import Table
from pipelines.upkeep.comparison.lakehouses import compare
from pipelines.upkeep.comparison.side import side_at

TABLES = [table for table in all_tables().values() if way(table).refresh]
PATIENCE = 30


class Turns:
    """Turns of tables that do nothing but keep in mind which were done before each, and how many were at work."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.done_before: dict[str, set[str]] = {}
        self.done: set[str] = set()
        self.at_work = 0
        self.most = 0
        self.alone = threading.Lock()

    def __call__(self, table: Table) -> Iterator[Outcome]:
        with self.alone:
            self.done_before[table.name] = set(self.done)
            self.at_work += 1
            self.most = max(self.most, self.at_work)
        yield Outcome(table.name, "published", rows=1)
        yield Outcome(table.name, "published", rows=2)
        with self.alone:
            self.at_work -= 1
            if table.name == self.failing:
                raise RuntimeError("broken")
            self.done.add(table.name)


def test_a_table_waits_for_all_that_it_reads() -> None:
    found = waits_for(TABLES)
    place = {table.name: number for number, table in enumerate(TABLES)}
    assert set(found) == set(place)
    for table in TABLES:
        inputs = {*catalog.inputs(table), *catalog.gates(table)} & set(place)
        assert inputs <= found[table.name]
        assert all(place[before] < place[table.name] for before in found[table.name])
        for _, other, _ in references(table):
            if other in place and other != table.name:
                assert table.name in found[other] or other in found[table.name]
    assert {table.name for table in TABLES if table.layer != "gold"} <= found["gold.audit"]
    assert found["bronze.records"] == set()
    assert "gold.payments_daily" not in found["gold.disputes_daily"]


def test_every_table_has_its_turn_after_those_it_waits_for() -> None:
    turns, told = Turns(), list[str]()
    came = list(side_by_side(TABLES, turns, 4, told.append))
    assert sorted(one.table for one in came) == sorted(2 * [table.name for table in TABLES])
    assert sorted(told) == sorted(table.name for table in TABLES)
    waits = waits_for(TABLES)
    assert all(waits[name] <= before for name, before in turns.done_before.items())
    assert turns.most <= 4


def test_as_many_are_worked_at_as_was_asked_for() -> None:
    meeting = threading.Barrier(3, timeout=PATIENCE)
    free = [table for table in TABLES if table.name in {"gold.retries", "gold.dunning", "gold.revenue_daily"}]

    def turn(table: Table) -> Iterator[Outcome]:
        meeting.wait()  # each ends only when all three are at work
        yield Outcome(table.name, "unchanged")

    assert len(list(side_by_side(free, turn, 3, lambda _: None))) == 3


def test_where_one_fails_none_is_begun_that_waits_for_it_and_the_failure_is_raised() -> None:
    turns = Turns(failing="gold.audit")
    came: list[Outcome] = []
    with pytest.raises(RuntimeError, match="broken"):
        came.extend(side_by_side(TABLES, turns, 4, lambda _: None))
    assert turns.at_work == 0
    assert not [table for table in TABLES if "gold.audit" in catalog.gates(table) if table.name in turns.done]


def test_who_stops_listening_stops_the_run() -> None:
    turns = Turns()
    with closing(side_by_side(TABLES, turns, 2, lambda _: None)) as outcomes:
        assert next(outcomes).table == "bronze.records"
    assert set(turns.done_before) == {"bronze.records"}


@pytest.mark.engine
@pytest.mark.slow
def test_the_rows_are_those_of_one_table_after_another(tmp_path: Path, spark: SparkSession) -> None:
    raw = tmp_path / "raw"
    simulate(Simulation(start=date(2026, 3, 1), days=8, payments_per_day=8), raw, tmp_path / "truth")
    sides = []
    for at_once in (1, 4):
        home = tmp_path / f"home-{at_once}"
        with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
            with lake.writing("vermeil run"):
                given = Run(raw, validate, sweep, at_once=at_once)
                outcomes = list(refresh(lake, given))
            assert not [one for one in outcomes if one.status in ("refused", "skipped") or one.failed]
            assert lake.count("silver.quarantine") > 0
        sides.append(side_at(str(home)))
    found = compare(*sides, all_tables())
    assert found.count == 0, found.as_json()
    assert len(found.tables) > 60
