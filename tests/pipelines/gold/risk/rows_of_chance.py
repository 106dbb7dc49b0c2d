"""Silver of chance: what is rare in a small archive is common in it: disputes, bursts, test mode, accounts."""

# ruff: noqa: E501 - one row reads better in few lines

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import (
    Row,
    Tables,
    blocked,
    charge,
    created,
    declined,
    dispute,
    frame,
    refund,
    warning,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

START, DAYS = datetime(2026, 2, 10, tzinfo=UTC), 80
ACCOUNTS = {"acct_a": "US", "acct_b": "DE", "acct_c": "AE", "acct_d": None}
STATUSES = (
    "needs_response",
    "under_review",
    "won",
    "lost",
    "warning_needs_response",
    "warning_closed",
    "prevented",
    None,
)
REASONS = ("fraudulent", "unrecognized", "duplicate", "product_not_received", None)
CODES = ("10.4", "4837", "4863", "4853", None)


@dataclass
class Lake:
    """Tables of frames by name, as an oracle reads them from a lakehouse."""

    spark: SparkSession
    rows: Tables

    def table(self, name: str) -> DataFrame:
        return frame(self.spark, name, self.rows.get(name, ()))


def rows(seed: int = 3, payments: int = 1500) -> Tables:
    chance = random.Random(seed)
    charges = [_charge(chance, n) for n in range(payments)]
    for burst in range(30):
        charges += _burst(chance, burst)
    for made in charges:
        made["known_at"] = made["created_at"]
    charges[0]["known_at"] = START + timedelta(days=2 * DAYS)
    claimed = [made for made in charges if made["status"] == "succeeded"]
    disputes = [_dispute(chance, n, chance.choice(claimed)) for n in range(payments // 5)]
    return {
        "silver.charges": charges,
        "silver.charge_history": [
            made
            | {
                "version": "1",
                "is_current": True,
                "fraud_report_by_merchant": "fraudulent" if n % 90 == 0 else None,
            }
            for n, made in enumerate(charges)
        ],
        "silver.reviews": [_review(chance, n, chance.choice(claimed)) for n in range(payments // 20)],
        "gold.payment_decisions": [_decision(chance, made) for made in chance.sample(charges, payments // 3)],
        "silver.disputes": disputes,
        "silver.dispute_history": [version for made in disputes for version in _versions(chance, made)],
        "silver.early_fraud_warnings": [
            _warning(chance, n, chance.choice(claimed)) for n in range(payments // 8)
        ],
        "silver.refunds": [_refund(chance, n, chance.choice(claimed)) for n in range(payments // 8)],
        "silver.accounts": [
            {"account": "platform", "account_id": name, "country": country}
            for name, country in ACCOUNTS.items()
        ],
    }


def _moment(chance: random.Random) -> str:
    return (START + timedelta(seconds=chance.randrange(DAYS * 86_400))).replace(tzinfo=None).isoformat()


def _charge(chance: random.Random, number: int) -> Row:
    make = chance.choices((charge, declined, blocked), (8, 2, 1))[0]
    network = chance.choice(("visa", "mastercard", None))
    amount = chance.choice((90, 700, 40_000, 9_000_000))
    return make(f"ch_{number}", _moment(chance)) | {
        "account": chance.choice(list(ACCOUNTS)), "currency": chance.choice(("USD", "USD", "EUR", "JPY")),
        "amount_minor": amount, "amount_captured_minor": amount if make is charge else 0,
        "card_network": network, "card_brand": network,
        "is_card_not_present": chance.random() < 0.8, "livemode": chance.choice((True, True, True, None, False)),
        "payment_method_type": "card" if chance.random() < 0.9 else "ideal",
        "card_fingerprint": f"card_{chance.randrange(300)}", "customer_id": f"cus_{chance.randrange(200)}",
        "three_d_secure_result": chance.choice(("authenticated", "failed", None)),
        "payment_intent_id": chance.choice((f"pi_{number}", None)), "outcome_type": chance.choice(("authorized", "manual_review", None, None)),
        "risk_level": chance.choice(("normal", "elevated", "highest", None)),
        "outcome_rule_id": chance.choice(("rule_1", None, None)), "ip_address": f"ip_{chance.randrange(90)}",
    }  # fmt: skip


def _burst(chance: random.Random, number: int) -> list[Row]:
    """Small attempts within an hour and a half, some too few, some with too much success."""
    start = START + timedelta(hours=chance.randrange(24 * DAYS - 2), minutes=chance.randrange(60))
    account, currency = chance.choice(list(ACCOUNTS)), chance.choice(("USD", "JPY"))
    found = []
    for n in range(chance.randrange(8, 60)):
        when = (start + timedelta(seconds=chance.randrange(5400))).replace(tzinfo=None).isoformat()
        make = chance.choices((declined, blocked, charge), (3, 1, chance.choice((1, 4))))[0]
        made = make(
            f"ch_b{number}_{n}", when, card_fingerprint=f"card_{chance.randrange(300)}", amount_minor=120
        )
        found.append(
            made | {"account": account, "currency": currency, "ip_address": f"ip_{chance.randrange(3)}"}
        )
    return found


def _after(chance: random.Random, made: Row, most: int = 40) -> str:
    last = START + timedelta(days=DAYS)
    later = min(made["created_at"] + timedelta(seconds=chance.randrange(most * 86_400)), last)
    return later.replace(tzinfo=None).isoformat()


def _dispute(chance: random.Random, number: int, made: Row) -> Row:
    status = chance.choice(STATUSES)
    is_inquiry, is_prevented = (status or "").startswith("warning"), status == "prevented"
    reason = chance.choice(REASONS)
    by_intent = made.get("payment_intent_id") and chance.random() < 0.2
    return dispute(f"dp_{number}", None if by_intent else chance.choices((made["charge_id"], "ch_gone"), (19, 1))[0], _after(chance, made)) | {
        "account": made["account"], "currency": made["currency"], "amount_minor": made["amount_minor"],
        "payment_intent_id": made.get("payment_intent_id"), "livemode": made["livemode"], "status": status, "reason": reason,
        "is_inquiry": is_inquiry, "is_prevented": is_prevented, "is_chargeback": not is_inquiry and not is_prevented,
        "is_fraud": reason == "fraudulent", "is_closed": status in ("won", "lost", "prevented", "warning_closed"),
        "network_reason_code": chance.choice(CODES), "card_network": chance.choice(("visa", None)),
        "card_brand": "jcb", "submission_count": chance.choice((0, 0, 1, None)), "is_past_due": chance.random() < 0.3,
    }  # fmt: skip


def _versions(chance: random.Random, made: Row) -> list[Row]:
    since = [made["created_at"] + timedelta(days=n * 3) for n in range(chance.randrange(1, 4))]
    return [
        made | {"version": str(n), "valid_from": moment, "event_type": chance.choice(("charge.dispute.updated", None)),
                "is_closed": made["is_closed"] and chance.random() < 0.6, "is_current": n == len(since) - 1,
                "submission_count": n if made["submission_count"] else 0, "status": made["status"] if n else "needs_response"}
        for n, moment in enumerate(since)
    ]  # fmt: skip


def _warning(chance: random.Random, number: int, made: Row) -> Row:
    kept = {"account": made["account"], "livemode": made["livemode"], "currency": None}
    return warning(f"issfr_{number}", made["charge_id"], _after(chance, made)) | kept


def _refund(chance: random.Random, number: int, made: Row) -> Row:
    kept = {name: made[name] for name in ("account", "livemode", "currency")}
    return refund(f"re_{number}", made["charge_id"], _after(chance, made), made["amount_minor"] // 2) | kept


def _review(chance: random.Random, number: int, made: Row) -> Row:
    kept = {name: made[name] for name in ("account", "livemode", "charge_id")}
    closed = chance.choice(("approved", "refunded_as_fraud"))
    return created(_after(chance, made)) | kept | {"review_id": f"prv_{number}", "closed_reason": closed}


def _decision(chance: random.Random, made: Row) -> Row:
    action = chance.choice(("block", "review", "3ds", "allow", "none"))
    kept = {name: made[name] for name in ("account", "charge_id", "currency", "created_at", "amount_minor")}
    return kept | {
        "date": made["created_date"],
        "action": action,
        "decided_by": chance.choice(("model", "rule_a")),
    }
