"""CSV and Parquet files to rows: values verbatim, each with its line, and nothing lost of what cannot be told."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import io
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pipelines.bronze.reading.documents import Document
from pipelines.bronze.reading.rows import rows, unique
from pipelines.sources.layout import Layout

CSV = Layout("csv")
LIMIT = 1 << 16


def read(content: bytes, layout: Layout = CSV, limit: int = LIMIT) -> list[Document]:
    return list(rows(io.BytesIO(content), layout, limit, 1000))


def good(content: bytes, layout: Layout = CSV) -> list[tuple[int, dict[str, Any]]]:
    found = read(content, layout)
    assert [row.fault for row in found] == [None] * len(found)
    return [(row.line, json.loads(row.raw)) for row in found]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(b"a,b\n", [], id="header only"),
        pytest.param(b"a,b\n1,2", [(2, {"a": "1", "b": "2"})], id="no end of the last line"),
        pytest.param(b"\xef\xbb\xbfa,b\r\n1,2\r\n", [(2, {"a": "1", "b": "2"})], id="BOM and CRLF"),
        pytest.param(b'\xef\xbb\xbf"a","b"\n1,2\n', [(2, {"a": "1", "b": "2"})], id="BOM before a quote"),
        pytest.param(b"a,b\n\n  \n 1 ,\n", [(4, {"a": " 1 ", "b": ""})], id="blank lines, values verbatim"),
        pytest.param(b"a,a,,a\n1,2,3,4\n", [(2, {"a": "1", "a#2": "2", "#3": "3", "a#3": "4"})], id="names"),
        pytest.param(b'a,b\n"x, ""y""",2\n', [(2, {"a": 'x, "y"', "b": "2"})], id="quotes"),
        pytest.param(
            b'a,b\n"1\n2\n3",4\n5,6\n', [(2, {"a": "1\n2\n3", "b": "4"}), (5, {"a": "5", "b": "6"})], id="lines"
        ),
        pytest.param(b'a,b\n5" pipe,2\n3,4\n', [(2, {"a": '5" pipe', "b": "2"}), (3, {"a": "3", "b": "4"})], id="inch"),
        pytest.param(b"a,b\r1,2\r3,4\r", [(2, {"a": "1", "b": "2"}), (3, {"a": "3", "b": "4"})], id="CR alone"),
        pytest.param(b"a,b\r1,2", [(2, {"a": "1", "b": "2"})], id="CR alone, no end of the last line"),
        pytest.param(b"\xef\xbb\xbfa,b\r\r1,2\r", [(3, {"a": "1", "b": "2"})], id="CR alone, BOM, blank line"),
        pytest.param(
            b'a,b\r"1\n2\n3","x\ry"\r5,6\r', [(2, {"a": "1\n2\n3", "b": "x\ry"}), (4, {"a": "5", "b": "6"})],
            id="CR alone, other line ends in quotes"
        ),
        pytest.param(
            b'"a\rb",c\n1,2\n3,"4\r5\r6\r7"\n', [(2, {"a\rb": "1", "c": "2"}), (3, {"a\rb": "3", "c": "4\r5\r6\r7"})],
            id="CR in quotes alone"
        ),
        pytest.param(b"a,b\n1\rx,2\n", [(2, {"a": "1\rx", "b": "2"})], id="a stray CR"),
        pytest.param("a,b\né,\x00\n".encode(), [(2, {"a": "é", "b": "\x00"})], id="not ASCII"),
    ],
)  # fmt: skip
def test_rows_are_read(content: bytes, expected: list[tuple[int, dict[str, str]]]) -> None:
    assert good(content) == expected


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, zstandard.compress])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_compressed_files_are_read(compress: Any, end: bytes) -> None:
    assert good(compress(b"a" + end + b"1" + end)) == [(2, {"a": "1"})]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_file_of_many_blocks_has_the_same_rows_however_its_lines_end(end: bytes) -> None:
    lines = [b"a,b", *(b'%d,"x, y, and more"' % number for number in range(60_000))]
    found = good(end.join(lines))
    assert len(found) == 60_000
    assert found[-1] == (60_001, {"a": "59999", "b": "x, y, and more"})


