from __future__ import annotations

import pytest

from pipelines.payments.maturity import FRAUD, Maturity


def test_fraud_matures_after_ninety_days() -> None:
    assert (FRAUD.days, FRAUD.seconds) == (90, 7_776_000)


@pytest.mark.parametrize("days", [0, -1, 541])
def test_a_maturity_is_a_number_of_days_within_reach(days: int) -> None:
    with pytest.raises(ValueError, match=f"a maturity of {days} days; it is from 1 to 540 days"):
        Maturity(days, "a guess")
