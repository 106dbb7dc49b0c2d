"""A source mapping that cannot be used says which line is wrong, what is allowed, and what was probably meant."""

# ruff: noqa: E501 - one mistake a line, so that they read like a table

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.errors import SourceError
from pipelines.sources.mapping import load_source, parse_source, stripe
from pipelines.sources.source import Source
from vermeil.cli.app import app

GOOD = """\
source: acme
doc: Exports of Acme.
suffixes: [.json]
account: acct_1ABC
event_order:
  - [created]
  - [updated]
"""
ALLOWED = f"allowed: {', '.join(Source.model_fields)}"
NO_FILES = "m:1: files is missing: say which files it reads, such as files: [acme/*.json]"


def test_the_mapping_of_stripe_can_be_used() -> None:
    assert stripe().rest.source == "stripe"
    assert stripe().rest.suffixes == [".json", ".jsonl", ".ndjson"]


def test_a_mapping_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(GOOD)
    assert load_source(path).account == "acct_1ABC"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "suffixes: [.json]",
            "sufixes: [.json]",
            f"m:3: sufixes: unknown name; {ALLOWED}; did you mean 'suffixes'?",
        ),
        ("suffixes: [.json]", "", NO_FILES),
        ("[.json]", "[json]", "m:3: suffixes: a suffix starts with a dot, such as .ndjson; found 'json'"),
        ("[.json]", "[]", NO_FILES),
        (
            "suffixes: [.json]",
            "files: [../*.json]",
            "m:3: files: a pattern goes down from the raw folder and nowhere else",
        ),
        ("[.json]", ".json", "m:3: suffixes: a list is expected, such as [a, b]"),
        ("[.json]", "[7]", "m:3: suffixes.0: a text is expected"),
        (
            "acme",
            "Acme Inc",
            "m:1: source: lower-case letters, digits and underscores are allowed, a letter first",
        ),
        ("acct_1ABC", "a b", "m:4: account: only letters, digits and underscores are allowed"),
        ("  - [updated]", "  - updated", "m:7: event_order.1: a list is expected, such as [a, b]"),
        ("doc: Exports", "source: b\ndoc: Exports", "m:2: source: is given twice"),
        ("doc: Exports of Acme.", "doc: [", "m:4: not YAML: "),
        (
            "source: acme",
            "\tsource: acme",
            "m:1: not YAML: found character '\\t' that cannot start any token",
        ),
        (GOOD, "", f"m:1: a mapping of names is expected; {ALLOWED}"),
        (GOOD, "- a", f"m:1: a mapping of names is expected; {ALLOWED}"),
        (GOOD, "a\0b", "m:1: not YAML: special characters are not allowed"),
    ],
)
def test_each_mistake_is_named_with_its_line(old: str, new: str, message: str) -> None:
    with pytest.raises(SourceError) as raised:
        parse_source(GOOD.replace(old, new), "m")
    assert message in str(raised.value).splitlines() or str(raised.value).startswith(message)


def test_a_mapping_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.yaml: the source mapping cannot be read"):
        load_source(tmp_path / "none.yaml")


ROWS = """\
source: acme
doc: Exports of Acme.
files: [acme/*.csv]
format: csv
account: acme
timezone: Europe/Berlin
tables:
  charges:
    when: {field: kind, in: [sale]}
    columns:
      charge_id: id
      created_at: {field: at, format: "%d.%m.%Y"}
      currency: {field: currency}
      amount_minor: {field: amount, unit: major}
      status: {field: state, values: {1: succeeded, no: failed}}
  refunds:
    columns:
      refund_id: {fields: [id, part]}
      created_at: at
      currency: {constant: EUR}
      amount_minor: {field: amount, unit: minor}
"""


