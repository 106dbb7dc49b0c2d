"""An object that changes moves what it counted towards: the day that it has left is computed again, too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.frames import CREATED, Json, event
from tests.same_rows import differing_answers

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

DAY = 86_400


def found(kind: str, object_id: str, day: int, **values: object) -> Json:
    created = CREATED + day * DAY
    return {"object": kind, "id": object_id, "created": created, "currency": "usd", "amount": 500, **values}


def transaction(available: int) -> Json:
    return found(
        "balance_transaction", "txn_1", 0, net=480, fee=20, type="charge", reporting_category="charge",
        available_on=CREATED + available * DAY,
    )  # fmt: skip


def payout(day: int) -> Json:
    return found("payout", f"po_{day}", day, automatic=True, status="paid", arrival_date=CREATED + day * DAY)


def charge(method: str | None) -> Json:
    details = (
        {"type": method, "card": {"brand": "visa", "network": "visa"}}
        if method == "card"
        else {"type": method}
    )
    return found(
        "charge", "ch_1", 0, status="succeeded", paid=True, captured=True, payment_method_details=details
    )


def claim(kind: str, object_id: str, charge_id: str) -> Json:
    return found(kind, object_id, 3, charge=charge_id, status="succeeded", reason="fraudulent")


def other_charge() -> Json:
    return charge("card") | {"id": "ch_2", "created": CREATED + DAY}


MOVES: dict[str, tuple[list[Json], list[Json], tuple[str, ...]]] = {
    "a transaction that becomes available with a later payout": (
        [payout(1), payout(3), transaction(1)],
        [transaction(3)],
        ("silver.balance_transactions", "silver.payouts", "gold.balances_daily"),
    ),
    "a payment that turns out to be no card payment": (
        [charge("card")],
        [charge("link")],
        ("silver.charges", "silver.payment_intents", "gold.authorizations_daily"),
    ),
    "a refund that is of another payment": (
        [charge("card"), other_charge(), claim("refund", "re_1", "ch_1")],
        [claim("refund", "re_1", "ch_2")],
        ("silver.charges", "silver.refunds", "gold.payments_daily"),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("move", MOVES)
def test_the_day_that_something_leaves_is_computed_again(
    move: str, tmp_path: Path, spark: SparkSession
) -> None:
    before, after, tables = MOVES[move]
    in_parts, at_once = tmp_path / "parts", tmp_path / "once"
    deliver(in_parts, [before, after], tables, spark)
    deliver(at_once, [[*before, *after]], tables, spark)
    assert differing_answers(in_parts / "lakehouse", at_once / "lakehouse") == []


def deliver(home: Path, parts: Sequence[Sequence[Json]], tables: Sequence[str], spark: SparkSession) -> None:
    raw = home / "raw"
    raw.mkdir(parents=True)
    number = 0
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        for part in parts:
            lines = []
            for subject in part:
                number += 1
                kind = f"{subject['object']}.updated"
                lines.append(json.dumps(event(subject, kind, CREATED + 9 * DAY + number, f"evt_{number}")))
            (raw / f"{number}.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
            only = ("bronze.records", *tables)
            list(flow.refresh(lake, flow.Run(raw, accept_all, sweep, only)))
