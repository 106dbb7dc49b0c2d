"""Bytes of a file to its records: nothing is lost, whatever the file is made of."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.bronze.reading import documents as module
from pipelines.bronze.reading.documents import Document, documents

LIMIT = 1 << 20
CHARGE = b'{"object": "charge", "id": "ch_1"}'
REFUND = b'{"object": "refund", "id": "re_1"}'

COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def read(content: bytes, max_bytes: int = LIMIT) -> list[Document]:
    return list(documents(io.BytesIO(content), max_bytes, 250))


def good(content: bytes, max_bytes: int = LIMIT) -> list[tuple[int, int, bytes]]:
    found = read(content, max_bytes)
    assert [document.fault for document in found] == [None] * len(found)
    return [(document.line, document.item, document.raw) for document in found]


def faults(content: bytes, max_bytes: int = LIMIT) -> list[tuple[int, int, bytes, str]]:
    found = read(content, max_bytes)
    return [(d.line, d.item, d.raw, d.fault) for d in found if d.fault is not None]


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_lines_are_records_however_they_are_compressed(compress: Callable[[bytes], bytes]) -> None:
    assert good(compress(CHARGE + b"\n" + REFUND + b"\n")) == [(1, 0, CHARGE), (2, 0, REFUND)]


@pytest.mark.parametrize("compress", list(COMPRESSIONS.values())[1:], ids=list(COMPRESSIONS)[1:])
def test_members_and_frames_follow_each_other(compress: Callable[[bytes], bytes]) -> None:
    assert good(compress(CHARGE + b"\n") + compress(b"") + compress(REFUND)) == [
        (1, 0, CHARGE),
        (2, 0, REFUND),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(b"\n \r\n\n", [], id="blank"),
        pytest.param(CHARGE, [(1, 0, CHARGE)], id="no newline at the end"),
        pytest.param(CHARGE + b"\r\n\r\n" + REFUND + b"\r\n", [(1, 0, CHARGE), (3, 0, REFUND)], id="CRLF, blank line"),
        pytest.param(b"\xef\xbb\xbf" + CHARGE + b"\n", [(1, 0, CHARGE)], id="byte order mark"),
        pytest.param(CHARGE + REFUND + b"\n", [(1, 1, CHARGE), (1, 2, REFUND)], id="two on a line"),
        pytest.param(b"[" + CHARGE + b"," + REFUND + b"]", [(1, 1, CHARGE), (1, 2, REFUND)], id="array"),
        pytest.param(b"[[" + CHARGE + b"],[" + REFUND + b"]]", [(1, 1, CHARGE), (1, 2, REFUND)], id="nested"),
        pytest.param(b"[]\n" + CHARGE, [(2, 0, CHARGE)], id="empty array"),
        pytest.param(
            b'{"object": "list", "data": [' + CHARGE + b'], "has_more": true}\n' + REFUND,
            [(1, 1, CHARGE), (2, 0, REFUND)],
            id="list page, then a line",
        ),
    ],
)  # fmt: skip
def test_records_and_where_they_stand(text: bytes, expected: list[tuple[int, int, bytes]]) -> None:
    assert good(text) == expected


def test_pretty_printed_documents_may_stand_before_and_after_lines() -> None:
    pretty = json.dumps({"object": "charge", "nested": {"list": [1, 2]}}, indent=2).encode()
    page = json.dumps({"object": "list", "data": [{"object": "a"}, {"object": "b"}]}, indent=2).encode()
    text = b"\n".join((CHARGE, pretty, REFUND, page, pretty))
    found = good(text)
    assert [(line, item) for line, item, _ in found] == [(1, 0), (2, 0), (11, 0), (12, 1), (12, 2), (23, 0)]
    assert found[1][2] == pretty


def test_a_pretty_printed_document_keeps_its_line_ends() -> None:
    text = b'{\r\n  "object": "charge",\r\n\r\n  "id": "ch_1"\r\n}\r\n'
    assert good(text) == [(1, 0, text.strip())]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        pytest.param(b"hello", "not JSON: invalid character at column 1", id="text"),
        pytest.param(b'{"id": "caf\xe9"}', "not UTF-8: byte 0xe9 at column 12", id="latin-1"),
        pytest.param(b'{"id": "evt', "not JSON: it ends early", id="cut"),
        pytest.param(CHARGE + b" x", "not JSON: something follows it at column 36", id="trailing text"),
        pytest.param(b"\0\0\0", "not JSON: invalid character at column 1", id="NUL bytes"),
        pytest.param(b'{"a": NaN}', "not JSON: invalid character at column 7", id="NaN"),
        pytest.param(b'{"a": "\\ud800abcdefg"}', "not JSON: unexpected end of hex escape at column 14", id="surrogate"),
        pytest.param(b'{"\xff": "list"}', "not UTF-8: byte 0xff at column 3", id="a name that is no text"),
        pytest.param(b"[" * 10_000, "nested more than 100 levels deep", id="deep"),
        pytest.param(b"17", "not a JSON object", id="number"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_kept_with_its_reason(line: bytes, fault: str) -> None:
    found = read(CHARGE + b"\n" + line + b"\n" + REFUND)
    assert [(d.line, d.raw, d.fault) for d in found] == [
        (1, CHARGE, None),
        (2, line, fault),
        (3, REFUND, None),
    ]


def test_one_bad_item_leaves_the_others_of_its_list_alone() -> None:
    found = read(b"[" + CHARGE + b', {"id": "caf\xe9"}, 5]')
    assert [(d.item, d.fault) for d in found] == [
        (1, None), (2, "not UTF-8: byte 0xe9 at column 12"), (3, "not a JSON object"),
    ]  # fmt: skip


def test_a_line_that_was_cut_within_an_object_does_not_take_the_next_line_with_it() -> None:
    found = read(b'{"data": {"object":\n' + CHARGE + b"\n" + REFUND + b"\n")
    assert [(d.line, d.fault is None) for d in found] == [(1, False), (2, True), (3, True)]


def test_a_pretty_printed_document_that_is_cut_is_one_fault() -> None:
    text = json.dumps({"object": "list", "data": [{"object": "a"}] * 9}, indent=2).encode()[:-20]
    assert [(line, item, raw) for line, item, raw, _ in faults(text)] == [(1, 0, text.strip())]


def test_a_record_that_is_too_long_is_kept_in_parts() -> None:
    line = b'{"a": "' + b"x" * 91 + b'"}'
    found = faults(CHARGE + b"\n" + line + b"\n", max_bytes=40)
    assert [(place, item, len(raw)) for place, item, raw, _ in found] == [(2, 1, 40), (2, 2, 40), (2, 3, 20)]
    assert b"".join(raw for _, _, raw, _ in found) == line
    assert found[0][3] == "part 1 of a record longer than 40 bytes (VERMEIL_MAX_RECORD_BYTES)"


def test_a_list_that_is_longer_than_a_record_may_be_is_read() -> None:
    assert len(good(b"[" + b",".join([CHARGE] * 99) + b"]", max_bytes=100)) == 99


@pytest.mark.parametrize("max_bytes", [1_000, 16 << 20])
def test_a_line_of_fifty_megabytes(max_bytes: int) -> None:
    line = b'{"a": "' + b"x" * 50_000_000 + b'"}'
    found = faults(line + b"\n" + CHARGE, max_bytes)
    assert b"".join(raw for _, _, raw, _ in found) == line


def test_a_line_that_is_too_long_to_be_held_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINE_BYTES", 2_000_000)
    line = b'{"a": "' + b"x y" * 1_500_000 + b'"}'
    found = faults(line + b"\n" + CHARGE, max_bytes=300_000)
    assert b"".join(raw for _, _, raw, _ in found) == line
    assert [item for _, item, _, _ in found] == list(range(1, 17))


def _pretty_list(count: int) -> Iterator[bytes]:
    yield b'{\n  "object": "list",\n  "has_more": false,\n  "data": ['
    for number in range(count):
        item = json.dumps({"object": "charge", "number": number, "text": "x" * 400}, indent=2)
        yield (b",\n" if number else b"\n") + item.encode()
    yield b'\n  ],\n  "url": "/v1/charges"\n}\n'


def test_a_pretty_printed_list_is_read_item_by_item_where_it_is_too_large_to_be_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "TEXT_BYTES", 10_000)
    text = b"".join(_pretty_list(5_000))
    found = good(text + CHARGE + b"\n" + text)
    numbers = [json.loads(raw).get("number") for _, _, raw in found]
    assert numbers == [*range(5_000), None, *range(5_000)]
    assert [item for _, item, _ in found] == [*range(1, 5_001), 0, *range(1, 5_001)]


def test_a_large_list_that_breaks_gives_what_was_whole_and_keeps_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "TEXT_BYTES", 10_000)
    whole = b"".join(_pretty_list(5_000))
    found = read(whole[: len(whole) // 2])
    assert [d.fault is None for d in found] == [True] * (len(found) - 1) + [False]
    assert len(found) > 2_000


@pytest.mark.slow
def test_memory_stays_bounded_on_a_large_pretty_printed_file() -> None:
    text = gzip.compress(b"".join(_pretty_list(45_000)), 1)
    tracemalloc.start()
    count = sum(1 for _ in documents(io.BytesIO(text), LIMIT, 250))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 45_000
    assert peak < 250_000_000


@pytest.mark.parametrize("compress", list(COMPRESSIONS.values())[1:], ids=list(COMPRESSIONS)[1:])
def test_compressed_data_that_ends_early_gives_what_could_be_read(compress: Callable[[bytes], bytes]) -> None:
    text = b"".join(b'{"object": "charge", "id": "%032x"}\n' % (n * 7919**9 % 2**128) for n in range(9_000))
    found = read(compress(text)[:-5_000])
    assert found[-1].fault is not None
    assert "the compressed data ends early" in found[-1].fault
    if compress is not COMPRESSIONS["bzip2"]:
        assert len(found) > 1_000
    assert text.startswith(b"\n".join(document.raw for document in found))


def test_damage_in_the_middle_of_a_gzip_costs_nothing_that_stands_before_it() -> None:
    text = b"".join(b'{"object": "charge", "id": "%032x"}\n' % (n * 7919**9 % 2**128) for n in range(9_000))
    stored = bytearray(gzip.compress(text))
    stored[len(stored) // 2 : len(stored) // 2 + 40] = b"\xff" * 40
    found = read(bytes(stored))
    whole = [document for document in found if document.fault is None]
    assert "the compressed data is damaged near byte" in str(found[-1].fault)
    assert len(whole) > 4_000
    assert text.startswith(b"\n".join(document.raw for document in whole))


def test_a_gzip_that_is_padded_with_zeros_is_whole() -> None:
    assert good(gzip.compress(CHARGE) + bytes(100_000)) == [(1, 0, CHARGE)]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=9),
)

objects = st.dictionaries(
    st.sampled_from(["object", "id", "created", "data", "account", "livemode", "é", '"\\']),
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=5,
).filter(lambda value: value.get("object") != "list")  # fmt: skip


def _printed(value: object, indent: int | None) -> bytes:
    return json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")


@st.composite
def archives(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A file's text, and the records that must come out of it, in order."""
    text, expected = b"", []
    for _ in range(draw(st.integers(0, 6))):
        indent = draw(st.sampled_from([None, 2]))
        held = draw(st.lists(objects, min_size=0, max_size=3))
        kind = draw(st.sampled_from(["record", "array", "page"]))
        if kind == "record":
            parts = [_printed(value, indent) for value in held]
            text += b"".join(
                part + draw(st.sampled_from([b"\n", b"\r\n", b"\n\n", b" \n"])) for part in parts
            )
            expected += parts
        else:
            parts = [_printed(value, indent) for value in held]
            joined = b"[" + (b",\n" if indent else b", ").join(parts) + b"]"
            text += (joined if kind == "array" else b'{"object": "list", "data": ' + joined + b"}") + b"\n"
            expected += parts
    return text, expected


@settings(max_examples=200, deadline=None)
@given(archives(), st.sampled_from(list(COMPRESSIONS.values())))
def test_every_record_comes_out_once_verbatim_and_in_order(
    archive: tuple[bytes, list[bytes]], compress: Callable[[bytes], bytes]
) -> None:
    text, expected = archive
    found = read(compress(text))
    assert [document.raw for document in found] == expected
    assert len({(document.line, document.item) for document in found}) == len(found)


_BLANK = b" \t\r\n\x0b\x0c"


PIECES = [
    *(CHARGE, b'{\n  "object": "a"\n}', b'{"a":', b"{", b"}", b'"', b"\\", b"7"),
    *(b"\xff", b"\0", b"x", b"\n", b"\r\n", b"  "),
]


def _without_blanks(text: bytes) -> bytes:
    return text.translate(None, _BLANK)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=14),
    st.integers(5, 60),
)  # fmt: skip
def test_no_byte_of_any_text_is_lost_or_doubled(pieces: list[bytes], max_bytes: int) -> None:
    text = b"".join(pieces)
    found = read(text, max_bytes)
    assert _without_blanks(b"".join(document.raw for document in found)) == _without_blanks(text)
    assert len({(document.line, document.item) for document in found}) == len(found)