def test_a_fault_between_carriage_returns_keeps_its_bytes() -> None:
    [bad, row] = read(b"a,b\r1\r3,4\r")
    assert (bad.line, bad.raw, bad.fault) == (2, b"1", "1 values where the header has 2 names")
    assert (row.line, json.loads(row.raw)) == (3, {"a": "3", "b": "4"})


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_utf16_is_read_where_a_mark_says_that_it_is(encoding: str, end: str) -> None:
    """As spreadsheets and the dashboards of some processors write it, with tabs between the values."""
    content = f"\ufeffname\tamount{end}Zoë €\t12.50{end}".encode(encoding)
    assert good(content, Layout("csv", delimiter="\t")) == [(2, {"name": "Zoë €", "amount": "12.50"})]


def test_a_file_is_read_as_its_mapping_says() -> None:
    layout = Layout("csv", delimiter=";", encoding="windows-1252", header=("name", "amount"))
    assert good("Zoë €;1.234,50\n".encode("cp1252"), layout) == [(1, {"name": "Zoë €", "amount": "1.234,50"})]


@pytest.mark.parametrize(
    ("content", "faulty", "fault", "others"),
    [
        pytest.param(b"a,b\n1\n3,4\n", b"1", "1 values where the header has 2 names", [3], id="too few"),
        pytest.param(b"a,b\n1,2,3\n3,4\n", b"1,2,3", "3 values where the header has 2 names", [3], id="many"),
        pytest.param(b"a,b\n\xff,2\n3,4\n", b"\xff,2", "not utf-8: byte 0xff at column 1", [3], id="bytes"),
        pytest.param(b'a,b\n"1,2\n3,4\n5,6', b'"1,2', "a quote that is not closed", [3, 4], id="open quote"),
        pytest.param(
            b'a,b\n"1"x,2\n3,4\n',
            b'"1"x,2',
            "quotes that are not those of a value: a quote within one is doubled",
            [3],
            id="quote within",
        ),
    ],
)
def test_a_row_that_cannot_be_told_is_kept_as_it_stood(
    content: bytes, faulty: bytes, fault: str, others: list[int]
) -> None:
    first, *rest = read(content)
    assert (first.line, first.raw, first.fault) == (2, faulty, fault)
    assert [(row.line, row.fault) for row in rest] == [(line, None) for line in others]


def test_without_a_header_that_can_be_read_no_row_has_a_meaning() -> None:
    found = read(b"\xff,b\n1,2\n")
    assert [row.line for row in found] == [1, 2]
    assert found[1].raw == b"1,2"
    assert found[1].fault == (
        "the line with the names of its fields cannot be read: not utf-8: byte 0xff at column 1"
    )


def test_a_row_that_is_too_long_is_kept_in_parts() -> None:
    found = read(b"a\n" + b"x" * 200 + b"\nshort\n", limit=64)
    assert {row.fault is None for row in found[:-1]} == {False}
    assert json.loads(found[-1].raw) == {"a": "short"}


def test_compressed_data_that_ends_early_is_a_fault_behind_the_whole_rows() -> None:
    whole = gzip.compress(b"a\n" + b"".join(b"%d\n" % n for n in range(1000)), compresslevel=1)
    found = read(whole[:-200])
    assert found[-1].fault is not None
    assert "ends early" in found[-1].fault


@given(st.binary(max_size=400), st.sampled_from([",", ";", "\t"]))
def test_no_bytes_break_the_reader(content: bytes, delimiter: str) -> None:
    for row in read(content, Layout("csv", delimiter=delimiter)):
        assert row.fault or isinstance(json.loads(row.raw), dict)


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_what_a_csv_writer_wrote_is_read_verbatim(values: list[list[str]]) -> None:
    given_rows = [["x" + value.replace("\r", "") for value in row] for row in values]
    quoted = (",".join('"' + value.replace('"', '""') + '"' for value in row) for row in given_rows)
    content = "\n".join(["a,b", *quoted]).encode()
    assert [list(row.values()) for _, row in good(content)] == given_rows


