"""What else happened between two days, as far as tables tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.delta.commits import Replace
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.pipelines.gold.silver_rows import at, frame
from tests.vermeil.support.paid import fill
from vermeil.support.happened import MOST, Happened, happened

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
DECISIONS = "gold.payment_decisions"

SCORE = {"feature_row": b"", "created_at": at("2026-03-01"), "account": "a", "charge_id": "ch_1"}
DRIFT = {"model_version": "fraud-1", "window_days": 28, "stability_index": 0.4}
SCHEMA = {"object_type": "charge", "drift": "new_field", "records_count": 12, "source": "stripe", "found": ""}
TESTED = {
    "account": "shop",
    "currency": "USD",
    "attempts_count": 40,
    "refused_count": 38,
    "first_at": at("2026-03-09"),
}
TABLES = {
    "gold.payment_scores": [
        SCORE | {"model_version": "fraud-1", "role": "serving", "date": date(2026, 1, 1)},
        SCORE | {"model_version": "fraud-2", "role": "serving", "date": date(2026, 3, 10)},
        SCORE | {"model_version": "fraud-3", "role": "shadow", "date": date(2026, 3, 12)},
    ],
    "gold.model_drift_daily": [
        *(DRIFT | {"column_name": f"feature_{number}", "date": date(2026, 3, 20)} for number in range(7)),
        DRIFT | {"column_name": "hour", "date": date(2026, 3, 21), "stability_index": 0.2},
        DRIFT | {"column_name": "amount", "date": date(2026, 2, 1)},
        DRIFT | {"column_name": "amount", "date": date(2026, 3, 2)},
    ],
    "gold.schema_drift": [
        SCHEMA | {"field_path": "new_one", "first_seen_at": at("2026-03-05T09:00:00")},
        SCHEMA | {"field_path": "old_one", "first_seen_at": at("2025-03-05T09:00:00")},
    ],
    "gold.card_testing_alerts": [TESTED | {"date": date(2026, 3, 9)}, TESTED | {"date": date(2026, 4, 9)}],
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Lakehouse]:
    settings = load_settings({"home": tmp_path_factory.mktemp("happened")})
    with Lakehouse(settings, all_tables(), spark) as found:
        fill(found, TABLES)
        with found.writing("vermeil run"):
            found.create(DECISIONS)
            for number, rules in enumerate(("aaa", "aaa", "bbb")):
                staged = found.staging.write(DECISIONS, str(number), frame(spark, DECISIONS, []))
                found.publish(DECISIONS, staged, Replace(), {"context": rules})
        yield found.released()


def told(found: list[Happened], kind: str) -> list[str]:
    return [f"{one.day:%m-%d} {one.what}" for one in found if one.kind == kind]


def test_what_began_in_between_is_told_and_nothing_else(lake: Lakehouse) -> None:
    found = happened(lake, FIRST, LAST)
    assert told(found, "model") == [
        "03-10 The model fraud-2 decides from this day on.",
        "03-12 The model fraud-3 scores in the shadow of another from this day on.",
    ]
    assert told(found, "schema") == [
        "03-05 Records of charge began to differ: new_field at new_one (12 records)."
    ]
    assert told(found, "card testing") == ["03-09 Cards were tested at shop: 40 small attempts, 38 refused."]
    assert told(found, "rules") == []
    assert [one.day for one in found] == sorted(one.day for one in found)


def test_of_many_columns_that_shifted_a_few_are_named(lake: Lakehouse) -> None:
    found = told(happened(lake, FIRST, LAST), "drift")
    assert len(found) == MOST + 1
    assert "feature_0 had shifted against what fraud-1 learnt from" in found[0]
    assert found[-1] == "03-20 And 2 more columns shifted from here on."
    assert not any("amount" in one or "hour" in one for one in found)


def test_rules_and_releases_are_told_on_the_day_they_were_made(lake: Lakehouse) -> None:
    today = datetime.now(UTC).date()
    found = happened(lake, today - timedelta(days=2), today + timedelta(days=1))
    [rules] = told(found, "rules")
    assert "The rules became bbb, from aaa" in rules
    [release] = told(found, "release")
    assert "was made by vermeil run" in release


def test_an_empty_lakehouse_tells_nothing(lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = load_settings({"home": tmp_path_factory.mktemp("empty")})
    with Lakehouse(settings, all_tables(), lake.spark) as empty:
        assert happened(empty.released(), FIRST, LAST) == []
