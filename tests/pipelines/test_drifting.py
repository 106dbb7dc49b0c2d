"""Drift through the whole flow: nothing is refused for it, and each difference is news once."""

from __future__ import annotations

import json

import pytest
from frames import CREATED, Json, event, rows

from pipelines.erasure.redactions import sweep
from pipelines.flow import drift as drifting
from pipelines.flow import refresh as flow
from pipelines.flow.drift import NEWS
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import Batch, CheckResult, Verdict
from pipelines.lakehouse import Lakehouse

pytestmark = pytest.mark.engine

TABLES = ("bronze.records", "silver.payouts", "gold.schema_drift")


def payout(number: int, **changes: object) -> Json:
    subject = {
        "id": f"po_{number}", "object": "payout", "amount": 500, "arrival_date": CREATED, "automatic": True,
        "created": CREATED, "currency": "usd", "livemode": True, "method": "standard",
        "reconciliation_status": "completed", "source_type": "card", "status": "paid", "type": "bank_account",
    }  # fmt: skip
    return event(subject | changes, "payout.paid", CREATED + number, f"evt_{number}")


class Auditor:
    """An audit that notes what was told of drift and how many differences were news."""

    def __init__(self) -> None:
        self.told: list[tuple[float | None, str]] = []

    def __call__(self, batch: Batch) -> Verdict:
        if NEWS not in batch.facts:
            return Verdict()
        self.told.append((batch.facts[NEWS], batch.told[NEWS]))
        return Verdict((CheckResult("nothing_new", "warning", not batch.facts[NEWS], "", batch.told[NEWS]),))


@pytest.fixture
def auditor() -> Auditor:
    return Auditor()


def refresh(lake: Lakehouse, auditor: Auditor, name: str, *records: Json) -> dict[str, Outcome]:
    raw = lake.settings.home / "raw"
    raw.mkdir(exist_ok=True)
    (raw / f"{name}.ndjson").write_text("".join(json.dumps(record) + "\n" for record in records))
    return {o.table: o for o in flow.refresh(lake, flow.Run(raw, auditor, sweep, only=TABLES))}


def drifted(lake: Lakehouse) -> list[tuple[str, int]]:
    table = lake.table("gold.schema_drift").select("field_path", "records_count")
    return [(row["field_path"], row["records_count"]) for row in rows(table)]


def test_drift_is_kept_counted_and_told_once(lake: Lakehouse, auditor: Auditor) -> None:
    first = refresh(lake, auditor, "a", payout(1, speed="fast"), payout(2))
    assert first["silver.payouts"].rows == 2
    assert first["silver.payouts"].quarantined == 0
    assert drifted(lake) == [("speed", 1)]

    refresh(lake, auditor, "b", payout(3, speed="fast"), payout(4, fee={"amount": 1}))
    assert drifted(lake) == [("fee", 1), ("speed", 2)]

    calm = refresh(lake, auditor, "c", payout(5))
    assert calm["gold.schema_drift"].status == "unchanged"
    assert lake.note("gold.schema_drift")["watermark"] == 3
    assert lake.note("gold.schema_drift")["checks"]["failures"] == {}

    refresh(lake, auditor, "d", payout(6, speed="slow"))
    assert auditor.told == [
        (1.0, "1 new drift: payout.speed (new field); see gold.schema_drift"),
        (1.0, "1 new drift: payout.fee (new field); see gold.schema_drift"),
        (0.0, "no new drift"),
    ]
    assert drifted(lake) == [("fee", 1), ("speed", 3)]
    kept = lake.table("bronze.records").filter("drift is not null")
    assert [json.loads(row["payload"])["data"]["object"]["id"] for row in kept.collect()]


def test_a_type_that_changed_is_told_and_what_does_not_fit_is_in_quarantine(
    lake: Lakehouse, auditor: Auditor
) -> None:
    found = refresh(lake, auditor, "a", payout(1), payout(2, amount="a lot"))
    assert (found["silver.payouts"].rows, found["silver.payouts"].quarantined) == (1, 1)
    assert auditor.told == [
        (1.0, "1 new drift: payout.amount (type changed string, known as integer); see gold.schema_drift")
    ]


def test_a_full_refresh_is_no_news(lake: Lakehouse, auditor: Auditor) -> None:
    refresh(lake, auditor, "a", payout(1, speed="fast"))
    again = drifting.refresh_drift(lake, auditor, full=True)
    assert again.status == "published"
    assert [count for count, _ in auditor.told] == [1.0, 0.0]


def test_many_differences_are_named_in_part(lake: Lakehouse, auditor: Auditor) -> None:
    refresh(lake, auditor, "a", payout(1, **{f"new_{letter}": 1 for letter in "abcdefg"}))
    ((count, text),) = auditor.told
    assert count == 7
    assert text.startswith("7 new drifts: payout.new_a (new field); payout.new_b")
    assert text.endswith("; and 2 more; see gold.schema_drift")


MAPPING = """
source: acme
doc: Payouts of another processor.
files: [acme/*.csv]
format: csv
account: acme
unread: [{unread}]
tables:
  payouts:
    columns:
      payout_id: Reference
      created_at: {{field: When, format: epoch}}
      amount_minor: {{field: Amount, unit: minor}}
      currency: {{constant: EUR}}
      status: {{field: State}}
"""


def test_rows_of_another_source_drift_by_their_columns_until_the_mapping_names_them(
    lake: Lakehouse, auditor: Auditor
) -> None:
    raw = lake.settings.home / "raw"
    (raw / "acme").mkdir(parents=True)
    (raw / "acme" / "a.csv").write_text("Reference,When,Amount,note\na,1767225600,5,hello\nb,1767225600,6,\n")
    for unread, expected in (("Batch", [("State", 2), ("note", 2)]), ("Batch, note", [("State", 2)])):
        (lake.settings.home / "sources").mkdir(exist_ok=True)
        (lake.settings.home / "sources" / "acme.yaml").write_text(MAPPING.format(unread=unread))
        with Lakehouse(lake.settings, lake.tables, lake.spark) as again:
            only = ("bronze.records", "gold.schema_drift")
            list(flow.refresh(again, flow.Run(raw, auditor, sweep, only)))
            assert drifted(again) == expected
    assert auditor.told[0][1] == (
        "2 new drifts: acme: row.State (missing field); acme: row.note (new field); see gold.schema_drift"
    )
