"""Each addition that the how-to describes is made as it says, by the code on the page, and does what it says."""

from __future__ import annotations

import ast
import json
import runpy
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from dagster import SensorResult, SkipReason, build_sensor_context

import assets.definitions
import expectations.silver
import pipelines.features.payments
import pipelines.metrics.payments
import pipelines.models.families
import pipelines.report.pages
from expectations.catalog import suite_of
from pipelines.delta import engine
from pipelines.delta.commits import Append
from pipelines.lakehouse import Lakehouse
from pipelines.metrics.shared import catalog
from pipelines.models.families import families
from pipelines.models.judging.metrics import roc_auc
from pipelines.models.training.training import train
from pipelines.report import page
from pipelines.settings import load_settings
from pipelines.silver import charges
from pipelines.silver.shared.build import build
from pipelines.sources.mapping import parse_source, stripe
from pipelines.sources.rows import Mapper
from pipelines.table import Column, Table
from tests import frames
from tests.pipelines.gold import silver_rows
from tests.pipelines.gold.silver_rows import at, frame
from tests.pipelines.models.history import TASK, history
from tests.pipelines.models.payments import NAMES, payments
from tests.test_docs import HOW_TO, ROOT, Block, blocks
from tests.vermeil.cli.running import as_json, vermeil
from vermeil.cli.app import app
from vermeil.doctor import installation

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def example(declares: str) -> dict[str, Any]:
    """What the example in the how-to defines that has some text in it."""
    block = example_block(declares)
    scope = block.scope()
    exec(block.compiled(), scope)
    return scope


def example_block(declares: str) -> Block:
    return next(block for block in blocks(HOW_TO, "python") if declares in block.text)


def line(declares: str) -> Any:
    """What a line is that the how-to puts into a declaration."""
    block = example_block(declares)
    *before, last = ast.parse(block.text).body
    assert isinstance(last, ast.Expr)
    scope = block.scope()
    exec(compile(ast.Module(before, []), block.place, "exec"), scope)
    return eval(compile(ast.Expression(last.value), block.place, "eval"), scope)


def test_the_column_examples_are_filled(spark: SparkSession, tmp_path: Path) -> None:
    added = [line('"shipping_carrier"'), line('"store_id"')]
    table = replace(charges.TABLE, columns=(*charges.TABLE.columns, *added))
    charge = {
        "object": "charge",
        "created": frames.CREATED,
        "currency": "eur",
        "status": "succeeded",
        "paid": True,
        "amount": 1050,
    }
    said = charge | {"id": "ch_1", "shipping": {"carrier": "DHL"}, "metadata": {"store_id": "store_7"}}
    silent = charge | {"id": "ch_2", "metadata": {}}
    records = frames.read_lines(tmp_path, {"charges.ndjson": [said, silent]})
    built = build(frames.of_type(spark, records, *table.object_types), table, stripe(), frames.KEY)
    found = built.select("shipping_carrier", "store_id", "fault").orderBy("charge_id").collect()
    assert [tuple(row) for row in found] == [("DHL", "store_7", None), (None, None, None)]


def test_the_silver_example_takes_in_what_it_says(spark: SparkSession, tmp_path: Path) -> None:
    table: Table = example('name="silver.customer_balance_transactions"')["TABLE"]
    good = {
        "object": "customer_balance_transaction",
        "id": "cbtxn_1",
        "created": frames.CREATED,
        "currency": "eur",
        "amount": -1050,
        "ending_balance": -50,
        "customer": "cus_1",
    }
    bad = good | {"id": "cbtxn_2", "amount": 0}
    records = frames.read_lines(tmp_path, {"movements.ndjson": [good, bad]})
    built = build(frames.of_type(spark, records, *table.object_types), table, stripe(), frames.KEY)
    columns = ("movement_id", "amount_minor", "ending_balance_minor", "customer_id", "fault")
    assert [tuple(row) for row in built.select(*columns).orderBy("movement_id").collect()] == [
        ("cbtxn_1", -1050, -50, "cus_1", None),
        ("cbtxn_2", 0, -50, "cus_1", "amount_minor is 0"),
    ]


