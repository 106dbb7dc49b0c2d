"""Can the figures be trusted: what is in each table, what was checked, what was refused, where every record went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.flow.conservation import Audit, audit
from pipelines.flow.places import PLACES
from pipelines.flow.status import TableStatus, statuses
from pipelines.report.figures import Chart, Figure, Grid, Status, percent, room
from pipelines.report.subject import Special

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

WORDS = {
    "current": "Current version of a row",
    "superseded": "Older version of a row",
    "duplicate": "Copy of a version",
    "quarantined": "In quarantine, with a reason",
    "unmodelled": "Of a type that no table holds",
    "waiting": "Waiting for a table that refused its batch",
    "missing": "Missing",
}

_COLOURS = {
    "current": "c3", "superseded": "c1", "duplicate": "c6", "quarantined": "c2", "unmodelled": "c7",
    "waiting": "warn", "missing": "bad",
}  # fmt: skip

_REASONS = 12
_TABLE_COLUMNS = ("Table", "Rows", "Version", "Last published (UTC)", "Age", "Checks")


@dataclass(frozen=True)
class Refused:
    """Records in quarantine that were refused for one reason."""

    table: str
    reason: str
    records: int


@dataclass(frozen=True)
class Drift:
    """A way in which records differ from what is known of them.

    Attributes:
        field: type of object and path.
        drift: what is different, with what was found instead.
        first_seen: day of the oldest record.
        records: that show it.
        example: kind and size of the value, and what may have happened.
    """

    field: str
    drift: str
    first_seen: str
    records: int
    example: str


def quarantined(lake: Lakehouse) -> list[Refused]:
    """How many records each table refused, by reason, most first."""
    if not lake.exists("silver.quarantine"):
        return []
    counted = lake.table("silver.quarantine").groupBy("table_name", "reason").count().collect()
    found = [Refused(row["table_name"], row["reason"], row["count"]) for row in counted]
    return sorted(found, key=lambda item: (-item.records, item.table, item.reason))


def drifts(lake: Lakehouse) -> list[Drift]:
    """How records differ from what is known of them, newest first."""
    rows = lake.table("gold.schema_drift").orderBy("first_seen_at", ascending=False).collect()
    return [
        Drift(
            f"{row['object_type']}.{row['field_path']}",
            " ".join(filter(None, (row["drift"].replace("_", " "), row["found"]))),
            f"{row['first_seen_at']:%Y-%m-%d}" if row["first_seen_at"] else "–",
            row["records_count"],
            "; ".join(filter(None, (row["example"], row["hint"]))),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Trust:
    """What is known of the tables and the records.

    Attributes:
        states: of all tables.
        refused: records in quarantine, by reason.
        drifted: what records hold that nobody declared.
        audited: where every record went.
    """

    states: Sequence[TableStatus]
    refused: Sequence[Refused]
    drifted: Sequence[Drift]
    audited: Audit

    def __bool__(self) -> bool:
        """Whether any record came in."""
        return bool(self.audited.total.records)


def read(lake: Lakehouse, accounts: Sequence[str]) -> Trust:
    """What is known of a lakehouse's tables and records."""
    del accounts
    return Trust(statuses(lake), quarantined(lake), drifts(lake), audit(lake))


def show(found: Trust, now: datetime) -> list[Chart | Grid]:
    """All of it."""
    return [
        _where_records_went(found.audited),
        _quarantine(found.refused),
        _drift(found.drifted),
        _tables(found.states, now),
    ]


def failing(states: Sequence[TableStatus], now: datetime) -> list[Chart | Grid]:
    """Tables of which a check failed."""
    return [
        Grid(
            "failing",
            _TABLE_COLUMNS,
            [_table_row(state, now) for state in states],
            title="Tables with a check that failed",
            text="Warnings of the latest batch: it was published with them. A critical failure stops a batch. The page "
            "about data quality shows all tables.",
            numeric=(1, 2),
            nothing="All checks of all tables passed.",
        )
    ]


def fresh(found: Mapping[str, date | datetime], now: datetime) -> list[Chart | Grid]:
    """How old the data is, and when gold was made."""
    rows = [(what, _when(when), _age_of(when, now)) for what, when in found.items()]
    columns = ("What", "When (UTC)", "Age")
    return [Grid("fresh", columns, rows, title="How fresh", of=("gold.payments_daily",))]


def _read_fresh(lake: Lakehouse, accounts: Sequence[str]) -> dict[str, date | datetime]:
    del accounts
    [[newest]] = lake.sql("select max(date) from gold.payments_daily").collect()
    made = [one.published_at for one in statuses(lake) if one.name.startswith("gold.") and one.published_at]
    found = {"Last day with a payment": newest, "Gold published": max(made, default=None)}
    return {what: when for what, when in found.items() if when}


