"""How long it takes until silence about a payment says something: until what may come of it has come."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True)
class Maturity:
    """Age from which silence says something.

    Attributes:
        days: how old a payment must be.
        why: where the figure comes from.

    Raises:
        ValueError: it is not from 1 to 540 days, within which what comes back to a payment counts.
    """

    days: int
    why: str

    def __post_init__(self) -> None:
        if not 1 <= self.days <= 540:
            raise ValueError(f"a maturity of {self.days} days; it is from 1 to 540 days")

    @property
    def seconds(self) -> int:
        """The same in seconds."""
        return self.days * DAY


FRAUD = Maturity(
    days=90,
    why=(
        "Card networks take a dispute up to 120 days after the payment, some later. Warnings come within weeks and "
        "most disputes within two or three months; waiting for the last ones would cost a month of newer payments."
    ),
)
"""Of fraud on payments."""

NEARBY_DAYS = 30
"""How far from an attempt that was stopped another payment of its card or customer may be to tell something of it:
who was turned away in error tries again within days, and who has stolen a card uses it while it works."""

JUDGED = Maturity(
    days=NEARBY_DAYS + FRAUD.days + 1,
    why="What tells of an attempt that was stopped is a payment up to 30 days later, which must be mature itself.",
)
"""Of attempts that were stopped."""

DISPUTES = Maturity(
    days=120,
    why="Card networks take a dispute up to 120 days after the payment, for most reasons.",
)
"""Of chargebacks by the day of the payment."""

REFUNDS = Maturity(
    days=90,
    why="Merchants take goods back for a month or two as a rule; a later refund is rare and small.",
)
"""Of refunds by the day of the payment."""

RETRIES = Maturity(
    days=60,
    why="Dunning of a subscription ends within two months; later attempts count as payments of their own.",
)
"""Of the final outcome of payment intents by the day of their first attempt."""

OUTCOMES = Maturity(
    days=90,
    why="Issuers decide on evidence within 60 to 75 days; a second round may take longer.",
)
"""Of chargebacks won and lost by the day on which they were raised."""

PAID_AGAIN = Maturity(
    days=14,
    why="Who wants to buy pays within days or not at all; after a month a subscription asks for the same amount anew.",
)
"""Of payments for what was declined, by the day of the first decline."""
