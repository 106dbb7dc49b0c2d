"""Rows of a mapped source are compared with the fields that its mapping names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelines.bronze.drift import objects as drift
from pipelines.sources.mapping import parse_source

MAPPING = """
source: acme
doc: Payments.
files: [acme/*]
format: {format}
account: acme
{more}
tables:
  charges:
    columns:
      charge_id: Reference
      created_at: {{field: When, format: epoch}}
      amount_minor: {{field: Amount, unit: minor}}
      currency: {{constant: EUR}}
"""
ROW = {"Reference": "a", "When": "1", "Amount": "5"}


def found(row: dict[str, Any] | bytes, format: str = "csv", unread: str = "") -> list[tuple[str, str]]:
    source = parse_source(MAPPING.format(format=format, more=unread and f"unread: {unread}"), "acme.yaml")
    raw = row if isinstance(row, bytes) else json.dumps(row).encode()
    told = drift.detector(drift.reads_of_rows(source)).drift("row", None, None, raw)
    listed = json.loads(told) if told else []
    assert all(finding["type"] == "row" for finding in listed)
    return [(finding["path"], finding["kind"]) for finding in listed]


@pytest.mark.parametrize("format", ["csv", "parquet", "ndjson"])
def test_a_row_as_it_is_mapped_shows_no_drift(format: str) -> None:
    assert found(ROW | {"Note": "x"}, format) == []


def test_a_column_that_is_gone_is_missing() -> None:
    assert found({"Reference": "a", "When": "1"}) == [("Amount", "missing_field")]


def test_a_column_that_another_may_stand_in_for_is_not_missed() -> None:
    mapping = MAPPING.replace("Reference", "{{field: Reference, else: {{field: Number}}}}")
    source = parse_source(mapping.format(format="csv", more="unread: []"), "acme.yaml")
    detector = drift.detector(drift.reads_of_rows(source))
    for name in ("Reference", "Number"):
        assert (
            detector.drift("row", None, None, json.dumps({name: "a", "When": "1", "Amount": "5"}).encode())
            is None
        )


def test_a_line_of_ndjson_may_leave_out_what_is_empty() -> None:
    assert found({"Reference": "a", "When": "1"}, "ndjson") == []


def test_a_new_column_is_told_where_the_mapping_names_those_that_it_does_not_read() -> None:
    assert found(ROW | {"Note": "x"}, unread="[Note]") == []
    assert found(ROW | {"Note": "x", "fee": "1"}, unread="[Note]") == [("fee", "new_field")]
    assert found(ROW, unread="[Note]") == []


def test_names_that_look_like_data_are_not_shown() -> None:
    assert found(ROW | {"jane@example.com": "x"}, unread="[]") == [("*", "new_field")]


@pytest.mark.parametrize("raw", [b"{", b"[1]", b'{"Amount":"\xff"}'], ids=["cut", "list", "not text"])
def test_what_is_no_row_is_left_alone(raw: bytes) -> None:
    assert [path for path, kind in found(raw) if kind == "new_field"] == []
