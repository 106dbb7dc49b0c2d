"""How a table is laid out: a partition a day, a partition a month, none, and none with rows ordered by day.

``python -m benchmarks.layouts --engine embedded --payments 1000000 --days 240 --days 3650`` prints a table in Markdown;
the engine ``spark`` needs the jar of Delta. Commits are made as Vermeil makes them, but for the layout.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake

from benchmarks.process import tree_seconds
from pipelines.delta.commits import STATISTICS
from pipelines.delta.declaring import FILE_SIZE
from pipelines.delta.delta_rs import SORT_BYTES, WRITER
from pipelines.delta.engine import open_spark
from pipelines.delta.policies import MEBIBYTE
from pipelines.frames.spans import near_days
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FIRST = date(2016, 1, 1)
GROUP = 250_000
"""Rows that are made at a time."""

UPDATED = 0.2
"""Payments of earlier days that come with a new day, as a share of the day's own."""


@dataclass(frozen=True)
class Layout:
    """A way to lay a table out.

    Attributes:
        title: what it is, for people.
        partition: the column that it is partitioned by.
        ordered: whether what is larger than a file is ordered by day.
        mebibytes: how large files may be.
    """

    title: str
    partition: str | None = None
    ordered: bool = False
    mebibytes: int = 128

    @property
    def bounded(self) -> str:
        """Columns whose bounds are kept; Spark refuses those of a partition."""
        return ",".join(c for c in ("amount_minor", "created_date") if c != self.partition)

    @property
    def file_bytes(self) -> int:
        """How large files may be."""
        return self.mebibytes * MEBIBYTE

    def condition(self, days: Sequence[date]) -> str:
        """What a merge looks for, with a part that leaves files out."""
        same = "t.account = s.account and t.charge_id = s.charge_id and t.created_date = s.created_date"
        if self.partition == "created_date":
            return f"{same} and t.created_date in ({_listed(days)})"
        if self.partition == "month":
            months = sorted({f"{day:%Y-%m}" for day in days})
            return f"{same} and t.month = s.month and t.month in ({', '.join(map(repr, months))})"
        return f"{same} and {near_days('t.created_date', days)}"


LAYOUTS = (
    Layout("a partition a day", "created_date"),
    Layout("a partition a month", "month"),
    Layout("none"),
    *(Layout(f"none, ordered by day, {size} MB", ordered=True, mebibytes=size) for size in (16, 32, 64, 128)),
)


class Engine(Protocol):
    """What writes and reads a table in some layout."""

    def load(self, uri: Path, layout: Layout, staged: Path) -> None: ...

    def merge(self, uri: Path, layout: Layout, staged: Path, days: Sequence[date]) -> None: ...

    def read(self, uri: Path, day: date | None) -> None: ...