def test_the_gold_example_computes_what_it_says(spark: SparkSession, lake: Lakehouse) -> None:
    module = example('name="gold.refunds_daily"')
    silver = lake.declaration("silver.refunds")
    rows = [
        {"refund_id": f"re_{n}", "account": "a", "currency": "EUR", "amount_minor": amount, "reason": reason}
        for n, (amount, reason) in enumerate([(100, "duplicate"), (200, "duplicate"), (50, None)])
    ]
    given = [tuple(row.get(column) for column in silver.column_names) for row in rows]
    refunds = spark.createDataFrame(given, silver.spark_schema()).selectExpr(
        *(f"date '2026-03-01' as {c}" if c == "created_date" else c for c in silver.column_names)
    )
    now = {"silver.refunds": refunds}
    assert [str(row[0]) for row in module["dates"](now, now).distinct().collect()] == ["2026-03-01"]
    built = module["build"](now, ["2026-03-01"]).orderBy("reason")
    assert tuple(built.columns) == module["TABLE"].column_names
    assert [tuple(row)[3:] for row in built.collect()] == [("duplicate", 2, 300), ("none", 1, 50)]
    assert module["build"](now, ["2026-03-02"]).count() == 0


def test_the_metric_example_is_answered(lake: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    added = line('"kept_minor"')
    monkeypatch.setattr(pipelines.metrics.payments, "METRICS", (*pipelines.metrics.payments.METRICS, added))
    catalog.declared.cache_clear()
    try:
        assert "kept_minor" in {one["name"] for one in as_json("metrics", "--about", "kept volume")}
        table = lake.declaration("gold.payments_daily")
        figures = {"captured_minor": 900, "refunded_minor": 200, "disputed_minor": 50}
        rows = [
            tuple(
                figures.get(c.name, {"bigint": 0, "string": "USD", "double": 0.0, "date": day}[c.type])
                for c in table.columns
            )
            for day in (date(2026, 3, 1), date(2026, 3, 2))
        ]
        with lake.writing("a test"):
            lake.create(table.name)
            made = lake.spark.createDataFrame(rows, table.spark_schema())
            lake.publish(table.name, lake.staging.write(table.name, "1", made), Append(), {})
        found = lake.metric("kept_minor", by=("currency", "month"), immature="mark").collect()
        assert [tuple(row) for row in found] == [("USD", date(2026, 3, 1), 1300, False)]
    finally:
        monkeypatch.undo()
        catalog.declared.cache_clear()


def test_the_check_example_makes_a_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table: Table = example('name="silver.customer_balance_transactions"')["TABLE"]
    (tmp_path / f"{table.short_name}.py").write_text(example_block("CHECKS = (").text, encoding="utf-8")
    monkeypatch.setattr(expectations.silver, "__path__", [*expectations.silver.__path__, str(tmp_path)])
    assert suite_of(table).checks[-1].name == "customer_told"


def test_the_feature_example_sees_what_came_before(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = pipelines.features.payments
    more = replace(known.PAYMENTS, features=(*known.FEATURES, *line('"card_networks"')))
    monkeypatch.setattr(known, "PAYMENTS", more)
    module = runpy.run_path(str(ROOT / "pipelines/gold/features/features_payments.py"))
    assert (
        module["TABLE"].column("card_networks_7d").doc.startswith("Networks the card was used from. By card:")
    )
    (cards,) = (
        recipe.table
        for recipe in runpy.run_path(str(ROOT / "pipelines/gold/features/features_served.py"))["RECIPES"]
        if recipe.table.name == "gold.features_cards"
    )
    assert "card_networks_7d" in cards.column_names
    tables = {
        "silver.charge_history": [
            paid_from("n1", "01T10"),
            paid_from("n2", "02T10"),
            paid_from("n2", "03T12"),
        ]
    }
    now = silver_rows.frames(spark, "gold.features_payments", tables)
    days = ["2026-05-01", "2026-05-02", "2026-05-03"]
    found = module["build"](now, days).orderBy("created_at").select("card_networks_1d", "card_networks_7d")
    assert [tuple(row) for row in found.collect()] == [(0, 0), (1, 1), (0, 2)]


def paid_from(network: str, when: str) -> dict[str, Any]:
    """A payment with one card, as it was first known."""
    made = f"2026-05-{when}:00:00"
    known = {"occurred_at": at(made), "known_at": at(made), "version": "1", "is_current": True}
    who = {"card_fingerprint": "f_1", "customer_id": "cus_1", "ip_address_network": network}
    return silver_rows.charge(f"ch_{when}", made) | known | {"version_id": f"evt_{when}"} | who


@pytest.fixture
def bayes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The family that the how-to writes, in a folder of its own."""
    (tmp_path / "bayes.py").write_text(example_block('FILE = "bayes.json"').text, encoding="utf-8")
    package = pipelines.models.families
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, "bayes"))
    yield
    sys.modules.pop("pipelines.models.families.bayes")


@pytest.mark.usefixtures("bayes")
def test_the_family_example_learns_explains_and_is_kept(tmp_path: Path) -> None:
    unseen, truth = payments(seed=8)
    model = families.fit("bayes", *payments(), NAMES, {"smoothing": 0.01})
    scores = model.predict(unseen)
    assert (roc_auc(truth, scores) or 0) > 0.85
    assert np.allclose(model.contributions(unseen).probabilities, scores)
    families.save(model, tmp_path / "model")
    loaded = families.load(tmp_path / "model")
    assert loaded.family == "bayes"
    assert np.array_equal(loaded.predict(unseen), scores)


@pytest.mark.usefixtures("bayes")
def test_the_family_example_is_trained_for_a_task_that_names_it() -> None:
    (found,) = train(replace(TASK, families=("bayes",)), history())
    assert len(found.trials) == 2
    assert (found.figures()["roc_auc"] or 0) > 0.8


def test_the_task_example_labels_what_it_says(spark: SparkSession) -> None:
    module = example('name="gold.refund_labels"')
    made = datetime(2026, 1, 1, tzinfo=UTC)
    charges = [charge("ch_1", made), charge("ch_2", made), charge("ch_3", made + timedelta(days=91))]
    back = {"refund_id": "re_1", "charge_id": "ch_1", "account": "a", "created_at": made + timedelta(days=9)}
    now = {"silver.charges": frame(spark, "silver.charges", charges)}
    now["silver.refunds"] = frame(spark, "silver.refunds", [back])
    built = module["labels"](now).orderBy("charge_id")
    assert tuple(built.columns) == module["LABELS"].column_names
    known = [(row["label"], str(row["label_known_at"] or "")[:10]) for row in built.collect()]
    assert known == [("refund", "2026-01-10"), ("kept", "2026-04-01"), ("unknown", "")]


def charge(charge_id: str, at: datetime) -> dict[str, Any]:
    return {
        "account": "a",
        "charge_id": charge_id,
        "created_at": at,
        "created_date": at.date(),
        "status": "succeeded",
    }


def test_the_page_example_stands_beside_the_others(
    lake: Lakehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "refunds.py").write_text(example_block('"refunds.html"').text, encoding="utf-8")
    monkeypatch.setattr(pipelines.report.pages, "__path__", [*pipelines.report.pages.__path__, str(tmp_path)])
    monkeypatch.setitem(sys.modules, "pipelines.report.pages.refunds", None)  # and forgotten after the test
    del sys.modules["pipelines.report.pages.refunds"]
    written = page.write_report(lake, tmp_path / "index.html", datetime(2026, 3, 1, tzinfo=UTC))
    names = [file.name for file in page.report_files(written)]
    assert names[names.index("refunds.html") - 1] == "risk.html"
    own = (tmp_path / "refunds.html").read_text(encoding="utf-8")
    assert "Gold holds nothing of this yet" in own
    assert 'href="risk.html">Risk' in own
    assert 'href="refunds.html">Refunds' in (tmp_path / "models.html").read_text(encoding="utf-8")


@pytest.fixture
def mapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the source mapping of a home lies; there is none yet."""
    monkeypatch.setenv("VERMEIL_HOME", str(tmp_path))
    monkeypatch.delenv("VERMEIL_SOURCES", raising=False)
    (tmp_path / "sources").mkdir()
    return tmp_path / "sources" / "acme.yaml"


def test_the_sensor_example_asks_for_one_rebuild_a_change(mapping: Path) -> None:
    look = example('name="changed_mappings"')["changed_mappings"]
    assert isinstance(look(build_sensor_context()), SkipReason)
    mapping.write_text("one", encoding="utf-8")
    first = look(build_sensor_context())
    again = look(build_sensor_context(cursor=first.cursor))
    mapping.write_text("other", encoding="utf-8")
    changed = look(build_sensor_context(cursor=first.cursor))
    after = look(build_sensor_context(cursor=changed.cursor))
    assert all(isinstance(one, SensorResult) for one in (first, again, changed, after))
    assert [len(one.run_requests or ()) for one in (first, again, changed, after)] == [0, 0, 1, 0]


def test_the_sensor_example_is_loaded_by_dagster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added = example('name="changed_mappings"')["changed_mappings"]
    monkeypatch.setattr(assets.definitions, "SENSORS", (*assets.definitions.SENSORS, added))
    defs = assets.definitions.definitions(load_settings({"home": tmp_path}))
    found = defs.get_repository_def().get_sensor_def("changed_mappings")
    assert found.job_name == "rebuild"
    assert {"new_raw_files", "changed_mappings"} <= {
        one.name for one in defs.get_repository_def().sensor_defs
    }


def test_the_command_example_is_listed_and_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "registered_commands", [*app.registered_commands])
    app.command()(example("def waiting(")["waiting"])
    assert "List the raw files that the next run would take in." in vermeil("--help").stdout
    assert "--home" in vermeil("waiting", "--help").stdout
    assert vermeil("waiting", "--home", tmp_path).stdout == "No file is new.\n"
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.ndjson").write_text("{}\n", encoding="utf-8")
    assert vermeil("waiting", "--home", tmp_path).stdout == "a.ndjson\n"
    assert as_json("waiting", "--home", tmp_path) == ["a.ndjson"]


THINGS = Table(
    "silver.things", "Things.", ("thing_id",), (Column("thing_id", "string", "Identity.", required=True),)
)


@pytest.mark.skipif(load_settings().engine != "embedded", reason="starts an embedded server itself")
def test_the_engine_example_publishes_and_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added = example("_SHARED = Engine(")["_SHARED"]
    monkeypatch.setitem(engine.ENGINES, "sail", added)
    with engine._embedded_server() as url:
        settings = load_settings({"home": tmp_path, "engine": url.replace("sc://", "sail://")})
        assert [one.state for one in installation.engine(settings)] == ["ok"]
        with Lakehouse(settings, {THINGS.name: THINGS}) as lake, lake.writing("a test"):
            assert lake.engine is added
            lake.create(THINGS.name)
            rows = lake.spark.createDataFrame([("a",), ("b",)], THINGS.spark_schema())
            lake.publish(THINGS.name, lake.staging.write(THINGS.name, "1", rows), Append(), {})
            assert sorted(row.thing_id for row in lake.table(THINGS.name).collect()) == ["a", "b"]
            lake.staging.clear()


def test_the_source_examples_are_mappings() -> None:
    accounts = [parse_source(block.text, "example.yaml").account for block in blocks(HOW_TO, "yaml")]
    assert accounts == ["acme", "ledger"]


@pytest.mark.parametrize(
    ("row", "table", "texts"),
    [
        (
            ("a1", "25.10.2026 02:30:00", "SALE", "1.234,50", "EUR", "SETTLED", ""),
            "charges",
            {"amount_captured_minor": "123450", "status": "succeeded", "created_at": "1792888200"},
        ),
        (
            ("a2", "01.03.2026 12:00:00", "REFUND", "-4,5", "EUR", "", "a1"),
            "refunds",
            {"refund_id": "a1-a2", "amount_minor": "450", "charge_id": "a1"},
        ),
    ],
)
def test_the_source_example_maps_what_it_says(
    row: tuple[str, ...], table: str, texts: dict[str, str]
) -> None:
    source = parse_source(blocks(HOW_TO, "yaml")[0].text, "acme.yaml")
    names = ("reference", "booked", "kind", "amount", "currency", "state", "order")
    found = Mapper(source)(json.dumps(dict(zip(names, row, strict=True))))
    assert (found.table, found.fault) == (table, None)
    assert texts.items() <= (found.texts or {}).items()
