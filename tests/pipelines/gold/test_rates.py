"""Reference rates: those that the library ships, those of a file, and what has none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from pipelines.errors import SettingsError
from pipelines.gold.shared import rates as module
from pipelines.gold.shared.rates import Rate, Rates, rates
from pipelines.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

FRIDAY, SATURDAY = date(2014, 3, 28), date(2014, 3, 29)


class At:
    """As much of a lakehouse as rates look at."""

    def __init__(self, home: Path, **given: Any) -> None:
        self.settings: Settings = load_settings({"home": home, **given})


def of(home: Path, **given: Any) -> Rates:
    return rates(cast("Lakehouse", At(home, **given)))


def of_file(folder: Path, text: str, currency: str = "EUR") -> Rates:
    path = folder / "rates.csv"
    path.write_text(text, encoding="utf-8")
    return of(folder, reporting_currency=currency, fx_rates=path)


def test_nothing_is_converted_unless_a_currency_is_named(tmp_path: Path) -> None:
    for found in (of(tmp_path), of(tmp_path, reporting_currency="")):
        assert found.on("USD", FRIDAY) is None


def test_the_bank_tells_euros(tmp_path: Path) -> None:
    """1.3759 dollars to a euro on that day, and 140.9 yen: so says the bank, and the library's own description."""
    found = of(tmp_path, reporting_currency="eur")
    dollar = found.on("USD", FRIDAY)
    assert dollar is not None
    assert (dollar.minor, dollar.published, dollar.source) == (Decimal("0.726797005596"), FRIDAY, "ecb")
    assert found.on("EUR", FRIDAY) == Rate(Decimal(1), Decimal("1.000000000000"), FRIDAY, "same")


def test_two_currencies_are_told_by_the_euro_on_one_day(tmp_path: Path) -> None:
    found = of(tmp_path, reporting_currency="USD").on("JPY", FRIDAY)
    assert found is not None
    rate = Decimal("1.3759") / found.rate
    assert (found.published, found.source) == (FRIDAY, "ecb")
    assert Decimal(140) < rate < Decimal(142)
    # One yen is its own minor unit; a dollar has a hundred.
    assert found.minor == (found.rate * 100).quantize(Decimal("1e-12"))


def test_a_weekend_has_the_rate_of_friday_and_no_later_day_a_rate_of_a_week_ago(tmp_path: Path) -> None:
    found = of_file(tmp_path, "date,currency,to,rate\n2014-03-28,USD,EUR,0.5\n")
    assert [getattr(found.on("USD", day), "published", None) for day in (date(2014, 3, 27), FRIDAY, SATURDAY)] == [
        None, FRIDAY, FRIDAY,
    ]  # fmt: skip
    assert found.on("USD", date(2014, 4, 4)) is not None
    assert found.on("USD", date(2014, 4, 5)) is None


def test_what_has_no_rate_has_none(tmp_path: Path) -> None:
    found = of(tmp_path, reporting_currency="EUR")
    assert found.on("KWD", FRIDAY) is None
    assert found.on("USD", date(1998, 12, 31)) is None


def test_a_file_is_all_that_counts_where_it_is_given(tmp_path: Path) -> None:
    text = "\ufeffrate,to,currency,date,note\n0.0031,kwd,jpy,2014-03-28,mine\n9,USD,JPY,2014-03-28,\n"
    found = of_file(tmp_path, text, "KWD")
    # One yen is 0.0031 dinar, of 1000 fils.
    assert found.on("JPY", FRIDAY) == Rate(
        Decimal("0.0031"), Decimal("3.100000000000"), FRIDAY, "file rates.csv"
    )
    assert found.on("USD", FRIDAY) is None


FAULTS = {
    "a column is missing": ("date,currency,rate\n", "has no column 'to'"),
    "a day is none": ("date,currency,to,rate\n31.3.2014,USD,EUR,1\n", "line 2: a day such as"),
    "a rate is none": ("date,currency,to,rate\n2014-03-28,USD,EUR,\n", "line 2: a day such as"),
    "a line is cut": ("date,currency,to,rate\n2014-03-28,USD\n", "line 2: a day such as"),
    "a rate of nothing": ("date,currency,to,rate\n2014-03-28,USD,EUR,0\n", "line 2: a rate is above 0"),
    "no currency": ("date,currency,to,rate\n2014-03-28,XXY,EUR,1\n", "line 2: 'XXY' is no currency"),
    "two rates of a day": (
        "date,currency,to,rate\n2014-03-28,USD,EUR,1\n2014-03-28,USD,EUR,2\n", "line 3: another line has another rate",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_cannot_be_used_says_where(tmp_path: Path, fault: str) -> None:
    text, said = FAULTS[fault]
    with pytest.raises(SettingsError, match=said):
        of_file(tmp_path, text)


def test_what_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"VERMEIL_FX_RATES: .*No such file"):
        of(tmp_path, reporting_currency="EUR", fx_rates=tmp_path / "none.csv")
    with pytest.raises(SettingsError, match=r"VERMEIL_REPORTING_CURRENCY: .*unknown currency 'EURO'"):
        load_settings({"reporting_currency": "EURO"})

    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(module, "files", missing)
    with pytest.raises(SettingsError, match=r"install vermeil\[fx\]"):
        of(tmp_path, reporting_currency="EUR")


def test_another_currency_and_other_rates_are_another_digest(tmp_path: Path) -> None:
    line = "date,currency,to,rate\n2014-03-28,USD,EUR,"
    found = [of(tmp_path), of(tmp_path, reporting_currency="EUR"), of(tmp_path, reporting_currency="USD")]
    found += [of_file(tmp_path, f"{line}1\n"), of_file(tmp_path, f"{line}2\n")]
    assert len({one.digest for one in found}) == len(found)
    assert of_file(tmp_path, f"{line}2\n").digest == found[-1].digest
