"""Figures about a staged batch that its rows do not show: what was refused, what points nowhere, how usual it is.

Each is a number, or None while it is not known: nothing was published yet that it could be compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F  # noqa: N812

from pipelines.flow.batches import batches, reached
from pipelines.frames.united import united
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.delta.log import Note
    from pipelines.lakehouse import Lakehouse

Facts = dict[str, float | None]

COMPARED_BATCHES = 20
"""How many of the batches before a batch is compared with."""

REWRITTEN = "rewritten"
"""In the note of a commit that brought no batch: it repeats the note before."""

EARLIER = "earlier_rows"
"""In the note of a table whose past was deleted: what :func:`earlier_counts` gave until then."""

LEAST_BATCHES = 5
"""Fewer batches than this say nothing about what is usual."""

LOOK_BACK = timedelta(days=180)
"""How much older than the batch a referenced row may be, where its table is laid out by date: disputes come within 120
days of a payment, and the bound keeps a day's batch from reading all history."""


Bounds = Callable[[Collection[str]], Mapping[str, tuple[Any, Any]]]
"""Gives the least and the greatest value of columns, of those for which they are known without looking at the rows."""


def nothing_said(columns: Collection[str]) -> Mapping[str, tuple[Any, Any]]:
    """Of rows about which no file says anything."""
    del columns
    return {}


def facts(
    lake: Lakehouse,
    table: Table,
    rows: DataFrame,
    quarantined: int,
    total: int,
    now: datetime,
    bounds: Bounds = nothing_said,
) -> Facts:
    """All figures about a staged batch.

    Args:
        lake: holds what was published so far.
        table: what the batch is for.
        rows: the staged rows that are to be published.
        quarantined: records of the batch that were refused.
        total: records of the batch, refused or not; for a table that is not made from records, its rows.
        now: the time at which the batch is judged, UTC.
        bounds: of columns of the staged rows.
    """
    oldest, newest = _ends(lake, table, rows, bounds)
    return {
        "record_count": float(total),
        "quarantined_share": quarantined / total if total else None,
        "row_count_ratio": ratio_to_usual(total - quarantined, earlier_counts(lake, table)),
        "newest_age_days": age_days(newest, now),
        **_references(lake, table, rows, oldest),
    }


def orphan_share(column: str) -> str:
    """Name of the figure: which share (0..1) of the different ids in a column point to no row."""
    return f"orphan_share_{column}"


def reference_count(column: str) -> str:
    """Name of the figure: how many different ids a column of the batch holds."""
    return f"reference_count_{column}"


def references(table: Table) -> Iterator[tuple[Column, str, str]]:
    """Columns that point to another table, with its name and that of its column.

    Those that point to bronze are left out: the rows were made from it. So are those of a history: they were looked at
    when its base table took them in.
    """
    if table.history_of:
        return
    for column in table.columns:
        if column.reference and not column.reference.startswith("bronze."):
            referenced, _, name = column.reference.rpartition(".")
            yield column, referenced, name


def ratio_to_usual(count: int, before: Sequence[int]) -> float | None:
    """A number of rows in terms of the median of the batches before; None while there are too few of them."""
    if len(before) < LEAST_BATCHES:
        return None
    usual = median(before)
    return count / usual if usual else None


def age_days(newest: datetime | date | None, now: datetime) -> float | None:
    """Days between the newest record, or the end of the newest day, and now (UTC)."""
    if newest is None:
        return None
    if not isinstance(newest, datetime):
        newest = datetime(newest.year, newest.month, newest.day, tzinfo=UTC) + timedelta(days=1)
    at = newest if newest.tzinfo else newest.replace(tzinfo=UTC)
    return max(0.0, (now - at).total_seconds() / 86_400)


def orphans(rows: DataFrame, columns: Sequence[str], known: DataFrame) -> Facts:
    """The figures of columns that point to one table.

    Args:
        rows: of the batch.
        columns: names of the columns that point there.
        known: the ids that are there, as the only column.
    """
    return _shares(columns, [_looked_up(rows, columns, known)])


def _shares(columns: Iterable[str], looked_up: Sequence[DataFrame]) -> Facts:
    """The figures of columns whose ids were looked up, all by one query."""
    counted = united(looked_up).collect() if looked_up else []
    found = {column: (int(ids), int(ids - known)) for column, ids, known in counted}
    shares: Facts = {orphan_share(c): found[c][1] / found[c][0] if c in found else None for c in columns}
    return shares | {reference_count(c): float(found[c][0]) if c in found else 0.0 for c in columns}


