"""How long it takes until a payment without a sign of fraud counts as legitimate."""

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
