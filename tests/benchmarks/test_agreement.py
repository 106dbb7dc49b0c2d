from datetime import date

import pyarrow as pa
import pytest

from benchmarks.agreement import DisagreementError, agree

FIGURES = ("captured_minor",)


def payments(*amounts: int) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "account": "acct_1",
                "currency": "EUR",
                "date": date(2026, 3, day),
                "captured_minor": amount,
                "extra": day,
            }
            for day, amount in enumerate(amounts, start=1)
        ]
    )


def test_contestants_agree_whatever_the_order_of_their_rows() -> None:
    one = payments(500, 700)
    assert agree({"one": one, "other": one.take([1, 0])}, FIGURES) == 2


def test_columns_that_are_not_compared_may_differ() -> None:
    one = payments(500)
    assert agree({"one": one, "other": one.drop_columns(["extra"])}, FIGURES) == 1


def test_another_amount_is_named_with_its_day_and_both_figures() -> None:
    with pytest.raises(
        DisagreementError, match=r"one and other differ in 1 of 2 .*2026-03-02.*captured_minor 700 / 701"
    ):
        agree({"one": payments(500, 700), "other": payments(500, 701)}, FIGURES)


def test_a_day_that_only_one_of_them_has_is_named() -> None:
    with pytest.raises(DisagreementError, match=r"2026-03-02.*only in the first"):
        agree({"one": payments(500, 700), "other": payments(500)}, FIGURES)


def test_every_contestant_is_compared() -> None:
    with pytest.raises(DisagreementError, match="one and third"):
        agree({"one": payments(500), "other": payments(500), "third": payments(1)}, FIGURES)
