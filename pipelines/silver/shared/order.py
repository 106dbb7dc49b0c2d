"""Which version of an object is the newer one: one order for silver, its histories, as-of, replay and every audit.

An event is newer than another by its time, then by what its type says within one second, then by its id. A record
without an event is newer than its like where it was known later: see :func:`version`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.silver.shared import within
from pipelines.sources.shapes import BARE, OBJECT_AT, ROW
from pipelines.sources.source import Source, Sources

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

ORDER = 2
"""Number of this order, kept with the commits of silver tables: versions of another one are not compared with these,
so a table that holds some is rebuilt (:mod:`pipelines.flow.token_keys`). Count it up with what :func:`version`
gives."""

BETTER = (
    "s.version > t.version or (s.version = t.version and (s.known_at < t.known_at or "
    "(s.known_at = t.known_at and s.record_id < t.record_id)))"
)
"""When a row ``s`` takes the place of a row ``t`` with the same key: it is a later version, or a copy of the same
version that was known earlier. :func:`preference` says the same of the rows of one batch."""

WRITTEN_AT = "written_at"
"""Column of :func:`dated`: when the file of a record without an event was last written."""

REUSED_IDS = ("coupon", "plan", "product", "sku")
"""Types of objects whose ids merchants choose: one that was deleted may be made anew under its id. Stripe makes all
other ids, never gives one twice, and takes no deletion back."""

_NEVER = "999999999999"
_LAST_RANK = "99"


def preference() -> tuple[Expression, ...]:
    """The row that stands for an object comes first: its greatest version, in the copy that was known first.

    An event may come bare and in an envelope, which are known at different times. The order in which the files were
    taken in must not decide between them. See :data:`BETTER`.
    """
    found = F.col("version").desc(), F.col("known_at").asc_nulls_last(), F.col("record_id")
    return *found, F.col("record_path").asc_nulls_first()


def dated(records: DataFrame) -> DataFrame:
    """Bronze records with :data:`WRITTEN_AT`, before a mapping says of rows when they were known."""
    return records.withColumn(WRITTEN_AT, F.col("known_at"))


def versioned(records: DataFrame, sources: Sources) -> DataFrame:
    """Records that are :func:`dated`, with ``version`` and ``is_deletion``; a deletion occurred when it was known."""
    deleted = F.col("is_deletion")
    return (
        records.withColumn("is_deletion", is_deletion())
        .withColumn("version", version(sources, deleted))
        .withColumn("occurred_at", F.when(deleted, deleted_at()).otherwise(F.col("occurred_at")))
    )


def version(sources: Sources, deleted: Expression | None = None) -> Expression:
    """A sortable name of the version that a record holds, each by its own source's order of events.

    Events sort by their time, then by what their type says within one second, then by id. A record without an event
    sorts before all events of its second; so does what an event shows inside another object.

    Of two records without an event the one is newer that was known later: by the date that the path of its file names,
    else by when the file was written; then the one in the later file by natural order (``export-9`` before
    ``export-10``), in the file that was written later where the path is the same, and at last by digest.

    A deletion without an event sorts after everything: an event about a deleted object that comes in later was on its
    way before. Only of an object whose id may be given again does its time decide.

    Args:
        sources: the order of their events.
        deleted: see :func:`is_deletion`. An audit that reads no payload leaves it out, and gives a deletion a lesser
            version than it has.

    The records are :func:`dated`.
    """
    bare = F.col("shape").isin(*BARE)
    time = F.lpad(F.coalesce(F.unix_seconds("occurred_at"), F.lit(0)).cast("string"), 12, "0")
    rank = F.when(bare | (F.col("shape") == within.SHAPE), F.lit("00")).otherwise(_event_rank(sources))
    if deleted is not None:
        second = F.lpad(F.unix_seconds(deleted_at()).cast("string"), 12, "0")
        last = F.when(F.col("object_type").isin(*REUSED_IDS), second).otherwise(F.lit(_NEVER))
        time, rank = F.when(deleted, last).otherwise(time), F.when(deleted, _LAST_RANK).otherwise(rank)
    tie = F.when(bare, _known()).otherwise(_identity())
    return F.concat_ws("-", time, rank, tie)


def is_deletion() -> Expression:
    """Whether all that a record says of its object is that it was deleted: where the API is asked for it, or where the
    object stands inside another one. What an event is about is no such record, its type says what happened."""
    said = F.lit(None).cast("string")
    for shape in _TELLING:
        text = F.get_json_object("payload", ".".join(("$", *OBJECT_AT.get(shape, ()), "deleted")))
        said = F.when(F.col("shape") == shape, text).otherwise(said)
    # Looking for the word is cheap; most records do not have it and are not parsed for it.
    named = F.col("shape").isin(*_TELLING) & F.col("payload").contains('"deleted"')
    return F.coalesce(F.when(named, said == "true"), F.lit(False))


_TELLING = ("object", "wrapped", within.SHAPE)


def deleted_at() -> Expression:
    """When a deletion was known: by the end of the day that the path names, when its file was written, or when the
    event happened that showed it."""
    day = F.regexp_replace(_natural(), _DAY, "$1-$2-$3")
    since = F.datediff(F.when(day.rlike(_IS_DAY), day.try_cast("date")), _epoch())
    end = F.timestamp_seconds((since + 1) * 86_400)
    written = F.col(WRITTEN_AT)
    bare = F.when(end < written, end).otherwise(written)
    return F.when(F.col("shape") == within.SHAPE, F.col("occurred_at")).otherwise(bare)


def _known() -> Expression:
    """What orders records without an event: when they were known, their file, when that was written, whether they are
    about the object or show it inside another one, their digest."""
    written = F.lpad(F.unix_micros(WRITTEN_AT).cast("string"), 16, "0")
    is_direct = F.when(F.col("record_path").isNull(), "1").otherwise("0")
    return F.concat_ws("#", _known_text(), _natural(), written, is_direct, _identity())


def _identity() -> Expression:
    """What no two versions share, sorted so that a plan gives way to the price of the same id, which says more.

    Stripe sends both, within a subscription and as events of one second.
    """
    return F.when(F.col("object_type") == "plan", F.concat(F.lit("+"), "version_id")).otherwise(
        F.col("version_id")
    )


def _known_text() -> Expression:
    """The day and the second on which a record was known, sortable. What a path dates counts as of the end of it."""
    natural = _natural()
    day = F.regexp_replace(natural, _DAY, "$1-$2-$3")
    month = F.regexp_replace(natural, _MONTH, "$1-$2-99")
    # A mapping may say when a row was known; that it was only written says nothing more.
    told = (F.col("shape") == ROW) & (F.col("known_at") != F.col(WRITTEN_AT))
    return (
        F.when(told, _second("known_at"))
        .when(day.rlike(_IS_DAY), F.concat(day, F.lit(" 99999")))
        .when(month.rlike(_IS_DAY), F.concat(month, F.lit(" 99999")))
        .otherwise(_second(WRITTEN_AT))
    )


def _second(column: str) -> Expression:
    """A time as its day and the second of that day: by arithmetic, so that no session's time zone plays a part."""
    seconds = F.unix_seconds(column)
    day = F.date_add(_epoch(), F.floor(seconds / 86_400).cast("int"))
    return F.concat_ws(" ", day.cast("string"), F.lpad((seconds % 86_400).cast("string"), 5, "0"))


