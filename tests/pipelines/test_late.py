"""What comes late or out of order: the right rows in silver, history and gold, and no other day is rewritten.

One lakehouse takes in five deliveries, each wrong in its own way. What was rewritten is read from Delta's own
log, and from the rows before and after.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from deliveries import (
    GOLD,
    SILVER,
    Document,
    charge,
    content,
    deliver,
    dispute,
    enveloped,
    moment,
    refreshed,
    refund,
    told,
)
from frames import Json

from pipelines.flow.conservation import audit
from pipelines.lakehouse import Lakehouse

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

HISTORIES = ("silver.charge_history", "silver.dispute_history")
PAID = moment("2026-01-10T12:00:00")
LATER_PAID = moment("2026-01-11T12:00:00")
REFUNDED = moment("2026-01-12T12:00:00")
DISPUTED = PAID + timedelta(days=122)

DISPUTED_CHARGE = charge("ch_disputed", PAID)
LATE_CHARGE = charge("ch_late", LATER_PAID, 500)
CASE = dispute("du_1", "ch_disputed", DISPUTED, 1000)

DELIVERIES: dict[str, list[Document]] = {
    "payments, and a refund before its charge": [
        told(DISPUTED_CHARGE, "charge.succeeded", PAID),
        told({**DISPUTED_CHARGE, "description": "shipped"}, "charge.updated", PAID + timedelta(days=9)),
        told(charge("ch_other", LATER_PAID), "charge.succeeded", LATER_PAID),
        told(refund("re_early", "ch_late", REFUNDED, 200), "refund.created", REFUNDED),
    ],
    "a dispute four months after its payment": [told(CASE, "charge.dispute.created", DISPUTED)],
    "the charge of the refund": [
        told({**LATE_CHARGE, "amount_refunded": 200}, "charge.refunded", REFUNDED),
        told(LATE_CHARGE, "charge.succeeded", LATER_PAID),
    ],
    "updates older than what is there": [
        told({**DISPUTED_CHARGE, "description": "packed"}, "charge.updated", PAID + timedelta(days=3)),
        told(charge("ch_disputed", PAID, status="pending"), "charge.pending", PAID),
    ],
    "copies of all that, in envelopes": [],
}
DELIVERIES["copies of all that, in envelopes"] = [
    enveloped(document) for documents in list(DELIVERIES.values()) for document in documents
]
FIRST, DISPUTE, CHARGE, OLDER, COPIES = DELIVERIES


@dataclass
class Commits:
    """What a delivery did to a table, as Delta's log has it.

    Attributes:
        dates: days named in what the commits replaced.
        files: files that they added or took away.
        changed: days of rows that differ afterwards.
    """

    dates: set[str] = field(default_factory=set)
    files: int = 0
    changed: set[str] = field(default_factory=set)


class Site:
    """A lakehouse that took in every delivery, and what each of them did to gold."""

    def __init__(self, home: Path, spark: SparkSession) -> None:
        self.did: dict[str, dict[str, Commits]] = {}
        for number, (name, documents) in enumerate(DELIVERIES.items()):
            before = self._versions(home)
            deliver(documents, home / "raw", f"delivery-{number}.ndjson")
            self.lake = refreshed(home, spark)
            self.did[name] = {table: self._commits(table, before.get(table)) for table in (*SILVER, *GOLD)}

    def _versions(self, home: Path) -> dict[str, int]:
        if not (home / "lakehouse").exists():
            return {}
        return {name: commits[0].version for name in GOLD if (commits := self.lake.history(name, 1))}

    def _commits(self, table: str, before: int | None) -> Commits:
        found = Commits()
        if not (commits := self.lake.history(table, 1)):
            return found  # nothing that came in was for this table yet
        newest = commits[0].version
        for version in range((before or 0) + 1, newest + 1):
            for action in actions(self.lake, table, version):
                asked = str(action.get("commitInfo", {}).get("operationParameters", {}).get("predicate", ""))
                found.dates |= set(re.findall(r"\d{4}-\d\d-\d\d", asked))
                found.files += "add" in action or "remove" in action
        if before is not None and table in GOLD:
            old, new = (rows(self.lake.table(table, version)) for version in (before, newest))
            found.changed = {str(json.loads(row)["date"]) for row in old ^ new}
        return found

    def row(self, table: str, **key: Any) -> Json:
        [found] = [r for r in self.rows(table) if all(r[name] == value for name, value in key.items())]
        return found

    def rows(self, table: str) -> list[Json]:
        found: list[Json] = self.lake.table(table).toArrow().to_pylist()
        return found


def actions(lake: Lakehouse, table: str, version: int) -> list[Json]:
    log = Path(lake.table_uri(table)) / "_delta_log" / f"{version:020d}.json"
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def rows(frame: Any) -> set[str]:
    return {json.dumps(row, default=str, sort_keys=True) for row in frame.toArrow().to_pylist()}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Site:
    return Site(tmp_path_factory.mktemp("late"), spark)


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Lakehouse:
    """The same records, once each and in the order in which they happened, in one delivery."""
    documents = [document for name in (FIRST, DISPUTE, CHARGE, OLDER) for document in DELIVERIES[name]]
    home = tmp_path_factory.mktemp("in-order")
    deliver(sorted(documents, key=lambda document: document.known), home / "raw", "all.ndjson")
    return refreshed(home, spark)


def test_a_dispute_counts_on_its_own_day_and_against_its_payment(site: Site) -> None:
    assert site.row("silver.disputes", dispute_id="du_1")["created_date"] == DISPUTED.date()
    assert site.row("gold.payments_daily", date=PAID.date())["disputed_count"] == 1
    raised = site.row("gold.disputes_daily", date=DISPUTED.date(), network="visa")
    cohort = site.row("gold.disputes_daily", date=PAID.date(), network="visa")
    assert (raised["chargebacks_count"], raised["cohort_disputed_count"]) == (1, 0)
    assert (cohort["chargebacks_count"], cohort["cohort_disputed_count"]) == (0, 1)


def test_a_refund_that_came_before_its_charge_is_counted_with_it(site: Site) -> None:
    assert site.row("silver.charges", charge_id="ch_late")["amount_refunded_minor"] == 200
    assert site.row("gold.payments_daily", date=LATER_PAID.date())["refunded_minor"] == 200


def test_an_older_update_changes_the_past_and_not_the_present(site: Site) -> None:
    assert site.row("silver.charges", charge_id="ch_disputed")["description"] == "shipped"
    versions = [r for r in site.rows("silver.charge_history") if r["charge_id"] == "ch_disputed"]
    lived = [
        (r["status"], r["description"], days(r["valid_from"]), days(r["valid_to"]), r["is_current"])
        for r in sorted(versions, key=lambda r: r["version"])
    ]
    assert lived == [
        ("pending", None, 0, 0, False),
        ("succeeded", None, 0, 3, False),
        ("succeeded", "packed", 3, 9, False),
        ("succeeded", "shipped", 9, None, True),
    ]


def days(at: datetime | None) -> int | None:
    return None if at is None else (at.replace(tzinfo=None) - PAID.replace(tzinfo=None)).days


PAY, DIS = GOLD
REWRITTEN: dict[tuple[str, str], set[date]] = {
    (DISPUTE, PAY): {PAID.date()},
    (DISPUTE, DIS): {PAID.date(), DISPUTED.date()},
    (CHARGE, PAY): {LATER_PAID.date()},
    (CHARGE, DIS): {LATER_PAID.date()},
}
"""Days whose figures change. Of an older update and of copies nothing changes."""


@pytest.mark.parametrize(("delivery", "table"), REWRITTEN, ids=str)
def test_only_the_days_that_are_affected_are_replaced(site: Site, delivery: str, table: str) -> None:
    did = site.did[delivery][table]
    expected = {day.isoformat() for day in REWRITTEN[delivery, table]}
    assert did.dates == expected
    assert did.changed == expected


@pytest.mark.parametrize("delivery", [OLDER, COPIES])
@pytest.mark.parametrize("table", GOLD)
def test_what_changes_no_current_row_rewrites_no_file_of_gold(site: Site, delivery: str, table: str) -> None:
    assert site.did[delivery][table].files == 0
    assert site.did[delivery][table].changed == set()


@pytest.mark.parametrize("table", [*SILVER, *GOLD])
def test_all_of_it_is_as_if_it_had_come_in_order(site: Site, in_order: Lakehouse, table: str) -> None:
    assert content(site.lake.table(table)) == content(in_order.table(table))


def test_every_version_is_one_record_that_is_current_or_superseded(site: Site) -> None:
    found = audit(site.lake)
    versions = sum(site.lake.table(table).count() for table in (*HISTORIES, "silver.refunds"))
    assert found.balanced
    assert versions == found.total.current + found.total.superseded
