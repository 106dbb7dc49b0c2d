# ruff: noqa: E501 - one case a line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.pipelines.gold.silver_rows import affected, at, blocked, built, charge, day, declined, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.card_testing_alerts"
MAY = "2026-05-01"


def burst(refused: int, passed: int, when: str = f"{MAY}T10", amount: int = 100, **facts: Any) -> list[Row]:
    """Attempts with a card each, a minute apart, the refused ones first."""
    kinds = [declined] * refused + [charge] * passed
    named = str(sorted(facts.items()))
    return [
        make(f"ch_{when}_{named}_{n}", f"{when}:{n:02}", amount_minor=amount, **{"card_fingerprint": f"card_{n}"} | facts)
        for n, make in enumerate(kinds)
    ]  # fmt: skip


def found(spark: SparkSession, charges: list[Row], *days: str) -> list[Row]:
    return built(spark, GOLD, {"silver.charges": charges}, *(days or (MAY,)))


def test_a_burst_is_told_with_what_came_of_it(any_spark: SparkSession) -> None:
    charges = [
        *burst(4, 2),
        *(blocked(f"ch_b{n}", f"{MAY}T10:59:59", amount_minor=50, card_fingerprint=f"other_{n}", ip_address=f"ip_{n % 2}",
                  card_network="mastercard", customer_id="cus_1") for n in range(4)),
        declined("ch_again", f"{MAY}T10:30", amount_minor=1000, card_fingerprint="card_0"),
    ]  # fmt: skip
    [row] = found(any_spark, charges)
    expected = {
        "account": "acct_a", "currency": "USD", "date": day(MAY), "hour_of_day": 10, "attempts_count": 11, "cards_count": 10,
        "attempts_minor": 6 * 100 + 4 * 50 + 1000, "refused_count": 9, "declined_count": 5, "blocked_count": 4,
        "authorized_count": 2, "authorized_minor": 200, "authorized_cards_count": 2, "ip_addresses_count": 2,
        "customers_count": 1, "visa_attempts_count": 7, "refused_rate": 9 / 11,
    }  # fmt: skip
    assert figures(row, *expected) == expected
    moments = [row[name].replace(tzinfo=None) for name in ("first_at", "last_at")]
    assert moments == [at(f"{MAY}T{time}").replace(tzinfo=None) for time in ("10:00", "10:59:59")]


@pytest.mark.parametrize(
    ("charges", "alerts"),
    [
        pytest.param(burst(5, 5), 1, id="ten cards, half refused"),
        pytest.param(burst(9, 0), 0, id="nine cards"),
        pytest.param(burst(5, 6), 0, id="fewer than half refused"),
        pytest.param(burst(10, 0, amount=1000), 1, id="ten dollars are small"),
        pytest.param(burst(10, 0, amount=1001), 0, id="more is not"),
        pytest.param(burst(10, 0, amount=1500, currency="JPY"), 1, id="1500 yen are small"),
        pytest.param(burst(10, 0, amount=1501, currency="JPY"), 0, id="1501 yen are not"),
        pytest.param(burst(10, 0, amount=3000, currency="KWD"), 1, id="three dinars of 1000 fils are small"),
        pytest.param(burst(10, 0, amount=3010, currency="KWD"), 0, id="more dinars are not"),
        pytest.param(burst(10, 0, card_fingerprint="one"), 0, id="one card"),
        pytest.param(burst(10, 0, card_fingerprint=None), 0, id="cards that are not told"),
        pytest.param(burst(10, 0, is_card_not_present=False), 0, id="cards at hand"),
        pytest.param(burst(10, 0, livemode=False), 0, id="test mode"),
        pytest.param(burst(10, 10, is_captured=False, status="succeeded", is_issuer_declined=False, is_authorized=True), 0, id="authorized and not captured is not refused"),
        pytest.param([*burst(5, 0), *burst(5, 0, account="acct_b", card_fingerprint="b")], 0, id="two accounts"),
        pytest.param([*burst(6, 0), *burst(6, 0, currency="EUR")], 0, id="two currencies"),
        pytest.param([*burst(6, 0), *burst(6, 0, when=f"{MAY}T11")], 0, id="two hours"),
        pytest.param(burst(10, 0, is_issuer_declined=False), 1, id="who declined is not told"),
    ],
)  # fmt: skip
def test_what_a_burst_is(spark: SparkSession, charges: list[Row], alerts: int) -> None:
    assert len(found(spark, charges)) == alerts


def test_a_late_attempt_rewrites_its_day(any_spark: SparkSession) -> None:
    late = [declined("ch_1", MAY, amount_minor=100), declined("ch_2", "2026-05-02", amount_minor=9900)]
    assert affected(any_spark, GOLD, {"silver.charges": late}) == [MAY]
