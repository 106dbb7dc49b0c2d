# ruff: noqa: E501 - one row a line

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, cast

import pytest

from pipelines.gold.shared.recipe import ByDay, recipe
from tests.pipelines.gold.oracle import texts
from tests.pipelines.gold.oracles import ORACLES
from tests.pipelines.gold.silver_rows import Row, Tables, affected, at, built, created, frame, frames

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from pipelines.lakehouse import Lakehouse

GOLD = "gold.subscription_items_mrr_monthly"
MONTHS = ("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01")
SUBSCRIPTIONS, ITEMS, PRICES = (
    "silver.subscription_history",
    "silver.subscription_item_history",
    "silver.prices",
)
LINES, INVOICES, COUPONS = "silver.invoice_line_items", "silver.invoices", "silver.coupons"

Version = tuple[str, Row, list[Row]]
"""When a version came to be, what it says of the subscription, and its items."""


def subscribed(*versions: Version, subscription: str = "sub_1", **facts: Any) -> dict[str, list[Row]]:
    """A subscription's history with that of its items; it began with its first version."""
    began = {"start_at": at(versions[0][0])} | facts
    ends = [at(version[0]) for version in versions[1:]] + [None]
    found: dict[str, list[Row]] = {SUBSCRIPTIONS: [], ITEMS: []}
    for number, ((when, told, items), end) in enumerate(zip(versions, ends, strict=True)):
        shared = created(when) | {
            "subscription_id": subscription, "version_id": f"evt_{subscription}_{number}", "version": f"{number}",
            "valid_from": at(when), "valid_to": end, "occurred_at": at(when), "known_at": at("2030-01-01"),
        }  # fmt: skip
        found[SUBSCRIPTIONS].append(
            shared
            | {"customer_id": "cus_1", "status": "active"}
            | began
            | {"created_at": began["start_at"]}
            | told
        )
        given = {name: facts[name] for name in ("account",) if name in facts}
        found[ITEMS] += [shared | {"is_deleted": False} | item | given for item in items]
    return found


def item(amount: int | None, quantity: int | None = 1, item_id: str = "si_1", **facts: Any) -> Row:
    """A monthly item."""
    return {
        "subscription_item_id": item_id, "unit_amount_minor": amount, "quantity": quantity, "interval": "month",
        "interval_count": 1, "price_id": f"price_{amount}",
    } | facts  # fmt: skip


CLOCK = {
    INVOICES: [
        created("2026-04-20") | {"invoice_id": "in_clock", "occurred_at": at("2026-04-20"), "status": "draft"}
    ]
}


