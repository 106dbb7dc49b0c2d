"""What was captured and what was given back, from records that say it in the ways of ten years: worked out by hand.

Each case is an account of its own in one archive. The records of a case come in with two runs, in either order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.frames import CREATED, Json, event

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

TABLES = (
    "bronze.records", "silver.charges", "silver.charge_history", "silver.refunds", "silver.disputes",
    "silver.quarantine", "gold.payments_daily", "gold.disputes_daily",
)  # fmt: skip

OF_2019, OF_2022, OF_2024, OF_2025 = "2019-05-16", "2022-11-15", "2024-06-20", "2025-06-30.basil"


def charge(
    amount: int, captured: int | None, refunded: int, *, is_all: bool | None = None, **more: Any
) -> Json:
    """A charge that succeeded; without an amount captured as before the field existed, and captured."""
    told = {} if captured is None else {"amount_captured": captured}
    return {
        "id": "ch_1", "object": "charge", "created": CREATED, "amount": amount, "amount_refunded": refunded,
        "captured": captured is None or captured > 0, "paid": True,
        "refunded": refunded == amount if is_all is None else is_all, "currency": "usd",
        "status": "succeeded", "disputed": False, "payment_intent": "pi_1", **told, **more,
    }  # fmt: skip


def refund(id: str, amount: int, **more: Any) -> Json:
    return {
        "id": id, "object": "refund", "created": CREATED + 100, "amount": amount, "currency": "usd",
        "charge": "ch_1", "status": "succeeded", **more,
    }  # fmt: skip


def dispute(amount: int, **more: Any) -> Json:
    return {
        "id": "dp_1", "object": "dispute", "created": CREATED + 100, "amount": amount, "currency": "usd",
        "charge": "ch_1", "status": "needs_response", "reason": "fraudulent", **more,
    }  # fmt: skip


def told(kind: str, subject: Json, after: int, version: str) -> Json:
    return event(subject, kind, CREATED + after, f"evt_{after}") | {"api_version": version}


@dataclass(frozen=True)
class Case:
    """Records, and the figures that are right: captured, refunded and disputed payments, each with the amount."""

    name: str
    records: list[Json]
    captured: tuple[int, int]
    refunded: tuple[int, int] = (0, 0)
    disputed: tuple[int, int] = (0, 0)
    uncaptured: tuple[int, int] = (0, 0)
    refused: int = field(default=0)


FAILED = refund("re_1", 1200, status="failed", failure_reason="lost_or_stolen_card")
INSIDE = {"refunds": {"object": "list", "data": [refund("re_1", 1200)]}}

CASES = [
    Case("captured_before_the_field", [told("charge.succeeded", charge(5000, None, 0), 1, OF_2019)], (1, 5000)),
    Case(
        "captured_in_part_before_the_field",
        [told("charge.captured", charge(5000, None, 1500, is_all=False), 1, OF_2019)],
        (1, 3500),
    ),
    Case(
        "captured_in_part_before_the_field_then_refunded",
        [
            told("charge.captured", charge(5000, None, 1500, is_all=False), 1, OF_2019),
            told("charge.refunded", charge(5000, None, 2200, is_all=False), 3, OF_2019),
        ],
        (1, 3500),
        refunded=(1, 700),
    ),
    Case(
        "captured_in_part_before_the_field_then_refunded_and_told_so",
        [
            told("charge.refunded", charge(5000, None, 2200, is_all=False), 3, OF_2019),
            told("charge.captured", charge(5000, None, 1500, is_all=False), 1, OF_2019),
            refund("re_1", 700),
        ],
        (1, 3500),
        refunded=(1, 700),
    ),
    Case(
        "captured_in_part_before_the_field_and_disputed_as_the_charge_says",
        [
            told("charge.captured", charge(5000, None, 1500, is_all=False), 1, OF_2019),
            told("charge.updated", charge(5000, None, 1500, is_all=False, disputed=True), 5, OF_2019),
        ],
        (1, 3500),
        disputed=(1, 3500),
    ),
    Case(
        "captured_in_several_parts",
        [
            told("charge.captured", charge(5000, 2000, 0, is_all=False), 1, OF_2024),
            told("charge.captured", charge(5000, 5000, 0, is_all=False), 3, OF_2024),
            told("charge.refunded", charge(5000, 5000, 3000, is_all=False), 5, OF_2024),
        ],
        (1, 5000),
        refunded=(1, 3000),
    ),
    Case(
        "authorized_before_the_field",
        [told("charge.succeeded", charge(5000, None, 0) | {"captured": False}, 1, OF_2019)],
        (0, 0),
        uncaptured=(1, 5000),
    ),
    Case(
        "failed_before_the_field",
        [told("charge.failed", charge(5000, None, 0, paid=False, status="failed"), 1, OF_2019)],
        (0, 0),
    ),
    Case(
        "captured_in_part",
        [
            told("charge.captured", charge(5000, 2000, 3000, is_all=False), 1, OF_2024),
            told("refund.created", refund("re_rest", 3000), 2, OF_2024),
        ],
        (1, 2000),
    ),
    Case(
        "captured_in_part_then_refunded",
        [
            told("charge.refunded", charge(5000, 2000, 3500, is_all=False), 3, OF_2024),
            told("refund.created", refund("re_rest", 3000), 2, OF_2024),
            told("refund.created", refund("re_1", 500), 3, OF_2024),
        ],
        (1, 2000),
        refunded=(1, 500),
    ),
    Case(
        "captured_in_part_then_refunded_and_nothing_said_of_the_rest",
        [
            told("charge.captured", charge(5000, 2000, 3000, is_all=False), 1, OF_2024),
            told("refund.created", refund("re_1", 500), 3, OF_2024),
        ],
        (1, 2000),
        refunded=(1, 500),
    ),
    Case(
        "captured_in_part_then_refunded_since_2025",
        [told("charge.refunded", charge(5000, 4000, 1500, is_all=False), 3, OF_2025)],
        (1, 4000),
        refunded=(1, 1500),
    ),
    Case(
        "captured_in_part_and_listed_without_a_version",
        [charge(5000, 4000, 300, is_all=False)],
        (1, 4000),
        refunded=(1, 300),
    ),
    Case(
        "released",
        [
            told("charge.refunded", charge(5000, 0, 5000), 3, OF_2024),
            told("refund.created", refund("re_1", 5000, reason="expired_uncaptured_charge"), 3, OF_2024),
        ],
        (0, 0),
        uncaptured=(1, 5000),
    ),
    Case(
        "told_by_the_charge_alone",
        [
            told("charge.succeeded", charge(5000, 5000, 0), 1, OF_2022),
            told("charge.refunded", charge(5000, 5000, 1200), 3, OF_2022),
        ],
        (1, 5000),
        refunded=(1, 1200),
    ),
    Case("told_inside_the_charge", [told("charge.refunded", charge(5000, 5000, 1200, **INSIDE), 3, OF_2019)],
         (1, 5000), refunded=(1, 1200)),
    Case(
        "told_in_every_way",
        [
            told("charge.refunded", charge(5000, 5000, 1200, **INSIDE), 3, OF_2022),
            told("refund.updated", refund("re_1", 1200), 4, OF_2024),
            refund("re_1", 1200),
        ],
        (1, 5000),
        refunded=(1, 1200),
    ),
    Case(
        "refunded_twice_and_one_known",
        [
            told("charge.refunded", charge(5000, 5000, 2000), 3, OF_2022),
            told("refund.created", refund("re_1", 1200), 2, OF_2022),
        ],
        (1, 5000),
        refunded=(1, 2000),
    ),
    Case(
        "refunded_since_the_charge_was_listed",
        [charge(5000, 5000, 0), told("refund.created", refund("re_1", 1200), 2, OF_2024)],
        (1, 5000),
        refunded=(1, 1200),
    ),
    Case(
        "a_refund_that_failed_and_the_charge_does_not_say_so",
        [
            told("charge.refunded", charge(5000, 5000, 1200), 3, OF_2024),
            told("refund.failed", FAILED, 9, OF_2024),
        ],
        (1, 5000),
    ),
    Case(
        "a_refund_that_failed_and_one_that_did_not",
        [
            told("charge.updated", charge(5000, 5000, 700), 10, OF_2024),
            told("refund.failed", FAILED, 9, OF_2024),
            told("refund.created", refund("re_2", 700), 4, OF_2024),
        ],
        (1, 5000),
        refunded=(1, 700),
    ),
    Case(
        "refunded_by_the_intent",
        [
            told("charge.failed", charge(5000, 0, 0, id="ch_0", status="failed", paid=False), 0, OF_2024),
            told("charge.succeeded", charge(5000, 5000, 0), 1, OF_2024),
            told("refund.created", refund("re_1", 1200, charge=None, payment_intent="pi_1"), 3, OF_2024),
        ],
        (1, 5000),
        refunded=(1, 1200),
    ),
    Case(
        "disputed_as_the_charge_says",
        [told("charge.updated", charge(5000, 5000, 0, disputed=True), 5, OF_2024)],
        (1, 5000),
        disputed=(1, 5000),
    ),
    Case(
        "disputed_as_both_say",
        [
            told("charge.updated", charge(5000, 5000, 0, disputed=True, dispute="dp_1"), 5, OF_2024),
            told("charge.dispute.created", dispute(1900), 6, OF_2024),
        ],
        (1, 5000),
        disputed=(1, 1900),
    ),
    Case(
        "disputed_inside_the_charge",
        [told("charge.updated", charge(5000, 5000, 0, disputed=True, dispute=dispute(1900)), 5, OF_2019)],
        (1, 5000),
        disputed=(1, 1900),
    ),
    Case(
        "an_inquiry_is_no_chargeback",
        [
            told("charge.updated", charge(5000, 5000, 0, disputed=True), 5, OF_2024),
            told("charge.dispute.created", dispute(5000, status="warning_needs_response"), 6, OF_2024),
        ],
        (1, 5000),
    ),
    Case("refunded_more_than_it_was_for", [charge(5000, 5000, 5001)], (0, 0), refused=1),
]  # fmt: skip

FIGURES = ("captured", "refunded", "disputed", "uncaptured")


def write(home: Path, name: str, records: dict[str, Iterable[Json]]) -> None:
    for account, documents in records.items():
        folder = home / "raw" / f"account={account}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("".join(f"{json.dumps(one)}\n" for one in documents))


def run(home: Path, spark: SparkSession) -> Lakehouse:
    lake = Lakehouse(load_settings({"home": home}), all_tables(), spark)
    assert not any(
        one.failed for one in flow.refresh(lake, flow.Run(home / "raw", accept_all, sweep, only=TABLES))
    )
    return lake


@pytest.fixture(scope="module", params=["as it happened", "the other way round"])
def figures(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession
) -> dict[str, dict[str, Any]]:
    home = tmp_path_factory.mktemp("told")
    step = 1 if request.param == "as it happened" else -1
    ordered = {case.name: case.records[::step] for case in CASES}
    write(home, "1.ndjson", {name: records[:1] for name, records in ordered.items()})
    run(home, spark)
    write(home, "2.ndjson", {name: records[1:] for name, records in ordered.items() if records[1:]})
    lake = run(home, spark)
    found = {row["account"]: row.asDict() for row in lake.table("gold.payments_daily").collect()}
    for row in lake.table("silver.quarantine").select("file").collect():
        found.setdefault(row[0].split("=")[1].split("/")[0], {}).setdefault("refused", []).append(row[0])
    return found


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_figures_are_those_worked_out_by_hand(figures: dict[str, dict[str, Any]], case: Case) -> None:
    row = figures[case.name]
    for name in FIGURES:
        assert (row.get(f"{name}_count", 0), row.get(f"{name}_minor", 0)) == getattr(case, name), name
    assert len(row.get("refused", [])) == case.refused
    assert (row.get("refund_rate") or 0) <= 1