def test_names_are_told_apart() -> None:
    assert unique(["a", "a#2", "a", " ", "a"]) == ("a", "a#2", "a#3", "#4", "a#4")


def test_parquet_values_are_texts_that_say_all(tmp_path: Any) -> None:
    moment = dt.datetime(2026, 3, 1, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    table = pa.table(
        {
            "id": pa.array(["x1", None]),
            "n": pa.array([12, -3], pa.int64()),
            "amount": pa.array([Decimal("10.50"), Decimal("0.00")], pa.decimal128(12, 2)),
            "rate": pa.array([0.1, 1e22]),
            "ok": pa.array([True, False]),
            "at": pa.array([moment, None], pa.timestamp("us", "UTC")),
            "local": pa.array([dt.datetime(2026, 3, 1, 12, 30), None], pa.timestamp("ms")),
            "day": pa.array([dt.date(2026, 3, 1), None]),
            "raw": pa.array([b"\xff\x00", None]),
            "tags": pa.array([["a", "b"], None]),
            "kind": pa.array(["card", "card"]).dictionary_encode(),
        }
    )
    stream = io.BytesIO()
    pq.write_table(table, stream)
    (one, first), (two, second) = good(stream.getvalue(), Layout("parquet"))
    assert (one, two) == (1, 2)
    assert first == {
        "id": "x1", "n": "12", "amount": "10.50", "rate": "0.1", "ok": "true", "at": "2026-03-01 11:30:00.000000Z",
        "local": "2026-03-01 12:30:00.000", "day": "2026-03-01", "raw": "ff00", "tags": '["a","b"]', "kind": "card",
    }  # fmt: skip
    assert second == dict.fromkeys(first) | {
        "n": "-3", "amount": "0.00", "rate": "1e+22", "ok": "false", "kind": "card",
    }  # fmt: skip


def parquet(table: pa.Table, **how: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, **how)
    return stream.getvalue()


@pytest.mark.parametrize("content", [b"", b"PAR1 nothing PAR1", b"a,b\n1,2\n"])
def test_a_file_that_is_no_parquet_file_is_one_fault(content: bytes) -> None:
    [found] = read(content, Layout("parquet"))
    assert (found.line, found.raw, found.fault) == (1, b"", "not a Parquet file")


def test_of_a_damaged_parquet_file_the_rows_before_the_damage_are_kept() -> None:
    table = pa.table({"a": [f"{n:08d}" for n in range(20_000)]})
    whole = parquet(table, row_group_size=10_000, compression="zstd", use_dictionary=False)
    damage = pq.ParquetFile(io.BytesIO(whole)).metadata.row_group(1).column(0).data_page_offset
    *kept, last = read(whole[:damage] + b"\xff" * 2000 + whole[damage + 2000 :], Layout("parquet"))
    assert [json.loads(row.raw)["a"] for row in kept] == table["a"].to_pylist()[: len(kept)]
    assert 8_000 < len(kept) <= 10_000
    assert (last.line, last.fault) == (len(kept) + 1, f"the Parquet file is damaged behind row {len(kept)}")


def test_text_that_is_not_utf_8_is_shown() -> None:
    column = pa.StringArray.from_buffers(
        1, pa.array([0, 3], pa.int32()).buffers()[1], pa.py_buffer(b"a\xffb")
    )
    assert good(parquet(pa.table({"a": column})), Layout("parquet")) == [(1, {"a": "a\\xffb"})]


def test_a_parquet_file_that_expands_beyond_its_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.bronze.reading.rows.UNCHECKED_BYTES", 1000)
    bomb = parquet(pa.table({"a": ["x" * 1000] * 5000}))
    with pytest.raises(OSError, match="it expands to more than 10 times its size"):
        list(rows(io.BytesIO(bomb), Layout("parquet"), LIMIT, 10))
