"""A reader that knows the names of a demo's lakehouse, without one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.catalog import all_tables
from vermeil.ask.lexicon import Lexicon
from vermeil.ask.plan import ChangePlan, MetricPlan, QualityPlan
from vermeil.ask.reading import Read, Reader

TODAY = date(2026, 6, 17)

VALUES = {
    "account": frozenset(("platform", "acct_1A", "acct_1B")),
    "currency": frozenset(("EUR", "GBP", "JPY", "USD", "all")),
    "network": frozenset(("visa", "mastercard", "amex", "none", "unknown")),
    "card_network": frozenset(("visa", "mastercard", "None")),
    "card_funding": frozenset(("credit", "debit", "prepaid", "none")),
    "wallet": frozenset(("apple_pay", "google_pay", "none")),
    "decline_reason": frozenset(
        ("insufficient_funds", "do_not_honor", "lost_card", "generic_decline", "none")
    ),
    "reason": frozenset(("fraudulent", "product_not_received", "duplicate")),
    "payment_method_type": frozenset(("card", "klarna", "sepa_debit")),
    "document_type": frozenset(("passport", "id_card")),
}


@cache
def reader() -> Reader:
    return Reader(Lexicon(all_tables(), VALUES), TODAY, lambda *_: date(2026, 6, 16))


def paraphrases(*, held: bool) -> list[dict[str, Any]]:
    text = Path(__file__).with_name("paraphrases.yaml").read_text(encoding="utf-8")
    return [one for one in yaml.safe_load(text)["questions"] if bool(one.get("held")) is held]


def verdict(read: Read, expected: Mapping[str, Any]) -> str:
    """right, asked back, refused or wrong; with what is off."""
    wanted = expected.get("expect", "answered")
    got = "asked" if read.readings else "refused" if read.turned else "answered"
    if wanted != "answered":
        same = got == wanted or (wanted, got) == ("blocked", "refused")
        return "right" if same else "wrong" if got == "answered" else got
    if got != "answered":
        return got
    off = [name for name, is_so in _off(read, expected).items() if is_so]
    return f"wrong: {', '.join(off)}" if off else "right"


def _off(read: Read, expected: Mapping[str, Any]) -> dict[str, bool]:
    plan = read.plan
    assert plan is not None
    found = {"kind": plan.kind != expected.get("kind", "metric")}
    match plan:
        case QualityPlan():
            found["about"] = plan.about != expected.get("about")
        case ChangePlan():
            found["metric"] = [plan.metric] != expected["metrics"]
            found["time"] = plan.time.text != expected["time"] or plan.against.text != expected["against"]
        case MetricPlan() if not found["kind"]:
            found |= _of_figures(plan, expected)
    return found


def _of_figures(plan: MetricPlan, expected: Mapping[str, Any]) -> dict[str, bool]:
    wanted, got = set(expected["metrics"]), set(plan.metrics)
    where = {one.dimension: sorted(map(str, one.values)) for one in plan.where if one.sign == "="}
    asked = {name: _texts(value) for name, value in expected.get("where", {}).items()}
    return {
        "metric": not (got <= wanted if expected.get("any") else got == wanted),
        "by": not set(expected.get("by", ())) <= set(plan.by),
        "where": any(where.get(name) != values for name, values in asked.items()),
        "time": "time" in expected and (plan.time is None or plan.time.text != expected["time"]),
        "against": (plan.against.text if plan.against else None) != expected.get("against"),
        "order": "order" in expected and expected["order"] not in plan.order,
        "limit": "limit" in expected and expected["limit"] != plan.limit,
        "keeping": {one.metric: one.value for one in plan.keeping} != expected.get("keeping", {}),
        "known_at": bool(plan.known_at) != ("known_at" in expected),
    }


def _texts(value: object) -> list[str]:
    return sorted(map(str, value)) if isinstance(value, list) else [str(value)]