def all_of(*tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    names = {name for one in tables for name in one}
    return {name: [row for one in tables for row in one.get(name, [])] for name in names}


def moves(
    spark: SparkSession, *tables: dict[str, list[Row]], months: tuple[str, ...] = MONTHS
) -> list[tuple[Any, ...]]:
    """Month, item, opening, what moved it and by how much, closing."""
    found = []
    for row in built(spark, GOLD, all_of(CLOCK, *tables), *months):
        kinds = ("new", "reactivated", "expansion", "contraction", "churned")
        moved = {kind: row[f"{kind}_minor"] for kind in kinds if row[f"{kind}_minor"]}
        assert row["opening_minor"] + sum(moved.values()) == row["closing_minor"]
        found.append(
            (
                f"{row['date']:%m}",
                row["subscription_item_id"],
                row["opening_minor"],
                row["movement"],
                moved,
                row["closing_minor"],
            )
        )
    return found


def test_a_change_of_plan_and_of_quantity_in_mid_month_counts_at_its_end(any_spark: SparkSession) -> None:
    history = subscribed(
        ("2026-01-10", {}, [item(1000)]),
        ("2026-02-14T12:00", {}, [item(1500)]),
        ("2026-02-20", {}, [item(1500, 3)]),
        ("2026-03-31T23:59:59", {}, [item(500, 2)]),
    )
    assert moves(any_spark, history) == [
        ("01", "si_1", 0, "new", {"new": 1000}, 1000),
        ("02", "si_1", 1000, "expansion", {"expansion": 3500}, 4500),
        ("03", "si_1", 4500, "contraction", {"contraction": -3500}, 1000),
        ("04", "si_1", 1000, "none", {}, 1000),
    ]


def test_one_who_leaves_and_comes_back_is_not_new(any_spark: SparkSession) -> None:
    first = subscribed(
        ("2026-01-10", {}, [item(1000)]),
        ("2026-02-10", {"status": "canceled", "ended_at": at("2026-02-10")}, [item(1000)]),
    )
    again = subscribed(("2026-04-02", {}, [item(700, item_id="si_2")]), subscription="sub_2")
    other = subscribed(
        ("2026-04-03", {"customer_id": "cus_2"}, [item(900, item_id="si_3")]), subscription="sub_3"
    )
    assert moves(any_spark, first, again, other) == [
        ("01", "si_1", 0, "new", {"new": 1000}, 1000),
        ("02", "si_1", 1000, "churned", {"churned": -1000}, 0),
        ("04", "si_2", 0, "reactivated", {"reactivated": 700}, 700),
        ("04", "si_3", 0, "new", {"new": 900}, 900),
    ]


def test_an_item_that_gives_way_to_another_is_one_change_of_the_customer(any_spark: SparkSession) -> None:
    history = subscribed(
        ("2026-01-10", {}, [item(1000), item(200, item_id="si_2")]),
        ("2026-02-10", {}, [item(1500, item_id="si_3"), item(200, item_id="si_2")]),
    )
    assert moves(any_spark, history, months=MONTHS[1:2]) == [
        ("02", "si_1", 1000, "expansion", {"expansion": -1000}, 0),
        ("02", "si_2", 200, "expansion", {}, 200),
        ("02", "si_3", 0, "expansion", {"expansion": 1500}, 1500),
    ]


@pytest.mark.parametrize(
    ("interval", "count", "monthly"),
    [
        ("year", 1, 1000),
        ("year", 2, 500),
        ("month", 3, 4000),
        ("week", 1, 52000),
        ("week", 2, 26000),
        ("day", 1, 365000),
    ],
)
def test_every_interval_is_brought_to_a_month(
    spark: SparkSession, interval: str, count: int, monthly: int
) -> None:
    history = subscribed(("2026-01-10", {}, [item(12000, interval=interval, interval_count=count)]))
    assert [row[-1] for row in moves(spark, history, months=MONTHS[:1])] == [monthly]


def test_what_a_price_says_of_units(spark: SparkSession) -> None:
    history = subscribed(
        ("2026-01-10", {}, [
            item(None, 150, "si_decimal", price_id="decimal"),
            item(1000, 101, "si_up", price_id="up"),
            item(1000, 199, "si_down", price_id="down"),
            item(500, None, "si_metered", price_id="metered"),
            item(1000, None, "si_no_quantity"),
            item(333, 1, "si_half", interval="month", interval_count=2),
        ]),
    )  # fmt: skip
    prices = [
        {"account": "acct_a", "price_id": name} | told
        for name, told in {
            "decimal": {"unit_amount_decimal": 0.33},
            "up": {"units_per_amount": 100, "units_rounding": "up"},
            "down": {"units_per_amount": 100, "units_rounding": "down"},
            "metered": {"usage_type": "metered"},
        }.items()
    ]
    rows = built(spark, GOLD, all_of(CLOCK, history, {PRICES: prices}), MONTHS[0])
    assert {row["subscription_item_id"]: (row["closing_minor"], row["pricing"]) for row in rows} == {
        "si_decimal": (50, "fixed"),
        "si_up": (2000, "fixed"),
        "si_down": (1000, "fixed"),
        "si_metered": (0, "metered"),
        "si_no_quantity": (1000, "fixed"),
        "si_half": (167, "fixed"),
    }


def test_trials_and_paused_collection_do_not_count(any_spark: SparkSession) -> None:
    trial = subscribed(
        ("2026-01-10", {"status": "trialing", "trial_end_at": at("2026-02-20")}, [item(1000)]),
        ("2026-02-20", {"trial_end_at": at("2026-02-20")}, [item(1000)]),
        ("2026-03-10", {"pause_behavior": "void"}, [item(1000)]),
        ("2026-04-10", {"pause_behavior": "keep_as_draft"}, [item(1000)]),
    )
    assert moves(any_spark, trial) == [
        ("02", "si_1", 0, "new", {"new": 1000}, 1000),
        ("03", "si_1", 1000, "churned", {"churned": -1000}, 0),
        ("04", "si_1", 0, "reactivated", {"reactivated": 1000}, 1000),
    ]


def test_a_record_without_items_and_one_without_events_are_read(spark: SparkSession) -> None:
    """The first years had a plan on the subscription; a list of objects has each once, as it is today."""
    old = subscribed(("2026-01-10", item(2000, 2) | {"subscription_item_id": None}, []))
    gone = {
        "status": "canceled", "ended_at": at("2026-03-05"), "start_at": at("2026-01-05"),
        "trial_end_at": at("2026-02-01"), "customer_id": "cus_2",
    }  # fmt: skip
    listed = subscribed(("2026-03-20", gone, [item(300, item_id="si_2")]), subscription="sub_2")
    assert moves(spark, old, listed, months=MONTHS[:3]) == [
        ("01", "sub_1", 0, "new", {"new": 4000}, 4000),
        ("02", "si_2", 0, "new", {"new": 300}, 300),
        ("02", "sub_1", 4000, "none", {}, 4000),
        ("03", "si_2", 300, "churned", {"churned": -300}, 0),
        ("03", "sub_1", 4000, "none", {}, 4000),
    ]


def test_accounts_and_currencies_are_apart(spark: SparkSession) -> None:
    """A customer who pays yen too is new there: nothing is added over currencies, and no yen is divided."""
    dollars = subscribed(("2026-01-10", {}, [item(1000, currency="USD")]))
    yen = subscribed(
        ("2026-02-10", {"currency": "JPY"}, [item(1000, item_id="si_2", currency="JPY")]),
        subscription="sub_2",
    )
    elsewhere = subscribed(("2026-02-10", {}, [item(50)]), account="acct_b")
    rows = built(spark, GOLD, all_of(CLOCK, dollars, yen, elsewhere), MONTHS[1])
    assert [(row["account"], row["currency"], row["movement"], row["closing_minor"]) for row in rows] == [
        ("acct_a", "JPY", "new", 1000),
        ("acct_a", "USD", "none", 1000),
        ("acct_b", "USD", "new", 50),
    ]


def coupon(name: str, **facts: Any) -> Row:
    return {"account": "acct_a", "coupon_id": name, "duration": "forever", "is_deleted": False} | facts


def discount(name: str, account: str = "acct_a") -> Row:
    return {"account": account, "discount_id": f"di_{name}", "coupon_id": name, "is_deleted": False}


def test_discounts_that_last_for_ever_are_taken_off(any_spark: SparkSession) -> None:
    coupons = {
        COUPONS: [
            coupon("half", percent_off=50.0), coupon("once", percent_off=50.0, duration="once"),
            coupon("yen", amount_off_minor=500, currency="JPY"), coupon("off", amount_off_minor=600, currency="USD"),
            coupon("tenth", percent_off=10.0),
        ],
        "silver.discounts": [discount(name) for name in ("half", "once", "yen", "off", "tenth")],
    }  # fmt: skip
    sold = [
        subscribed(
            ("2026-01-10", {"discount_id": name and f"di_{name}", "customer_id": f"cus_{name}"}, [
                item(1001, item_id=f"si_1{name}"),
                item(3000, item_id=f"si_2{name}", interval="year", discount_id="di_tenth"),
            ]),
            subscription=f"sub_{name}",
        )
        for name in ("half", "once", "yen", "off", None)
    ]  # fmt: skip
    found: dict[str, list[tuple[int, int]]] = {}
    for row in built(any_spark, GOLD, all_of(CLOCK, coupons, *sold), MONTHS[0]):
        name = row["subscription_id"].removeprefix("sub_")
        found.setdefault(name, []).append((row["closing_minor"], row["discounted_minor"]))
    assert found == {
        "half": [(1001, 501), (250, 113)],
        "once": [(1001, 1001), (250, 225)],
        "yen": [(1001, 1001), (250, 225)],
        "off": [(1001, 521), (250, 215)],
        "None": [(1001, 1001), (250, 225)],
    }


def invoice(invoice_id: str, when: str, **facts: Any) -> Row:
    return (
        created(when)
        | {"invoice_id": invoice_id, "status": "paid", "customer_id": "cus_1", "occurred_at": at(when)}
        | facts
    )


def line(line_id: str, invoice_id: str, amount: int, start: str, end: str, **facts: Any) -> Row:
    return {
        "account": "acct_a", "invoice_line_item_id": line_id, "invoice_id": invoice_id, "amount_minor": amount, "currency": "USD",
        "subscription_id": "sub_1", "subscription_item_id": "si_1", "period_start_at": at(start), "period_end_at": at(end),
    } | facts  # fmt: skip


def test_lines_are_spread_over_the_months_that_they_are_for(any_spark: SparkSession) -> None:
    billing = {
        INVOICES: [invoice("in_1", "2026-01-11"), invoice("in_2", "2026-02-01", status="void"), invoice("in_3", "2026-02-01", status="open")],
        LINES: [
            line("il_1", "in_1", 100, "2026-01-11", "2026-03-12"),  # 60 days: 21, 28 and 11 of them
            line("il_2", "in_2", 999, "2026-01-11", "2026-02-11"),
            line("il_3", "in_3", -7, "2026-02-10", "2026-02-10", is_proration=True),
            line("il_4", "in_3", 50, "2026-02-01", "2026-03-01", subscription_item_id=None),
            line("il_5", "in_3", 50, "2026-02-01", "2026-03-01", subscription_item_id=None, subscription_id=None),
        ],
    }  # fmt: skip
    rows = built(any_spark, GOLD, all_of(CLOCK, billing), *MONTHS)
    assert [(f"{row['date']:%m}", row["subscription_item_id"], row["billed_minor"]) for row in rows] == [
        ("01", "si_1", 35),
        ("02", "si_1", 46 - 7),
        ("02", "sub_1", 50),
        ("03", "si_1", 19),
    ]
    assert {row["movement"] for row in rows} == {"none"}


def test_tiers_are_worth_what_was_last_billed_for_a_whole_period(any_spark: SparkSession) -> None:
    history = subscribed(("2026-01-10", {}, [item(None, 30, price_id="tiers", interval_count=2)]))
    prices = {PRICES: [{"account": "acct_a", "price_id": "tiers", "billing_scheme": "tiered"}]}
    billing = {
        INVOICES: [invoice("in_1", "2026-01-10"), invoice("in_2", "2026-03-10")],
        LINES: [
            line("il_1", "in_1", 1000, "2026-01-10", "2026-03-10"),
            line("il_2", "in_1", 400, "2026-01-10", "2026-03-10"),
            line("il_3", "in_1", 77, "2026-02-10", "2026-03-10", is_proration=True),
            line("il_4", "in_2", 1600, "2026-03-10", "2026-05-10"),
        ],
    }
    assert moves(any_spark, history, prices, billing) == [
        ("01", "si_1", 0, "new", {"new": 700}, 700),
        ("02", "si_1", 700, "none", {}, 700),
        ("03", "si_1", 700, "expansion", {"expansion": 100}, 800),
        ("04", "si_1", 800, "none", {}, 800),
    ]


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ({"status": "canceled", "cancellation_reason": "cancellation_requested"}, "voluntary"),
        ({"status": "canceled", "cancellation_reason": "payment_failed"}, "involuntary"),
        ({"status": "canceled", "cancellation_reason": "payment_disputed"}, "involuntary"),
        ({"status": "canceled"}, "involuntary"),  # of old: it was past due before
        ({"status": "canceled", "is_cancel_at_period_end": True}, "voluntary"),
        ({"status": "unpaid"}, "involuntary"),
        ({"pause_behavior": "mark_uncollectible"}, "paused"),
        ({"status": "trialing"}, "other"),
    ],
)
def test_why_a_customer_is_lost(spark: SparkSession, last: Row, reason: str) -> None:
    history = subscribed(
        ("2026-01-10", {}, [item(1000)]),
        ("2026-02-10", {"status": "past_due"}, [item(1000)]),
        ("2026-02-20", {"ended_at": at("2026-02-20")} | last, [item(1000)]),
    )
    rows = built(spark, GOLD, all_of(CLOCK, history), *MONTHS[:2])
    assert [row["churn_reason"] for row in rows] == [None, reason]