def _looked_up(rows: DataFrame, columns: Sequence[str], known: DataFrame) -> DataFrame:
    """How many different ids each column holds (``ids``), and how many of them are there (``known``)."""
    wanted = united(_ids(rows, column) for column in columns)
    there = known.toDF("known_id").distinct()
    found = wanted.join(there, wanted["id"] == there["known_id"], "left")
    return found.groupBy("column").agg(F.count("id").alias("ids"), F.count("known_id").alias("known"))


def _references(lake: Lakehouse, table: Table, rows: DataFrame, oldest: date | None) -> Facts:
    pointing = list(references(table))
    held = batches(lake) if pointing else {}
    looked_up: list[DataFrame] = []
    asked: list[str] = []
    for name, id_column in dict.fromkeys((name, id_column) for _, name, id_column in pointing):
        other = lake.declaration(name)
        columns = [column.name for column, *where in pointing if where == [name, id_column]]
        if name == table.name:
            published = lake.table(name).select(id_column)
            looked_up.append(_looked_up(rows, columns, published.unionByName(rows.select(id_column))))
        elif (taken := reached(lake, other, held)) and lake.exists(name):
            # The other table may not have taken in this batch yet; what it cannot know is no orphan.
            judged = rows.filter(F.col("ingest_id") <= taken)
            known = _recent(lake.table(name), other, oldest).select(id_column)
            looked_up.append(_looked_up(judged, columns, known))
        else:
            continue
        asked += columns
    unknown: Facts = {orphan_share(column.name): None for column, _, _ in pointing}
    return unknown | _shares(asked, looked_up)


def _recent(referenced: DataFrame, table: Table, oldest: date | None) -> DataFrame:
    if table.cluster_by != "created_date" or oldest is None:
        return referenced
    return referenced.filter(F.col("created_date") >= F.lit(oldest - LOOK_BACK))


def _ids(rows: DataFrame, column: str) -> DataFrame:
    given = rows.filter(F.col(column).isNotNull())
    return given.select(F.lit(column).alias("column"), F.col(column).alias("id")).distinct()


def _ends(lake: Lakehouse, table: Table, rows: DataFrame, bounds: Bounds) -> tuple[date | None, Any]:
    """The oldest day of the batch, and when its newest record was known; each None where the table does not say.

    Of a daily table the latter is its newest day, also among those published.
    """
    wanted = [name for name in ("created_date", "known_at", "date") if name in table.column_names]
    said = bounds(wanted) if wanted else {}
    if "known_at" in wanted:
        if len(said) < len(wanted):
            oldest = F.min("created_date") if "created_date" in wanted else F.lit(None)
            first, last = rows.agg(oldest, F.max("known_at")).collect()[0]
            return first, last
        return said["created_date"][0] if "created_date" in said else None, said["known_at"][1]
    if "date" not in wanted:
        return None, None
    published = _newest_days(lake, table) if "date" in said else None
    if published is not None:
        return None, max((day for day in (said["date"][1], *published) if day), default=None)
    days = rows.select("date").unionByName(lake.table(table.name).select("date"))
    return None, days.agg(F.max("date")).collect()[0][0]


def _newest_days(lake: Lakehouse, table: Table) -> list[date] | None:
    """The newest day of each file of a daily table, as its log says; None where it does not. No table has none."""
    if not lake.exists(table.name):
        return []
    files = lake.log.layout(lake.table_uri(table.name), "date").files
    newest = [date.fromordinal(file.span.stop - 1) for file in files if file.span]
    return newest if len(newest) == len(files) else None


def earlier_counts(lake: Lakehouse, table: Table) -> list[int]:
    """How many rows each of the latest batches of a table brought, newest first."""
    counts: list[int] = []
    for commit in lake.history(table.name, COMPARED_BATCHES):
        if REWRITTEN in commit.note:
            continue
        if EARLIER in commit.note:
            return [*counts, *commit.note[EARLIER]][:COMPARED_BATCHES]
        if (count := _rows_of(commit.note)) is not None:
            counts.append(count)
    return counts


def _rows_of(note: Note) -> int | None:
    """How many rows a commit brought, as its note says; bronze has it by file."""
    if "rows" in note:
        return int(note["rows"])
    files: Iterable[Mapping[str, Any]] = note.get("files", ())
    return sum(int(file["record_count"]) for file in files) if "files" in note else None
