"""Expectations that several tables share."""

from __future__ import annotations

from expectations.check import Check, all_of, always, figure
from pipelines.base.money import exponents
from pipelines.gold.shared.reconciled import GROWTH, JUDGED

QUARANTINED = (
    figure(
        "quarantined_share_low",
        "quarantined_share",
        "At most 1 % of the records of a batch break the contract.",
        at_most=0.01,
        among=("record_count", 100),
    ),
    figure(
        "quarantined_share_bearable",
        "quarantined_share",
        "At most 20 % of the records of a batch break the contract; with more, the source or its mapping is wrong.",
        at_most=0.20,
        among=("record_count", 100),
        severity="critical",
    ),
)
"""Shares are judged from a hundred records on: one bad record of three says nothing."""

VOLUME = figure(
    "volume_usual",
    "row_count_ratio",
    "A batch has between a twentieth and twenty times as many rows as the batches before it had (their median).",
    at_least=0.05,
    at_most=20,
)

FRESH = figure(
    "newest_recent",
    "newest_age_days",
    "The newest record, or day, is at most 3 days old: as long as the source tries to deliver.",
    at_most=3,
)

CREATED = (
    always(
        "created_date_follows",
        "created_date = cast(created_at as date)",
        "created_date is the day of created_at, UTC.",
    ),
    always(
        "created_before_known", "created_at <= known_at", "Nothing is known before it was created.", "warning"
    ),
)

MINOR_UNITS = always(
    "minor_units_as_sent",
    "source <> 'stripe' or (currency not in ('BHD', 'JOD', 'KWD', 'OMR', 'TND') or amount_minor % 10 = 0)"
    " and (currency not in ('ISK', 'UGX') or amount_minor % 100 = 0)",
    "In Stripe's records the last digit of three-decimal currencies, and the last two of ISK and UGX, are 0.",
    "warning",
)

CARD = (
    always(
        "card_last4_four_digits",
        "card_last4 rlike '^[0-9]{4}$'",
        "card_last4 is four digits, never more.",
        "warning",
    ),
    all_of(
        "card_expiry_plausible",
        {
            "card_exp_month": "card_exp_month between 1 and 12",
            "card_exp_year": "card_exp_year between 1990 and 2100",
        },
        "Cards expire in a month from 1 to 12 and a year from 1990 to 2100.",
        "warning",
    ),
)


def id_like(column: str, *prefixes: str) -> Check:
    """Stripe's ids say what they are of: another prefix means that the wrong field was read."""
    return always(
        "id_of_its_kind",
        f"source <> 'stripe' or {column} rlike '^({'|'.join(prefixes)})_'",
        f"{column} starts with {' or '.join(f'{prefix}_' for prefix in prefixes)} in Stripe's records.",
        "warning",
    )


def country(column: str) -> Check:
    """A country is two capital letters (ISO 3166)."""
    return always(
        f"{column}_in_iso_3166",
        f"{column} rlike '^[A-Z]{{2}}$'",
        f"{column} is two capital letters, as ISO 3166 has them.",
        "warning",
    )


def share(column: str) -> Check:
    """A rate of parts of a whole."""
    return always(f"{column}_is_share", f"{column} between 0 and 1", f"{column} is from 0 to 1.")


def currency(column: str) -> Check:
    """A code is that of a currency."""
    return Check(
        name=f"{column}_in_iso_4217",
        expectation="ExpectColumnValuesToBeInSet",
        severity="critical",
        description=f"{column} is a currency of ISO 4217, in upper case.",
        arguments={"column": column, "value_set": sorted(exponents())},
    )


CURRENCY = currency("currency")

DATE_FOLLOWS = always(
    "date_follows", "date = cast(created_at as date)", "date is the day of created_at, UTC."
)

MONTH_BEGINS = always("month_begins", "day(date) = 1", "date is the first day of a month.")

NET = always(
    "net_is_amount_less_fees", "net_minor = amount_minor - fee_minor", "The net is the amount less the fees."
)

UNMATCHED_STEADY = figure(
    "unmatched_share_steady",
    GROWTH,
    "The share of unmatched rows in a batch is at most 5 points above that of the table before it; with more, "
    "records of one side are missing.",
    at_most=0.05,
    among=(JUDGED, 200),
    severity="critical",
)