def test_test_mode_does_not_count(spark: SparkSession) -> None:
    history = subscribed(("2026-01-10", {"livemode": False}, [item(1000)]))
    assert built(spark, GOLD, all_of(CLOCK, history), *MONTHS) == []


def test_a_new_version_rewrites_the_months_from_it_on(any_spark: SparkSession) -> None:
    before = all_of(CLOCK, subscribed(("2026-01-10", {}, [item(1000)])))
    both = subscribed(("2026-01-10", {}, [item(1000)]), ("2026-03-10", {}, [item(1500)]))
    late = {
        name: [row | {"ingest_id": 2} for row in rows if row["version"] == "1"] for name, rows in both.items()
    }
    assert affected(any_spark, GOLD, late, before) == ["2026-03-01", "2026-04-01"]


def test_a_line_rewrites_the_months_that_it_is_for_and_the_clock_those_that_begin(
    any_spark: SparkSession,
) -> None:
    before = all_of(CLOCK, subscribed(("2026-01-10", {}, [item(1000)])))
    late = {
        INVOICES: [invoice("in_1", "2026-05-02", ingest_id=2)],
        LINES: [line("il_1", "in_1", 100, "2026-02-11", "2026-03-12")],
    }
    assert affected(any_spark, GOLD, late, before) == ["2026-02-01", "2026-03-01", "2026-05-01"]


