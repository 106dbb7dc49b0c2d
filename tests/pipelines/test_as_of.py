"""What was known at some time is what a lakehouse holds that was only given what was known by then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from deliveries import GOLD, SILVER, Document, content, deliver, moment, refreshed, world

from pipelines.errors import LakehouseError
from pipelines.flow.as_of import as_of
from pipelines.lakehouse import Lakehouse
from tests import plans

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

WORLD = world(seed=5)
TIMES = [WORLD[len(WORLD) // 3].known, WORLD[2 * len(WORLD) // 3].known + timedelta(seconds=1)]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Lakehouse:
    """All of it, of which the first file holds what was known last; and what cannot be read."""
    home = tmp_path_factory.mktemp("all")
    given(home, WORLD)
    return refreshed(home, spark)


def given(home: Path, documents: Sequence[Document]) -> None:
    for part in range(3):
        deliver(documents[::-1][part::3], home / "raw", f"{part}.ndjson")


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> tuple[datetime, Lakehouse]:
    """A time, and a lakehouse that was given what was known by then. The long form asks for many times."""
    at = TIMES[1]
    home = tmp_path_factory.mktemp("known")
    given(home, [document for document in WORLD if document.known <= at])
    return at, refreshed(home, spark)


@pytest.mark.parametrize("table", [*SILVER, "silver.quarantine", *GOLD])
def test_a_table_is_as_if_nothing_had_come_since(
    lake: Lakehouse, known: tuple[datetime, Lakehouse], table: str
) -> None:
    at, then = known
    assert content(as_of(lake, at).table(table)) == content(then.table(table))


def test_bronze_is_what_was_known(lake: Lakehouse, known: tuple[datetime, Lakehouse]) -> None:
    at, then = known
    assert content(as_of(lake, at).table("bronze.records")) == content(then.table("bronze.records"))
    assert as_of(lake, at).table("bronze.files").count() == 3
    assert as_of(lake, moment("2020-01-01")).table("bronze.files").count() == 0


def test_a_query_is_answered_as_of_then_and_later_ones_as_of_now(lake: Lakehouse) -> None:
    query = "select count(*) as n from silver.dispute_history"
    then, now = as_of(lake, TIMES[0]).sql(query), lake.sql(query)
    again = as_of(lake, TIMES[1]).sql(query)
    assert then.collect()[0]["n"] < again.collect()[0]["n"] < now.collect()[0]["n"]


def test_a_time_without_zone_is_utc(lake: Lakehouse) -> None:
    assert as_of(lake, TIMES[0].replace(tzinfo=None)).at == as_of(lake, TIMES[0]).at == TIMES[0]
    assert as_of(lake, TIMES[0]).at.tzinfo == UTC


def test_what_is_not_about_what_was_known_says_where_to_look(lake: Lakehouse) -> None:
    with pytest.raises(LakehouseError, match=r"gold\.audit is about what was taken in.*at=…"):
        as_of(lake, TIMES[0]).table("gold.audit")
    with pytest.raises(LakehouseError, match=r"no table 'silver\.charge'"):
        as_of(lake, TIMES[0]).table("silver.charge")


def test_bronze_is_cut_while_it_is_read(lake: Lakehouse) -> None:
    assert "known_at" in plans.told(as_of(lake, TIMES[0]).table("silver.charges"))
