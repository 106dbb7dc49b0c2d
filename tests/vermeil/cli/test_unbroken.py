"""Where no terminal is, a log or a program reads: words and commands stay whole. On a terminal, lines end with it."""

from __future__ import annotations

import os
import subprocess
import sys

import pyarrow as pa
import pytest

from vermeil.cli import output, records_output, tables_output

WORD = "a/very/long/path/" * 12
LINE = " ".join([WORD, "vermeil run --raw", WORD])


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


def test_a_table_keeps_its_cells_whole(capsys: pytest.CaptureFixture[str]) -> None:
    tables_output.answer(pa.table({"file": [WORD], "and": [LINE]}), "table")
    _, row = capsys.readouterr().out.splitlines()
    assert row.split() == [WORD, *LINE.split()]


def test_what_is_said_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.OUT.print(LINE)
    output.tell(LINE)
    said = capsys.readouterr()
    assert said.out == f"{LINE}\n"
    assert said.err == f"vermeil: {LINE}\n"


def test_refused_records_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    record = {"table_name": "silver.charges", "record_id": "r:1", "file": WORD, "line": 1, "reason": LINE}
    group = {"table_name": "silver.charges", "reason": LINE, "count": 1, "first_batch": 1, "last_batch": 1}
    records_output.quarantine([group], [record], [], as_json=False)
    assert len([line for line in capsys.readouterr().out.splitlines() if LINE in line]) == 2


def test_columns_that_are_named_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    output.OUT.print("word " * 30)
    assert all(len(line) <= 60 for line in capsys.readouterr().out.splitlines())


def test_an_example_in_the_help_can_be_copied() -> None:
    code = "from vermeil.cli import main; main()"
    environment = {
        key: value for key, value in os.environ.items() if key not in ("COLUMNS", "TERMINAL_WIDTH")
    }
    ended = subprocess.run(
        [sys.executable, "-c", code, "sql", "--help"], capture_output=True, text=True, env=environment
    )
    example = 'vermeil sql "select currency, sum(captured_minor) from gold.payments_daily group by currency"'
    assert any(example in line for line in ended.stdout.splitlines())
