"""The card networks' monitoring programmes: their dated thresholds, and where each applies."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.yaml_model import load_model, parse_model
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

Region = Literal["AP", "CA", "CEMEA", "EU", "LAC", "US", "regulated", "unregulated", "all"]
Basis = Literal["vamp", "previous_month", "fraud", "secure", "enumeration"]

FIRST, LAST = date(1970, 1, 1), date(9999, 12, 31)
"""Stand for open ends of the time in which a threshold applies."""


class Threshold(BaseModel):
    """From which figures on one level of a programme applies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    programme: str = Field(min_length=1, description="The programme, such as VAMP.")
    level: str = Field(
        min_length=1, description="The level; of those of one programme, the last listed is the worst."
    )
    applies_to: Literal["merchant", "acquirer"] = Field(description="Who is measured.")
    network: Literal["visa", "mastercard"] = Field(description="Whose programme it is.")
    basis: Basis = Field(description="What is counted, against what.")
    regions: list[Region] = Field(min_length=1, description="Where it applies.")
    valid_from: date | None = Field(None, description="First day on which it applies; left out: always did.")
    valid_to: date | None = Field(
        None, description="Last day on which it applies; left out: until further notice."
    )
    min_rate_bps: int = Field(gt=0, le=10_000, description="Lowest rate, in basis points.")
    min_count: int = Field(0, ge=0, description="Lowest number of cases.")
    min_payments: int = Field(0, ge=0, description="Lowest number of payments.")
    min_amount_usd: int | None = Field(None, gt=0, description="Lowest amount of the cases, in US dollars.")
    max_three_d_secure_bps: int | None = Field(
        None, ge=0, le=10_000, description="Highest share of payments with 3D Secure, in basis points."
    )
    must_exceed: bool = Field(
        False, description="Rate and amount have to be exceeded; reaching them is not enough."
    )

    @model_validator(mode="after")
    def _ends_after_start(self) -> Threshold:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} is before valid_from {self.valid_from}")
        return self


class Programmes(BaseModel):
    """All thresholds, and the regions that they are about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    programmes: list[Threshold] = Field(min_length=1, description="The thresholds.")
    visa_regions: dict[Region, list[str]] = Field(description="ISO 3166 countries of Visa's regions.")
    regulated_countries: list[str] = Field(
        default=[], description="ISO 3166 countries whose law asks for strong customer authentication."
    )


@cache
def card_networks() -> Programmes:
    """The thresholds that come with Vermeil."""
    text = files("pipelines.gold.shared").joinpath("programmes.yaml").read_text("utf-8")
    return parse_programmes(text, "programmes.yaml")


def load_programmes(path: Path) -> Programmes:
    """Thresholds from a file.

    Raises:
        SettingsError: it cannot be read, or is not valid; the message has the file, the line and what is allowed.
    """
    return load_model(path, Programmes, "programmes", SettingsError)


def parse_programmes(text: str, name: str) -> Programmes:
    """Thresholds from YAML text; ``name`` is used in messages. See :func:`load_programmes` for what is raised."""
    return parse_model(text, name, Programmes, "list of programmes", SettingsError)


def region_of(country: Column, programmes: Programmes) -> Column:
    """Where an account is, as the programme of a row's ``basis`` divides the world; null where that is not known."""
    regulated = F.when(country.isin(*programmes.regulated_countries), "regulated")
    of_mastercard = F.when(country.isNotNull(), F.coalesce(regulated, F.lit("unregulated")))
    is_mastercard = F.col("basis").isin("previous_month", "fraud")
    of_visa = F.lit(None).cast("string")
    for region, countries in programmes.visa_regions.items():
        of_visa = F.when(country.isin(*countries), region).otherwise(of_visa)
    return F.when(is_mastercard, of_mastercard).otherwise(of_visa)


def limits(spark: SparkSession, programmes: Programmes) -> DataFrame:
    """The thresholds, one row for each ``place``, that is a region, all, or unknown: there without a limit."""
    rows = [_limit_row(t, place) for t in programmes.programmes for place in t.regions]
    regional: dict[tuple[str, str, str], list[Threshold]] = {}
    for threshold in programmes.programmes:
        if "all" not in threshold.regions:
            regional.setdefault((threshold.programme, threshold.level, threshold.applies_to), []).append(
                threshold
            )
    for found in regional.values():
        since = min(t.valid_from or FIRST for t in found)
        until = max(t.valid_to or LAST for t in found)
        unknown = found[0].model_copy(update={"valid_from": since, "valid_to": until})
        rows.append(
            {**_limit_row(unknown, "unknown"), "limit_bps": None, "limit_rate": None, "limit_usd_minor": None}
        )
    return spark.createDataFrame(pa.Table.from_pylist(rows, _LIMITS))


_LIMITS = pa.schema(
    [(name, pa.string()) for name in ("programme", "level", "applies_to", "network", "basis", "place")]
    + [(name, pa.date32()) for name in ("valid_from", "valid_to")]
    + [("limit_rate", pa.float64()), ("must_exceed", pa.bool_())]
    + [(f"limit_{name}", pa.int64()) for name in ("bps", "count", "payments", "usd_minor", "secured_bps")]
)


def _limit_row(threshold: Threshold, place: str) -> dict[str, object]:
    told = ("programme", "level", "applies_to", "network", "basis", "must_exceed")
    return {name: getattr(threshold, name) for name in told} | {
        "place": place,
        "valid_from": threshold.valid_from or FIRST,
        "valid_to": threshold.valid_to or LAST,
        "limit_rate": threshold.min_rate_bps / 10_000,
        "limit_bps": threshold.min_rate_bps,
        "limit_count": threshold.min_count,
        "limit_payments": threshold.min_payments,
        "limit_usd_minor": threshold.min_amount_usd and threshold.min_amount_usd * 100,
        "limit_secured_bps": threshold.max_three_d_secure_bps,
    }
