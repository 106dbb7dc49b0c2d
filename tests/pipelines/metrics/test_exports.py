"""Definitions as other tools read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import yaml

from pipelines.catalog import all_tables
from pipelines.metrics.exports import markdown, ossie
from pipelines.metrics.shared.catalog import declared

if TYPE_CHECKING:
    import duckdb

DOCS = Path(__file__).parents[3] / "docs"
METRICS = list(declared().values())

NAMED = {"type": "object", "additionalProperties": False}
TEXT = {"type": "string"}
EXPRESSION = {
    **NAMED,
    "required": ["dialects"],
    "properties": {
        "dialects": {
            "type": "array",
            "minItems": 1,
            "items": {
                **NAMED,
                "required": ["dialect", "expression"],
                "properties": {"dialect": {"enum": ["ANSI_SQL"]}, "expression": TEXT},
            },
        }
    },
}
DATATYPE = {
    "enum": [
        "String",
        "Integer",
        "Decimal",
        "Float",
        "Boolean",
        "Date",
        "Time",
        "DateTime",
        "DateTimeTz",
        "Opaque",
    ]
}
EXTENSIONS = {
    "type": "array",
    "items": {
        **NAMED,
        "required": ["vendor_name", "data"],
        "properties": {"vendor_name": TEXT, "data": TEXT},
    },
}
FIELD = {
    **NAMED,
    "required": ["name", "expression"],
    "properties": {
        "name": TEXT,
        "expression": EXPRESSION,
        "dimension": {**NAMED, "properties": {"is_time": {"type": "boolean"}}},
        "description": TEXT,
        "datatype": DATATYPE,
    },
}
METRIC = {
    **NAMED,
    "required": ["name", "expression"],
    "properties": {
        "name": TEXT,
        "expression": EXPRESSION,
        "description": TEXT,
        "datatype": DATATYPE,
        "ai_context": {"type": "object"},
        "custom_extensions": EXTENSIONS,
    },
}
DATASET = {
    **NAMED,
    "required": ["name", "source"],
    "properties": {
        "name": TEXT,
        "source": TEXT,
        "primary_key": {"type": "array", "items": TEXT},
        "description": TEXT,
        "fields": {"type": "array", "items": FIELD},
    },
}
MODEL = {
    **NAMED,
    "required": ["name", "datasets"],
    "properties": {
        "name": TEXT,
        "description": TEXT,
        "ai_context": {"type": "object"},
        "datasets": {"type": "array", "minItems": 1, "items": DATASET},
        "metrics": {"type": "array", "items": METRIC},
    },
}
OSSIE: dict[str, Any] = {
    **NAMED,
    "required": ["version", "semantic_model"],
    "properties": {
        "version": {"const": "0.2.0.dev0"},
        "semantic_model": {"type": "array", "items": MODEL},
        "dialects": {"type": "array", "items": {"enum": ["ANSI_SQL"]}},
        "vendors": {"type": "array", "items": TEXT},
    },
}
"""The part of the core specification that is written, as its draft has it."""


def test_the_page_is_current() -> None:
    assert (DOCS / "metrics.md").read_text(encoding="utf-8") == markdown.exported(
        METRICS, all_tables()
    ).text, "run: make docs"


def test_ossie_is_as_its_draft_says() -> None:
    found = ossie.exported(METRICS, all_tables())
    document = yaml.safe_load(found.text)
    jsonschema.validate(document, OSSIE)
    [model] = document["semantic_model"]
    names = {metric["name"] for metric in model["metrics"]}
    assert names == {metric.name for metric in METRICS if not metric.apart}
    assert len(found.left_out) == len(METRICS) - len(names)
    assert {dataset["source"] for dataset in model["datasets"]} <= all_tables().keys()
    extension = json.loads(model["metrics"][0]["custom_extensions"][0]["data"])
    assert extension.keys() == {"unit", "owner", "in_one_currency", "matures_after_days"}


def test_expressions_of_ossie_give_the_figures(duck: duckdb.DuckDBPyConnection) -> None:
    from tests.pipelines.metrics.test_metric_oracle import by_hand, same

    [model] = yaml.safe_load(ossie.exported(METRICS, all_tables()).text)["semantic_model"]
    tables = {dataset["name"]: dataset["source"] for dataset in model["datasets"]}
    for metric in model["metrics"]:
        [one] = metric["expression"]["dialects"]
        [name] = {name for name in tables if f"{name}." in one["expression"]} or {
            declared()[metric["name"]].table[5:]
        }
        [row] = duck.execute(f"select {one['expression']} from {tables[name]} as {name}").fetchall()
        expected = by_hand(duck, (), metric["name"])[()]
        assert same(row, expected) or (row, expected) == ((0,), (None,)), metric["name"]