def test_a_mapping_of_rows_is_read() -> None:
    source = parse_source(ROWS, "m")
    assert source.tables["charges"].columns["status"].values == {"1": "succeeded", "no": "failed"}
    assert source.tables["refunds"].columns["created_at"].field == "at"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("  charges:", "  charge:", "m:8: tables.charge: no such table; allowed: accounts, ", id="table"),
        pytest.param("  charges:", "  chrges:", "; did you mean 'charges'?", id="table suggested"),
        pytest.param(
            "      status:",
            "      statuss:",
            "m:15: tables.charges.columns.statuss: no such column of silver.charges; did you mean 'status'?",
            id="column",
        ),
        pytest.param(
            "      status: {field: state, values: {1: succeeded, no: failed}}",
            "      is_authorized: {constant: true}",
            "m:15: tables.charges.columns.is_authorized: is derived from other columns, or says where a row comes "
            "from: leave it out",
            id="derived column",
        ),
        pytest.param(
            "      charge_id: id\n",
            "",
            "m:10: tables.charges.columns: charge_id is missing: silver.charges cannot be without it. "
            "Stripe's id of the charge, ch_… or py_….",
            id="required column",
        ),
        pytest.param(
            "unit: major",
            "units: major",
            "m:14: tables.charges.columns.amount_minor.units: unknown name; allowed: field, fields, separator, "
            "constant, when, values, otherwise, prefix, unit, minus, sign, format, timezone, ambiguous, plus, else; did you mean 'unit'?",
            id="option",
        ),
        pytest.param("id: id", "id: {field: id, else: {feld: ref}}", "m:11: tables.charges.columns.charge_id.else.feld: unknown name; allowed: field, ", id="option of an alternative"),
        pytest.param("id: id", "id: {field: id, else: {field: ref, unit: major}}", "m:11: tables.charges.columns.charge_id.else.unit: is for amounts", id="unit of an alternative"),
        pytest.param("currency: {field: currency}", "currency: {field: currency, else: {constant: EURO}}", "m:13: tables.charges.columns.currency.else.constant: 'EURO' is no currency", id="currency of an alternative"),
        pytest.param("{field: amount, unit: major}", "{fields: [amount, cents], unit: major}", "m:14: tables.charges.columns.amount_minor.fields: joins texts and parts of times, and amount_minor is a bigint", id="joined amounts"),
        pytest.param('format: csv', "format: csv\nnumbers: {symbols: ['']}", "m:5: numbers.symbols.0: ", id="empty symbol"),
        pytest.param('"%d.%m.%Y"', '"%d.%m.%Y %Q"', "m:12: tables.charges.columns.created_at.format: expected iso, epoch, epoch_ms, rfc2822, or a format of strptime", id="format that is none"),
        pytest.param("unit: major", "unit: euro", "m:14: tables.charges.columns.amount_minor.unit: expected 'major'", id="unit"),
        pytest.param(", unit: major", "", "m:14: tables.charges.columns.amount_minor: unit is missing", id="no unit"),
        pytest.param(
            "      currency: {field: currency}\n", "",
            "m:13: tables.charges.columns.amount_minor: unit: major needs the currency", id="no currency",
        ),
        pytest.param("constant: EUR", "constant: EURO", "m:20: tables.refunds.columns.currency.constant: 'EURO' is no currency of ISO 4217; did you mean 'EUR'?", id="currency"),
        pytest.param("timezone: Europe/Berlin", "timezone: Europe/Berln", "m:6: timezone: 'Europe/Berln' is no time zone", id="zone"),
        pytest.param("timezone: Europe/Berlin", "timezone: ../../etc/passwd", "m:6: timezone: '../../etc/passwd' is no time zone", id="zone that is a path"),
        pytest.param('"%d.%m.%Y"', '"DD.MM.YYYY"', "m:12: tables.charges.columns.created_at.format: expected iso, epoch, epoch_ms", id="format"),
        pytest.param("created_at: at", "created_at: {field: at, plus: 7}", "m:19: tables.refunds.columns.created_at.plus: a text is expected", id="delay"),
        pytest.param("created_at: at", "created_at: {field: at, plus: 7 moons}", "m:19: tables.refunds.columns.created_at.plus: a number of seconds, minutes", id="delay unit"),
        pytest.param("created_at: at", "created_at: {field: at, unit: major}", "m:19: tables.refunds.columns.created_at.unit: is for amounts", id="unit of a time"),
        pytest.param("no: failed", "no: faild", "m:15: tables.charges.columns.status.values.no: 'faild' is not among the values of status: succeeded, pending, failed; did you mean 'failed'?", id="value"),
        pytest.param("no: failed", "no: 7", "m:15: tables.charges.columns.status.values.no: status is a text; found 7", id="type of a value"),
        pytest.param("no: failed", "1: failed", "m:15: 1: is given twice", id="twice, deep"),
        pytest.param("[id, part]", "[]", "m:18: tables.refunds.columns.refund_id.fields: at least one is expected", id="no fields"),
        pytest.param("refund_id: {fields: [id, part]}", "refund_id: {field: id, constant: x}", "m:18: tables.refunds.columns.refund_id: a value has exactly one of field, fields, constant", id="two origins"),
        pytest.param("in: [sale]", "in: [sale], empty: true", "m:9: tables.charges.when.0: a condition has a field and one of in, not_in, empty", id="condition"),
        pytest.param("    when: {field: kind, in: [sale]}\n", "", "m:15: tables.refunds: takes no row: charges before it takes all", id="no row left"),
        pytest.param("format: csv", "format: xlsx", "m:4: format: expected 'stripe', 'csv', 'ndjson' or 'parquet'", id="file format"),
        pytest.param("format: csv\n", "", "m:1: tables maps rows: say format: csv, ndjson or parquet, too", id="no file format"),
        pytest.param("format: csv", "format: csv\ncsv: {delimiter: ';;'}", "m:5: csv.delimiter: is too long", id="delimiter"),
        pytest.param("format: csv", "format: csv\ncsv: {header: [id, kind]}", "no field 'at' in csv.header: id, kind", id="field of a header"),
        pytest.param("format: csv", "format: csv\nnumbers: {decimal: ',', thousands: ','}", "m:5: numbers: decimal and thousands are different characters", id="numbers"),
        pytest.param("[acme/*.csv]", "[/etc/*.csv]", "m:3: files: a pattern is a path below the raw folder", id="absolute path"),
        pytest.param("[acme/*.csv]", "[acme/../../*.csv]", "m:3: files: a pattern goes down from the raw folder", id="path that leaves"),
        pytest.param("charge_id: id", "charge_id: &a id\n      customer_id: *a", "m:12: not YAML: aliases are not allowed", id="alias"),
        pytest.param("charge_id: id", "charge_id: !!python/name:os.system id", "m:11: not YAML: tags are not allowed", id="tag"),
        pytest.param("charge_id: id", "charge_id: " + "[" * 5000, "m:1: not a source mapping: nested too deeply", id="nesting"),
        pytest.param("charge_id: id", "charge_id: id\n#" + "x" * (1 << 20), "m:1: not a source mapping: longer than 1048576 characters", id="length"),
    ],
)  # fmt: skip
def test_each_mistake_in_a_mapping_of_rows_is_named(old: str, new: str, message: str) -> None:
    assert old in ROWS
    with pytest.raises(SourceError) as raised:
        parse_source(ROWS.replace(old, new, 1), "m")
    assert message in str(raised.value)


def test_a_mapping_that_is_wrong_stops_a_run_before_any_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "acme.yaml").write_text(ROWS.replace("charges:", "charge:"))
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.jsonl").write_text("{}\n")
    found = CliRunner().invoke(app, ["run", "--home", str(tmp_path)])
    assert found.exit_code == 2
    assert "acme.yaml:8: tables.charge: no such table" in found.output
    assert not (tmp_path / "lakehouse" / "bronze").exists()