class Silver:
    """Rows in place of a lakehouse, as far as an oracle looks at one."""

    def __init__(self, spark: SparkSession, tables: Tables) -> None:
        self._spark, self._tables = spark, tables

    def table(self, name: str) -> DataFrame:
        return frame(self._spark, name, self._tables.get(name, ()))


def made_up(seed: int) -> dict[str, list[Row]]:
    """Subscriptions of several accounts and currencies, of whose items, prices and coupons chance decides."""
    chance = random.Random(seed)
    prices = [
        {"price_id": "fixed"}, {"price_id": "decimal", "unit_amount_decimal": 12.345}, {"price_id": "metered", "usage_type": "metered"},
        {"price_id": "tiers", "billing_scheme": "tiered"}, {"price_id": "packs", "units_per_amount": 3, "units_rounding": "up"},
    ]  # fmt: skip
    accounts = ("acct_a", "acct_b")
    found = {
        PRICES: [{"account": account} | price for account in accounts for price in prices],
        "silver.discounts": [discount(name, account) for account in accounts for name in ("half", "off")],
        COUPONS: [
            coupon("half", account=account, percent_off=33.0) | {"account": account} for account in accounts
        ] + [coupon("off", amount_off_minor=250, currency="USD")],
    }  # fmt: skip
    for number in range(40):
        told = [_version(chance, number) for _ in range(chance.randrange(1, 6))]
        moments = sorted(
            f"2026-0{chance.randrange(1, 5)}-{chance.randrange(1, 29):02d}T{chance.randrange(24):02d}:00"
            for _ in told
        )
        account = chance.choice(accounts)
        versions = [(when, *version) for when, version in zip(moments, told, strict=True)]
        history = subscribed(
            *versions, subscription=f"sub_{number}", account=account, customer_id=f"cus_{number % 25}"
        )
        found = all_of(found, history, _bills(chance, number, account))
    return found