def _epoch() -> Expression:
    return F.lit("1970-01-01").cast("date")


_WIDTH = 12
"""Digits to which numbers in paths are filled up with zeros."""


def _natural() -> Expression:
    """The path of a record's file with all numbers filled up with zeros, so that it sorts as people count."""
    filled = F.regexp_replace("file", "([0-9]+)", "0" * _WIDTH + "$1")
    return F.regexp_replace(filled, f"0{{1,{_WIDTH}}}([0-9]{{{_WIDTH},}})", "$1")


_YEAR, _MONTH_OF, _DAY_OF = "(20[1-9][0-9])", "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])"

_DAY = (
    f"(?s)^.*(?:^|[^0-9])0*{_YEAR}(?:(?:[-_./]|/(?:month|mm?)=)0{{10}})?{_MONTH_OF}"
    f"(?:(?:[-_./]|/(?:day|dd?)=)0{{10}})?{_DAY_OF}(?:[0-9]{{6}}|[0-9]{{4}})?(?:[^0-9].*)?$"
)
"""A path, with its numbers filled up, that names a day: ``dt=2026-03-01``, ``2026/03/01``, ``year=2026/month=3/day=1``,
``export-20260301.json``, ``20260301T120000Z``. Of several the last counts."""

_MONTH = f"(?s)^(?:.*[-_./=])?0{{8}}{_YEAR}(?:[-_.]|/(?:(?:month|mm?)=)?)0{{10}}{_MONTH_OF}(?:[-_./].*)?$"
"""One that names a month: ``2026-03.json``, ``year=2026/month=03``."""

_IS_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def _event_rank(sources: Sources) -> Expression:
    """Where an event's type stands in the order of its record's source."""
    rank = _rank_in(sources.rest)
    for source in sources.own:
        if source.event_order and source.event_order != sources.rest.event_order:
            rank = F.when(F.col("source") == source.source, _rank_in(source)).otherwise(rank)
    return rank


def _rank_in(source: Source) -> Expression:
    """Where an event's type stands in the source's order, by its longest ending that stands there."""
    ranks = {
        ending: f"{rank:02d}"
        for rank, endings in enumerate(source.event_order, start=1)
        for ending in endings
    }
    kind = F.concat(F.lit("."), F.coalesce(F.col("event_type"), F.lit("")))
    matches = [
        F.when(kind.endswith(f".{ending}"), F.lit(ranks[ending]))
        for ending in sorted(ranks, key=len, reverse=True)
    ]
    return F.coalesce(*matches, F.lit(ranks.get("updated", "01")))