def _when(when: date | datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}" if isinstance(when, datetime) else f"{when:%Y-%m-%d}"


def _age_of(when: date | datetime, now: datetime) -> str:
    if isinstance(when, datetime):
        return age(when, now)
    days = (now.date() - when).days
    return "today" if days == 0 else f"{days} day{'s' if days != 1 else ''}"


QUALITY = Special(read, show)
"""What is known of the tables and the records."""

FAILING = Special(lambda lake, _: [state for state in statuses(lake) if state.failed], failing)
"""Tables of which a check failed."""

FRESH = Special(_read_fresh, fresh)
"""How old the data is, and when gold was made."""


def _where_records_went(audited: Audit) -> Chart:
    total = audited.total
    counts = {place: getattr(total, place) for place in PLACES}
    verdict = (
        f"They add up to the {total.records:,} records of {len(audited.files):,} files."
        if audited.balanced
        else f"They do not add up to the {total.records:,} records that were read: vermeil audit shows which files."
    )
    return Chart(
        "audit",
        "Where every record went",
        f"Each record of a raw file is exactly one of these. {verdict}",
        {"": _bars(counts, total.records)} if total.records else {},
        height=240,
        wide=True,
        of=("gold.audit",),
    )


def _bars(counts: Mapping[str, int], total: int) -> Figure:
    places = [place for place in PLACES if counts[place] or place not in ("waiting", "missing")]
    bars: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "y": [WORDS[place] for place in places],
        "x": [counts[place] for place in places],
        "text": [f"{counts[place]:,} ({percent(counts[place], total)})" for place in places],
        "textposition": "auto",
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{x:,}<extra></extra>",
        "marker": {"color": [_COLOURS[place] for place in places]},
    }
    return {
        "data": [bars],
        "layout": {
            "yaxis": {"autorange": "reversed"},
            "xaxis": {"range": room(list(counts.values())), "exponentformat": "B"},
        },
    }


def _quarantine(refused: Sequence[Refused]) -> Grid:
    shown = [(item.reason, item.table, f"{item.records:,}") for item in refused[:_REASONS]]
    left = refused[_REASONS:]
    if left:
        shown.append((f"{len(left)} further reasons", "", f"{sum(item.records for item in left):,}"))
    return Grid(
        "quarantine",
        ("Reason", "Refused by", "Records"),
        [(_short(reason), table, records) for reason, table, records in shown],
        title="Records in quarantine",
        text="Records that cannot be read or break a table's contract: kept with file and line, counted nowhere else.",
        numeric=(2,),
        nothing="No record is in quarantine.",
        of=("silver.quarantine",),
    )


def _drift(drifted: Sequence[Drift]) -> Grid:
    shown = [
        (item.field, item.drift, item.first_seen, f"{item.records:,}", item.example)
        for item in drifted[:_REASONS]
    ]
    if left := drifted[_REASONS:]:
        shown.append((f"{len(left)} further differences, in gold.schema_drift", "", "", "", ""))
    return Grid(
        "drift",
        ("Field", "Difference", "First seen", "Records", "Example"),
        shown,
        title="Schema drift",
        text="How records differ from the known fields of their source. No record is lost by it.",
        numeric=(3,),
        nothing="Records hold the fields that are known, and no others.",
        of=("gold.schema_drift",),
    )


def _short(reason: str, limit: int = 120) -> str:
    """A reason, shortened; the page escapes it."""
    return reason if len(reason) <= limit else reason[: limit - 1] + "…"


def _tables(states: Sequence[TableStatus], now: datetime) -> Grid:
    return Grid(
        "tables",
        _TABLE_COLUMNS,
        [_table_row(state, now) for state in states],
        title="Tables",
        text="Rows that a reader sees, Delta version, and checks of the latest batch; a critical failure stops it.",
        numeric=(1, 2),
    )


def _table_row(state: TableStatus, now: datetime) -> tuple[str | Status, ...]:
    if state.version is None or state.published_at is None:
        return (state.name, "0", "–", "never", "–", "–")
    return (
        state.name,
        f"{state.rows:,}",
        str(state.version),
        f"{state.published_at:%Y-%m-%d %H:%M}",
        age(state.published_at, now),
        _checks(state),
    )


def _checks(state: TableStatus) -> str | Status:
    if state.failed:
        return Status(f"{state.failed} of {state.passed + state.failed} failed", "warn")
    return Status(f"{state.passed} passed", "good") if state.passed else "none"


def age(since: datetime, now: datetime) -> str:
    """How long ago something was, in the two digits or so that a person wants."""
    minutes = max(0, round((now - since).total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"