def _version(chance: random.Random, number: int) -> tuple[Row, list[Row]]:
    status = chance.choice(("active", "active", "active", "past_due", "trialing", "canceled", "unpaid"))
    facts = {
        "status": status, "pause_behavior": chance.choice((None, None, None, "void")), "discount_id": chance.choice((None, "di_half", "di_off")),
        "trial_end_at": chance.choice((None, at("2026-02-10"))), "ended_at": at("2026-03-15") if status == "canceled" else None,
        "currency": ("USD", "JPY")[number % 2],
    }  # fmt: skip
    items = [
        item(chance.choice((None, 100, 999)), chance.choice((None, 1, 7)), f"si_{number}_{n}", price_id=price,
             interval=chance.choice(("day", "week", "month", "year")), interval_count=chance.choice((1, 2, 3)))
        for n, price in enumerate(chance.choices(("fixed", "decimal", "metered", "tiers", "packs"), k=chance.randrange(3)))
    ]  # fmt: skip
    return facts | item(500, 2, None), items


def _bills(chance: random.Random, number: int, account: str) -> dict[str, list[Row]]:
    status = chance.choice(("open", "paid", "draft", "void"))
    bill = invoice(
        f"in_{number}", "2026-02-03", status=status, account=account, customer_id=f"cus_{number % 25}"
    )
    start = f"2026-0{chance.randrange(1, 4)}-{chance.randrange(1, 29):02d}T11:11"
    end = f"2026-0{chance.randrange(4, 7)}-{chance.randrange(1, 29):02d}T07:00"
    asked = {"account": account, "subscription_id": f"sub_{number}", "currency": ("USD", "JPY")[number % 2]}
    return {
        INVOICES: [bill],
        LINES: [
            line(
                f"il_{number}_{n}", f"in_{number}", amount, start, end, subscription_item_id=f"si_{number}_0"
            )
            | asked
            for n, amount in enumerate((chance.randrange(9999), -chance.randrange(500)))
        ],
    }


@pytest.mark.parametrize("seed", range(3))
def test_made_up_subscriptions_are_as_reckoned_in_another_way(spark: SparkSession, seed: int) -> None:
    tables = all_of(CLOCK, made_up(seed))
    how = recipe(GOLD)
    assert isinstance(how, ByDay)
    rows = how.whole(frames(spark, GOLD, tables), None).toArrow().to_pylist()
    assert {row["movement"] for row in rows} >= {"new", "reactivated", "expansion", "churned", "none"}
    reckoned = ORACLES[GOLD].reckoned(cast("Lakehouse", Silver(spark, tables)), GOLD)
    assert set(texts(rows)) ^ set(reckoned) == set()
    assert len(rows) == len(reckoned)
