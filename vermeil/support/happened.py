"""What else happened between two days, as far as the tables tell: models, rules, drift, card testing, releases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipelines.delta import releases

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

MOST = 5
"""Things of one kind that are told."""

SHIFTED = 0.25
"""Population stability index from which on a column has shifted, by custom."""


@dataclass(frozen=True)
class Happened:
    """Something that may have to do with a change.

    Attributes:
        day: on which it happened, or began.
        kind: model, rules, drift, schema, card testing, release.
        what: in a sentence.
    """

    day: date
    kind: str
    what: str


def happened(lake: Lakehouse, first: date, last: date) -> list[Happened]:
    """What happened from one day to another, in order of time.

    Args:
        lake: as it was released.
        first: day after which things count; what had begun before is no news.
        last: day until which they count.
    """
    found = [
        *_models(lake),
        *_rules(lake),
        *_schema(lake),
        *_shifted(lake, first, last),
        *_card_testing(lake, first, last),
        *_releases(lake),
    ]
    within = (one for one in found if first < one.day <= last)
    return sorted(within, key=lambda one: (one.day, one.kind))


def _rows(lake: Lakehouse, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = lake.sql(query).toArrow().to_pylist()
    return rows


def _models(lake: Lakehouse) -> Iterator[Happened]:
    for row in _rows(
        lake,
        "select model_version, role, min(date) as day from gold.payment_scores group by model_version, role "
        "order by model_version",
    ):
        doing = "decides" if row["role"] == "serving" else "scores in the shadow of another"
        yield Happened(row["day"], "model", f"The model {row['model_version']} {doing} from this day on.")


def _rules(lake: Lakehouse) -> Iterator[Happened]:
    """When the rules' file said something else than before: all decisions are made anew then."""
    commits = [one for one in reversed(lake.history("gold.payment_decisions")) if one.note.get("context")]
    for before, after in pairwise(commits):
        if before.note["context"] != after.note["context"]:
            yield Happened(
                after.at.date(),
                "rules",
                f"The rules became {after.note['context']}, from {before.note['context']}: decisions of all days were "
                "made anew.",
            )


def _schema(lake: Lakehouse) -> Iterator[Happened]:
    query = (
        "select object_type, field_path, drift, cast(first_seen_at as date) as day, records_count "
        "from gold.schema_drift where first_seen_at is not null order by object_type, field_path, drift"
    )
    for row in _rows(lake, query):
        yield Happened(
            row["day"],
            "schema",
            f"Records of {row['object_type']} began to differ: {row['drift']} at {row['field_path']} "
            f"({row['records_count']:,} records).",
        )


def _shifted(lake: Lakehouse, first: date, last: date) -> Iterator[Happened]:
    query = (
        "select column_name, model_version, min(date) as day from gold.model_drift_daily "
        f"where window_days = 28 and stability_index > {SHIFTED} group by column_name, model_version "
        f"having min(date) > date'{first}' and min(date) <= date'{last}' order by day, column_name"
    )
    rows = _rows(lake, query)
    for row in rows[:MOST]:
        yield Happened(
            row["day"],
            "drift",
            f"{row['column_name']} had shifted against what {row['model_version']} learnt from "
            f"(stability above {SHIFTED} over 28 days).",
        )
    if len(rows) > MOST:
        yield Happened(
            rows[MOST]["day"], "drift", f"And {len(rows) - MOST} more columns shifted from here on."
        )


def _card_testing(lake: Lakehouse, first: date, last: date) -> Iterator[Happened]:
    query = (
        "select date, account, sum(attempts_count) as attempts, sum(refused_count) as refused "
        f"from gold.card_testing_alerts where date > date'{first}' and date <= date'{last}' "
        "group by date, account order by attempts desc, date, account"
    )
    for row in _rows(lake, query)[:MOST]:
        yield Happened(
            row["date"],
            "card testing",
            f"Cards were tested at {row['account']}: {row['attempts']:,} small attempts, {row['refused']:,} refused.",
        )


def _releases(lake: Lakehouse) -> Iterator[Happened]:
    """Of each day with releases the last one."""
    of_days = {one.at.date(): one for one in reversed(list(releases.newest_first(lake.uri)))}
    for day, one in of_days.items():
        yield Happened(day, "release", f"Release {one.number} was made by {one.made_by}.")
