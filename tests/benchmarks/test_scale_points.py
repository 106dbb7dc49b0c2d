"""What is measured for docs/scale.md is what it says: points, made-up logs, lengthened ones, Spark's events."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import zstandard
from deltalake import CommitProperties, DeltaTable, write_deltalake

from benchmarks.layouts import FIRST
from benchmarks.scale.ageing import lengthen
from benchmarks.scale.estimates import inputs
from benchmarks.scale.grown import Seen, model
from benchmarks.scale.logs import REAL_DAY, REAL_ROWS, make_log
from benchmarks.scale.page import BEGIN, END, parts, replaced
from benchmarks.scale.points import Point, all_points, keep, kept, path
from benchmarks.scale.spark_log import Tasks, tasks
from benchmarks.scale.stages import STAGES, by_stage, stages
from pipelines.catalog import all_tables
from pipelines.delta.log import FOLDER, DeltaLog, dump_note


def test_points_are_named_apart_and_come_back_as_they_were_kept(tmp_path: Path) -> None:
    points = list(all_points())
    assert len({one.id for one in points}) == len(points)
    for point in points[:3]:
        keep(tmp_path, point, {"steps": {}})
    assert sorted(point.id for point, _ in kept(tmp_path)) == sorted(point.id for point in points[:3])
    assert path(tmp_path, points[0]).exists()
    assert not path(tmp_path, points[3]).exists()


def test_every_table_is_in_a_stage_and_every_stage_is_one_of_a_run() -> None:
    assert stages().keys() >= all_tables().keys()
    assert set(stages().values()) == set(STAGES)
    assert by_stage({"silver.charges": 1.0, "silver.refunds": 2.0})["silver"] == 3.0


def test_a_made_up_log_names_its_files_and_only_one_day_is_there(tmp_path: Path) -> None:
    make_log(tmp_path / "table", commits=60, files=500)
    table = DeltaTable(str(tmp_path / "table"))
    assert table.version() == 59
    assert len(table.file_uris()) == 501
    assert (tmp_path / "table" / FOLDER / f"{49:020d}.checkpoint.parquet").exists()
    day = FIRST + timedelta(REAL_DAY)
    found = table.to_pyarrow_table(columns=["charge_id"], filters=[("created_date", "=", day)])
    assert len(found) == REAL_ROWS


def test_a_lengthened_log_has_the_same_rows_and_the_same_note(tmp_path: Path) -> None:
    uri = str(tmp_path)
    note = CommitProperties(custom_metadata={"userMetadata": dump_note({"watermark": 7})})
    write_deltalake(uri, pa.table({"a": [1, 2]}), commit_properties=note)
    assert lengthen(tmp_path, 120) == 119
    assert DeltaTable(uri).version() == 119
    assert DeltaTable(uri).to_pyarrow_table().num_rows == 2
    assert DeltaLog({}).latest(uri).note == {"watermark": 7}
    assert (tmp_path / FOLDER / f"{99:020d}.checkpoint.parquet").exists()
    assert lengthen(tmp_path, 120) == 0


def test_what_spark_logged_goes_to_the_table_that_was_at_work(tmp_path: Path) -> None:
    def ended(at: int, shuffled: int) -> str:
        metrics = {
            "Executor CPU Time": 2_000_000_000,
            "Shuffle Write Metrics": {"Shuffle Bytes Written": shuffled},
        }
        event = {"Event": "SparkListenerTaskEnd", "Task Info": {"Launch Time": at}, "Task Metrics": metrics}
        return json.dumps(event, separators=(",", ":"))

    lines = "\n".join(
        [ended(1_500, 10), ended(1_900, 20), ended(2_000, 40), '{"Event":"SparkListenerJobEnd"}']
    )
    (tmp_path / "local-1.zstd").write_bytes(zstandard.compress(lines.encode()))
    found = tasks(tmp_path, [("silver.charges", 1_000, 2_000), ("gold.audit", 2_000, 3_000)])
    assert found == {"silver.charges": Tasks(2, 4.0, 30, 0), "gold.audit": Tasks(1, 2.0, 40, 0)}


def loaded(payments: int, days: int) -> Seen:
    seconds = 10 + payments / 1_000 + days / 100
    tables = {"silver.charges": {"cpu": seconds, "seconds": seconds, "peak_bytes": 1, "rows": payments}}
    step = {"cpu_seconds": seconds + 3, "seconds": 1.0, "peak_bytes": 5e8, "tables": tables}
    layers = {"silver": {"files": 2, "bytes": payments * 900, "log_files": 3, "log_bytes": 4_000}}
    figures = {
        "steps": dict.fromkeys(("first load", "nothing new", "one more day", "audit"), step),
        "archive": {"raw_bytes": payments * 12_000, "stored_bytes": payments * 1_300},
        "stored": {"layers": layers},
    }
    return Seen(Point("embedded", payments, days), figures)


def test_models_of_stages_add_up_and_the_page_says_them() -> None:
    seen = [loaded(p, d) for p, d in ((1_000, 100), (10_000, 100), (100_000, 100), (10_000, 1_000))]
    fit, off = model(seen, "first load", "silver")
    assert fit.fixed == 10 or abs(fit.fixed - 10) < 0.01
    assert max(map(abs, off)) < 0.5
    said = parts([(one.point, one.figures) for one in seen], inputs())
    assert "| embedded | 100,000 | 100 | – | 114.0 |" in said["loads"]
    assert "| silver | 12.00 | 21.00 | 111.00 | 30.00 | 1.00 |" in said["stages"]
    assert "| first load, processor hours | – | – | – |" in said["estimates"]  # of four loads
    more = [*seen, loaded(1_000, 1_000)]
    enough = parts([(one.point, one.figures) for one in more], inputs())["estimates"]
    assert "| first load, processor hours | 2.78 | – | – |" in enough
    assert "computed, not measured" in said["estimates"]


def test_the_page_says_by_stage_what_spark_shuffled() -> None:
    one = loaded(1_000, 100)
    tables = one.figures["steps"]["first load"]["tables"]
    tables["silver.charges"]["tasks"] = {"shuffled_bytes": 2_500_000}
    said = parts([(Point("spark", 1_000, 100), one.figures)], inputs())["stages"]
    assert "| silver | 2.50 |" in said
    assert "| gold | 0.00 |" in said


def test_what_stands_outside_the_markers_of_a_page_stays() -> None:
    begin, end = BEGIN.format(name="logs"), END.format(name="logs")
    assert replaced(f"a\n{begin}\nold\n{end}\nb", "logs", "new") == f"a\n{begin}\n\nnew\n\n{end}\nb"
