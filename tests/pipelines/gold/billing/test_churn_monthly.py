from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import Row, affected, built, day, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD, MRR = "gold.churn_monthly", "gold.subscription_items_mrr_monthly"
MAY = "2026-05-01"


def item(customer: str, opening: int, closing: int, movement: str, item_id: str = "", **facts: Any) -> Row:
    """An item of a customer with what the customer did."""
    column = "expansion" if movement == "none" else movement
    return {
        "account": "acct_a", "currency": "USD", "date": day(MAY), "subscription_item_id": item_id or f"si_{customer}",
        "customer_id": customer, "opening_minor": opening, "closing_minor": closing, "movement": movement,
        **{f"{name}_minor": 0 for name in ("new", "reactivated", "expansion", "contraction", "churned")},
        f"{column}_minor": closing - opening,
    } | facts  # fmt: skip


def test_customers_and_amounts_that_are_lost(any_spark: SparkSession) -> None:
    items = [
        item("a", 1000, 1000, "none"),
        item("b", 500, 0, "churned", churn_reason="voluntary"),
        item("c", 300, 0, "churned", "si_c1", churn_reason="involuntary"),
        item("c", 200, 0, "churned", "si_c2", churn_reason="voluntary"),
        item("d", 0, 700, "new"),
        item("e", 0, 400, "reactivated"),
        item("f", 1000, 0, "contraction", "si_f1"),
        item("f", 0, 600, "contraction", "si_f2"),
        item("g", 100, 250, "expansion"),
        item("h", 0, 0, "none"),  # pays for usage alone
    ]
    [row] = built(any_spark, GOLD, {MRR: items}, MAY)
    assert {name: value for name, value in row.items() if value and name.endswith("_count")} == {
        "opening_customers_count": 5, "new_customers_count": 1, "reactivated_customers_count": 1,
        "churned_customers_count": 2, "voluntary_customers_count": 1, "involuntary_customers_count": 1,
        "closing_customers_count": 5,
    }  # fmt: skip
    assert {name: value for name, value in row.items() if value and name.endswith("_minor")} == {
        "opening_minor": 3100, "new_minor": 700, "reactivated_minor": 400, "expansion_minor": 150,
        "contraction_minor": 400, "churned_minor": 1000, "voluntary_minor": 700, "involuntary_minor": 300,
        "closing_minor": 2950,
    }  # fmt: skip
    assert figures(row, "customer_churn_rate", "revenue_churn_rate") == {
        "customer_churn_rate": 0.4,
        "revenue_churn_rate": 1000 / 3100,
    }


def test_accounts_and_currencies_are_apart_and_nobody_is_no_rate(any_spark: SparkSession) -> None:
    items = [
        item("a", 1000, 0, "churned", churn_reason="paused"),
        item("a", 0, 1000, "new", "si_yen", currency="JPY"),
        item("a", 0, 5, "new", account="acct_b"),
        item("x", 0, 0, "none", currency="EUR"),
    ]
    rows = built(any_spark, GOLD, {MRR: items}, MAY)
    names = ("account", "currency", "churned_customers_count", "paused_minor", "customer_churn_rate")
    assert [tuple(figures(row, *names).values()) for row in rows] == [
        ("acct_a", "JPY", 0, 0, None),
        ("acct_a", "USD", 1, 1000, 1.0),
        ("acct_b", "USD", 0, 0, None),
    ]


def test_months_of_changed_items_are_made_anew(any_spark: SparkSession) -> None:
    one = item("a", 1000, 1000, "none", billed_minor=5)
    assert affected(any_spark, GOLD, {MRR: [one]}) == [MAY]
    assert affected(any_spark, GOLD, {MRR: [one, one | {"billed_minor": 7}]}) == []
