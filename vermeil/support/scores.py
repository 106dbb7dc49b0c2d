"""Why a payment has the score that it has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F  # noqa: N812

from pipelines.errors import LakehouseError
from pipelines.metrics.shared.names import quoted
from pipelines.rules.columns import SCORES
from vermeil.support.objects import CHARGE, kind_of

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

_READ = (
    "account",
    "charge_id",
    "model_version",
    "role",
    "date",
    "probability",
    "score",
    "reasons",
    "scored_at",
)


@dataclass(frozen=True)
class Reason:
    """A feature that speaks for fraud.

    Attributes:
        feature: its name.
        meaning: in words.
        value: of the payment; None where it is not known.
        contribution: to the model's output before calibration.
    """

    feature: str
    meaning: str
    value: float | None
    contribution: float


@dataclass(frozen=True)
class Score:
    """What one version of a model said of a payment."""

    charge_id: str
    model_version: str
    role: str
    date: Any
    score: int
    probability: float
    scored_at: Any
    reasons: tuple[Reason, ...]

    @property
    def said(self) -> str:
        """The score in a sentence."""
        why = "; ".join(f"{one.meaning or one.feature} ({_shown(one.value)})" for one in self.reasons)
        role = "which decides" if self.role == "serving" else "which scores in the shadow of another"
        because = f" What speaks most for fraud: {why}" if why else " No reasons are kept of so low a score"
        return (
            f"{self.model_version}, {role}, gave {self.charge_id} a score of {self.score}: a probability of fraud of "
            f"{self.probability:.1%}.{because}."
        )


def scores(lake: Lakehouse, charge_id: str) -> list[Score]:
    """The scores of a payment, the one that counts first.

    Args:
        lake: as it was released.
        charge_id: of the payment, ch_….

    Raises:
        SettingsError: it is no id.
        LakehouseError: no model has scored it.
    """
    if kind_of(charge_id) is not CHARGE:
        raise LakehouseError(f"{quoted(charge_id)} is no charge: only payments are scored")
    rows = lake.table(SCORES).filter(F.col("charge_id") == charge_id).select(*_READ).toArrow().to_pylist()
    if not rows:
        raise LakehouseError(f"no model has scored {quoted(charge_id)}")
    docs = {column.name: column.doc for column in lake.declaration("gold.features_payments").columns}
    found = [_score(row, docs) for row in rows]
    return sorted(found, key=lambda one: (one.role != "serving", str(one.scored_at)), reverse=False)


def _score(row: dict[str, Any], docs: dict[str, str]) -> Score:
    kept = {name: row[name] for name in _READ if name not in ("account", "reasons")}
    return Score(**kept, reasons=tuple(_reasons(row["reasons"], docs)))


def _reasons(text: str | None, docs: dict[str, str]) -> Iterator[Reason]:
    for one in json.loads(text or "[]"):
        meaning = docs.get(one["feature"], "").split(".")[0]
        yield Reason(one["feature"], meaning, one["value"], one["contribution"])


def _shown(value: float | None) -> str:
    return "not known" if value is None else f"{value:.6g}"
