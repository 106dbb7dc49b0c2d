"""Files that are not what their names say: one fault that says what each seems to be, or wide text that is read."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import json
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.bronze.reading import contents as module
from pipelines.bronze.reading.contents import contents
from pipelines.bronze.reading.documents import Document
from pipelines.bronze.reading.foreign import NO_JSON

CHARGE = b'{"object": "charge", "id": "ch_\xc3\xa9"}'
REFUND = b'{"object": "refund", "id": "re_1"}'
LIMIT = 1 << 20


def read(content: bytes, max_bytes: int = LIMIT) -> list[Document]:
    return list(contents(io.BytesIO(content), max_bytes, 250))


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("events.ndjson", CHARGE * 90)
    return target.getvalue()


def _tar() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        member = tarfile.TarInfo("events.ndjson")
        member.size = len(CHARGE)
        archive.addfile(member, io.BytesIO(CHARGE))
    return target.getvalue()


def _stored(opening: str) -> bytes:
    """An archive in which records lie as they are."""
    target = io.BytesIO()
    lines = (CHARGE + b"\n") * 90
    if opening == "zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("events.ndjson", lines)
    else:
        with tarfile.open(fileobj=target, mode="w") as archive_:
            member = tarfile.TarInfo("events.ndjson")
            member.size = len(lines)
            archive_.addfile(member, io.BytesIO(lines))
    return target.getvalue()


def _parquet() -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table({"id": ["ch_1", "ch_2"]}), target)
    return target.getvalue()


def _sqlite() -> bytes:
    database = sqlite3.connect(":memory:")
    database.execute("create table charges (id text)")
    return database.serialize()


PAGE = b"""<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title>
<script type="application/ld+json">
{"@context": "https://schema.org"}
</script></head>
<body>upstream timed out</body></html>
"""

FOREIGN = {
    "a page of the web": (PAGE, "an HTML page"),
    "a page of one line": (b"<html><body>Service Unavailable</body></html>", "an HTML page"),
    "an answer of an object store": (b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', "an XML document"),
    "zip": (_zip(), "a ZIP archive"),
    "a tar in gzip": (_tar(), "a tar archive"),
    "zip without compression": (_stored("zip"), "a ZIP archive"),
    "tar": (_stored("tar"), "a tar archive"),
    "gzip in gzip": (gzip.compress(gzip.compress(CHARGE)), "compressed data within compressed data"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", "a PDF document"),
    "parquet": (_parquet(), "a Parquet file"),
    "sqlite": (_sqlite(), "an SQLite database"),
    "csv": (b"id,amount,currency\nch_1,100,usd\nch_2,200,usd\n", "a CSV file"),
    "csv with semicolons": (b"\xef\xbb\xbfid;amount\r\nch_1;100\r\n", "a CSV file"),
    "text": (b"404: Not Found", "text"),
    "noise": (bytes(range(256)) * 40, "binary data"),
    "nulls": (bytes(5_000), "binary data"),
    "UTF-16 without its mark": (
        (CHARGE + b"\n").decode().encode("utf-16-le") * 150, "text in UTF-16 without a byte order mark",
    ),
    "UTF-16, the other way round": (
        (CHARGE + b"\n").decode().encode("utf-16-be") * 150, "text in UTF-16 without a byte order mark",
    ),
    "UTF-32 without its mark": (
        (CHARGE + b"\n").decode().encode("utf-32-le") * 150, "text in UTF-32 without a byte order mark",
    ),
    "Windows-1252": (
        (CHARGE + b"\n").decode().encode("cp1252") * 150, "text in another encoding than UTF-8, such as Windows-1252",
    ),
    "a log": (b"[2026-03-01 10:00] INFO charge taken\n" * 150, "text that looks like JSON and cannot be parsed"),
    "Python's own notation": (b"{'object': 'charge'}\n" * 150, "text that looks like JSON and cannot be parsed"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "what"), FOREIGN.values(), ids=FOREIGN)
def test_a_file_without_any_json_is_one_fault_with_all_its_bytes(content: bytes, what: str) -> None:
    (found,) = read(content)
    assert (found.line, found.item, found.fault) == (1, 0, NO_JSON + what)
    assert found.raw == (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)


def test_a_long_one_comes_in_parts() -> None:
    content = _zip() * 5
    found = read(content, max_bytes=100)
    assert b"".join(part.raw for part in found) == content
    assert [part.item for part in found] == list(range(1, len(found) + 1))
    assert {part.fault for part in found} == {NO_JSON + "a ZIP archive"}


def test_one_that_is_cut_says_so_too() -> None:
    pages = b"".join(b"<html><!-- %064x --></html>\n" % (n * 7919**9 % 2**250) for n in range(4_000))
    (found,) = read(gzip.compress(pages)[:-4_000])
    assert found.fault == NO_JSON + "an HTML page; the compressed data ends early"
    assert pages.startswith(found.raw)


@pytest.mark.parametrize("count", [3, 90_000])
def test_lines_that_are_no_json_before_records_cost_themselves_alone(count: int) -> None:
    before = b"Starting export ...\n" * count
    found = read(before + CHARGE + b"\n" + REFUND)
    assert [d.raw for d in found if d.fault is None] == [CHARGE, REFUND]
    assert sum(d.fault is not None for d in found) == count
    assert {d.fault for d in found if d.fault} == {"not JSON: invalid character at column 1"}


def test_a_few_broken_records_keep_a_reason_each() -> None:
    found = read(b'{"object": "charge", \n[1, 2\n{"id": "caf\xe9"}')
    assert [d.fault for d in found] == [
        "not JSON: it ends early", "not JSON: it ends early", "not UTF-8: byte 0xe9 at column 12",
    ]  # fmt: skip


def test_what_is_json_beyond_the_bounds_is_not_called_something_else() -> None:
    deep = read((b'{"a":' * 200 + b"1" + b"}" * 200 + b"\n") * 30)
    assert {d.fault for d in deep} == {"nested more than 100 levels deep"}
    long = read(b'{"a": "' + b"x" * 5_000 + b'"}', max_bytes=100)
    assert all("of a record longer than 100 bytes" in str(d.fault) for d in long)


def test_a_cut_file_of_which_nothing_is_left_says_that_it_is_cut() -> None:
    (found,) = read(gzip.compress(CHARGE)[:12])
    assert "the compressed data ends early" in str(found.fault)


ENCODINGS = {
    "UTF-16 of Windows": codecs.BOM_UTF16_LE, "UTF-16": codecs.BOM_UTF16_BE,
    "UTF-32 of Windows": codecs.BOM_UTF32_LE, "UTF-32": codecs.BOM_UTF32_BE,
}  # fmt: skip
_NAMES = {
    codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be",
    codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be",
}  # fmt: skip


def wide(text: bytes, mark: bytes) -> bytes:
    return mark + text.decode().encode(_NAMES[mark])


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress], ids=["plain", "gzip", "bzip2"])
@pytest.mark.parametrize("mark", ENCODINGS.values(), ids=ENCODINGS)
def test_text_with_a_byte_order_mark_is_read(mark: bytes, compress: Callable[[bytes], bytes]) -> None:
    pretty = json.dumps({"object": "payout", "name": "\U0001f4b3 é"}, indent=2, ensure_ascii=False).encode()
    text = b"\r\n".join((CHARGE, pretty, REFUND, b"[" + CHARGE + b", " + REFUND + b"]"))
    found = read(compress(wide(text, mark)))
    assert [(d.line, d.item, d.raw, d.fault) for d in found] == [
        (1, 0, CHARGE, None), (2, 0, pretty, None), (6, 0, REFUND, None), (7, 1, CHARGE, None), (7, 2, REFUND, None),
    ]  # fmt: skip


def test_wide_text_that_is_cut_within_a_character_loses_nothing() -> None:
    found = read(wide(CHARGE + b"\n" + REFUND, codecs.BOM_UTF16_BE)[:-1])
    assert [(d.raw, d.fault is None) for d in found] == [(CHARGE, True), (REFUND[:-1] + b"\0", False)]


def test_wide_text_that_breaks_is_kept_as_it_stands_from_there_on() -> None:
    broken = b"\xff" * 8 + CHARGE
    found = read(wide(CHARGE + b"\n", codecs.BOM_UTF32_LE) + broken)
    assert b"".join(d.raw for d in found).endswith(broken)


def test_half_a_pair_of_surrogates_is_a_fault_of_its_record() -> None:
    bad = codecs.BOM_UTF16_LE + '{"a": "'.encode("utf-16-le") + b"\x00\xd8" + '"}\n'.encode("utf-16-le")
    found = read(bad + REFUND.decode().encode("utf-16-le"))
    assert "not UTF-8" in str(found[0].fault)
    assert found[1].raw == REFUND


def test_large_wide_text_is_read_block_by_block() -> None:
    lines = b"".join(b'{"object": "charge", "number": %d}\n' % number for number in range(90_000))
    found = read(wide(lines, codecs.BOM_UTF16_LE))
    assert [d.fault for d in found] == [None] * 90_000


def test_a_page_that_holds_a_record_is_read_line_by_line() -> None:
    found = read(b"<pre>\n" + CHARGE + b"\n</pre>\n")
    assert [d.fault is None for d in found] == [False, True, False]


PIECES = [
    CHARGE,
    b'{"a":',
    b"{",
    b"}",
    b"7",
    b"\xff",
    b"\0",
    b"<p>",
    b"x,y",
    b"\n",
    b"\r\n",
    b"  ",
    b"\xff\xfe",
    b"PK\x03\x04",
]
_BLANK = b" \t\r\n\x0b\x0c"


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14), st.integers(5, 60), st.sampled_from([0, 20, 1 << 20]))
def test_no_byte_of_any_text_is_lost_or_doubled(pieces: list[bytes], max_bytes: int, held: int) -> None:
    text = b"x" + b"".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "HELD_BYTES", held)
        found = read(text, max_bytes)
    assert b"".join(d.raw for d in found).translate(None, _BLANK) == text.translate(None, _BLANK)
    assert len({(d.line, d.item) for d in found}) == len(found)


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert read(b"") == read(b"\n \n") == read(codecs.BOM_UTF16_LE) == []