class Embedded:
    """delta-rs commits, Sail reads."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def load(self, uri: Path, layout: Layout, staged: Path) -> None:
        write_deltalake(
            str(uri),
            _reader(staged),
            partition_by=[layout.partition] if layout.partition else None,
            target_file_size=layout.file_bytes,
            writer_properties=WRITER,
            configuration={STATISTICS: layout.bounded, FILE_SIZE: str(layout.file_bytes)},
        )
        if layout.ordered and _bytes(uri) > layout.file_bytes:
            DeltaTable(str(uri)).optimize.z_order(
                ["created_date"],
                target_size=layout.file_bytes,
                max_concurrent_tasks=1,
                max_spill_size=SORT_BYTES,
                writer_properties=WRITER,
            )

    def merge(self, uri: Path, layout: Layout, staged: Path, days: Sequence[date]) -> None:
        merger = DeltaTable(str(uri)).merge(
            _reader(staged),
            layout.condition(days),
            source_alias="s",
            target_alias="t",
            writer_properties=WRITER,
        )
        updated = merger.when_matched_update_all(predicate="s.version > t.version")
        updated.when_not_matched_insert_all().execute()

    def read(self, uri: Path, day: date | None) -> None:
        _read(self._spark, uri, day)


class Jvm:
    """Apache Spark and delta-spark do both."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def load(self, uri: Path, layout: Layout, staged: Path) -> None:
        rows = self._spark.read.parquet(str(staged))
        files = -(-_bytes(staged) // layout.file_bytes)
        if layout.partition:
            rows = rows.repartition(layout.partition)
        elif layout.ordered and files > 1:
            rows = rows.repartitionByRange(files, "created_date").sortWithinPartitions("created_date")
        elif files == 1:
            rows = rows.coalesce(1)
        writer = rows.write.format("delta").option(STATISTICS, layout.bounded)
        (writer.partitionBy(layout.partition) if layout.partition else writer).save(str(uri))

    def merge(self, uri: Path, layout: Layout, staged: Path, days: Sequence[date]) -> None:
        self._spark.read.parquet(str(staged)).createOrReplaceTempView("came")
        self._spark.sql(
            f"merge into delta.`{uri}` t using came s on {layout.condition(days)} "
            "when matched and s.version > t.version then update set * when not matched then insert *"
        ).collect()

    def read(self, uri: Path, day: date | None) -> None:
        _read(self._spark, uri, day)


def _read(spark: SparkSession, uri: Path, day: date | None) -> None:
    where = f"created_date = date '{day}'" if day else "true"
    rows = spark.read.format("delta").load(str(uri)).filter(where)
    rows.selectExpr("sum(amount_minor)", "count(distinct status)", "max(created_at)").collect()


def _reader(staged: Path) -> pa.RecordBatchReader:
    return ds.dataset(staged, format="parquet").scanner().to_reader()


def _listed(days: Sequence[date]) -> str:
    return ", ".join(f"date '{day}'" for day in days)


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.parquet"))


def make(folder: Path, payments: int, days: int, seed: int = 7) -> None:
    """Payments of some days in an order of chance, as a large batch has them."""
    draw = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    for first in range(0, payments, GROUP):
        size = min(GROUP, payments - first)
        numbers = np.arange(first, first + size)
        pq.write_table(_rows(draw, numbers, draw.integers(0, days, size)), folder / f"{first:09d}.parquet")


def _rows(draw: np.random.Generator, numbers: np.ndarray, day: np.ndarray, version: int = 0) -> pa.Table:
    """Twenty columns, of which some are ids, some tokens and some of few values."""
    size = len(numbers)
    dates = pa.array((day + (FIRST - date(1970, 1, 1)).days).astype("int32")).cast(pa.date32())
    seconds = (day + (FIRST - date(1970, 1, 1)).days) * 86_400 + draw.integers(0, 86_400, size)
    few = {
        name: pa.array(["succeeded", "pending", "failed", "eur"]).take(pa.array(draw.integers(0, 4, size)))
        for name in ("status", "currency", "brand", "country", "funding", "network", "outcome", "source")
    }
    ids = {
        name: pc.binary_join_element_wise(
            prefix, pa.array(draw.integers(0, 1 << 60, size)).cast(pa.string()), "_"
        )
        for name, prefix in (("customer", "cus"), ("email", "tok"), ("card", "card"), ("record_id", "rec"))
    }
    return pa.table(
        {
            "account": pa.array(["acct_1"] * size),
            "charge_id": pc.binary_join_element_wise("ch", pa.array(numbers).cast(pa.string()), "_"),
            "amount_minor": pa.array(draw.integers(100, 100_000, size)),
            "fee_minor": pa.array(draw.integers(1, 1_000, size)),
            "created_at": pa.array((seconds * 1_000_000).astype("int64")).cast(pa.timestamp("us", "UTC")),
            "version": pa.array([f"{version:06d}"] * size),
            **few,
            **ids,
            "created_date": dates,
            "month": pc.strftime(dates, "%Y-%m"),
        }
    )


@dataclass(frozen=True)
class Batches:
    """Batches that come after the first load, each of them newer than the one before."""

    folder: Path
    payments: int
    days: int

    def new_day(self, number: int) -> tuple[Path, list[date]]:
        """A day's payments, and changes of some of the hundred days before."""
        draw = np.random.default_rng(100 + number)
        a_day = max(1, self.payments // self.days)
        updated = max(1, int(UPDATED * a_day))
        # Which day a payment of the first load is of is read from it: a key never changes its day.
        old = self._loaded(draw, updated, lambda day: day >= self.days - 100)
        fresh = _rows(
            draw,
            self.payments + number * a_day + np.arange(a_day),
            np.full(a_day, self.days + number),
            number + 1,
        )
        return self._write(f"day-{number}", pa.concat_tables([fresh, self._newer(old, number)]))

    def correction(self, number: int) -> tuple[Path, list[date]]:
        """One payment of two years ago, or of half of the time where that is less."""
        draw = np.random.default_rng(200 + number)
        then = max(self.days - 730, self.days // 2)
        return self._write(
            f"correction-{number}",
            self._newer(self._loaded(draw, 1, lambda day: abs(day - then) < 5), 500 + number),
        )

    def _loaded(
        self, draw: np.random.Generator, count: int, wanted: Callable[[np.ndarray], np.ndarray]
    ) -> pa.Table:
        rows = pq.read_table(sorted((self.folder / "staged").glob("*.parquet"))[0])
        days = np.array(rows["created_date"].cast(pa.int32())) - (FIRST - date(1970, 1, 1)).days
        [places] = np.nonzero(wanted(days))
        return rows.take(pa.array(draw.choice(places, min(count, len(places)), replace=False)))

    def _newer(self, rows: pa.Table, version: int) -> pa.Table:
        place = rows.schema.get_field_index("version")
        return rows.set_column(place, "version", pa.array([f"{version + 1:06d}"] * len(rows)))

    def _write(self, name: str, rows: pa.Table) -> tuple[Path, list[date]]:
        folder = self.folder / "came" / name
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, folder / "part.parquet")
        return folder, sorted(rows["created_date"].unique().to_pylist())


STEPS = ("first load", "one more day", "correction", "one day read", "all read")


def measured(
    engine: Engine, layout: Layout, batches: Batches, uri: Path, rounds: int
) -> Iterator[tuple[str, float]]:
    """Processor seconds of each step, children counted; of what can be done again the median of some rounds."""
    yield STEPS[0], _timed(lambda: engine.load(uri, layout, batches.folder / "staged"))
    for step, batch in ((STEPS[1], batches.new_day), (STEPS[2], batches.correction)):
        came = [batch(number) for number in range(rounds)]
        yield step, median(_timed(lambda c=c: engine.merge(uri, layout, *c)) for c in came)  # type: ignore[misc]
    for step, day in ((STEPS[3], FIRST + timedelta(batches.days // 2)), (STEPS[4], None)):
        yield step, median(_timed(lambda day=day: engine.read(uri, day)) for _ in range(rounds))  # type: ignore[misc]


def _timed(do: Callable[[], None]) -> float:
    started = tree_seconds(os.getpid())
    do()
    return tree_seconds(os.getpid()) - started


def _lines(
    engine: Engine, chosen: Sequence[Layout], batches: Batches, folder: Path, rounds: int
) -> Iterator[str]:
    for layout in chosen:
        uri = folder / "table"
        shutil.rmtree(uri, ignore_errors=True)
        seconds = dict(measured(engine, layout, batches, uri, rounds))
        files = len(DeltaTable(str(uri)).file_uris())
        cells = [f"{batches.payments:,}", f"{batches.days:,}", layout.title, f"{files:,}"]
        yield f"| {' | '.join([*cells, *(f'{seconds[step]:.2f}' for step in STEPS)])} |"


def main(argv: Sequence[str]) -> None:
    """Measure what is asked for, and print a line of figures a layout."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.layouts", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--engine", choices=["embedded", "spark"], default="embedded")
    parser.add_argument("--payments", type=int, action="append", help="default 10,000 and 1,000,000")
    parser.add_argument("--days", type=int, action="append", help="default 240 and 3,650")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--layout", type=int, action="append", choices=range(len(LAYOUTS)), help="by number")
    options = parser.parse_args(argv)
    chosen = [LAYOUTS[number] for number in options.layout or range(len(LAYOUTS))]
    print(f"| payments | days | partitions | files | {' | '.join(STEPS)} |")
    print(f"|{'---:|' * 2}---|{'---:|' * (1 + len(STEPS))}")
    with open_spark(load_settings({"engine": options.engine})) as spark:
        engine: Engine = Embedded(spark) if options.engine == "embedded" else Jvm(spark)
        for payments in options.payments or (10_000, 1_000_000):
            for days in options.days or (240, 3_650):
                with tempfile.TemporaryDirectory() as name:
                    batches = Batches(Path(name), payments, days)
                    make(batches.folder / "staged", payments, days)
                    for line in _lines(engine, chosen, batches, Path(name), options.rounds):
                        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
