"""Files that hold no JSON, whatever their names say: what each seems to be, and its bytes as one fault."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.bronze.reading.blocks import CutShort

NO_JSON = "the file holds no JSON object; it seems to be "
"""How the fault of such a file begins. It is said of the file, not of a record."""

HEAD_BYTES = 64 << 10
"""So much of a file is looked at to tell what it is."""

_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"%PDF-", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x04\x22\x4d\x18", "LZ4 data, which is not read"),
    (b"\xff\x06\x00\x00sNaPpY", "Snappy data, which is not read"),
    (b"\x1f\x8b", "compressed data within compressed data"),
    (b"\x28\xb5\x2f\xfd", "compressed data within compressed data"),
    (b"-----BEGIN PGP", "a PGP message"),
)
"""First bytes of kinds of files, as their formats define them."""

_DELIMITERS = b",;\t|"


def seems(head: bytes) -> str:
    """What a file seems to be, from its first bytes after decompression."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return container(head) or _with_nulls(head) or _of_no_text(head) or _as_text(text)


def container(head: bytes) -> str | None:
    """What a file is whose format says so in its first bytes; None for texts and the unknown."""
    if head[257:262] == b"ustar":
        return "a tar archive"
    return next((what for magic, what in _MAGIC if head.startswith(magic)), None)


def _with_nulls(head: bytes) -> str | None:
    """Wide characters of ASCII texts have a null in each other byte, or three of four."""
    if b"\0" not in head:
        return None
    shares = [head[place::4].count(0) / max(len(head[place::4]), 1) for place in range(4)]
    wide = tuple(share > 0.7 for share in shares)
    if sum(wide) == 3:
        return "text in UTF-32 without a byte order mark"
    if wide in ((False, True, False, True), (True, False, True, False)):
        return "text in UTF-16 without a byte order mark"
    return "binary data"


def _of_no_text(head: bytes) -> str | None:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character may be cut at the end of what is looked at.
        if len(head) - error.start >= 4:
            odd = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in head)
            is_text = odd <= len(head) // 100
            return "text in another encoding than UTF-8, such as Windows-1252" if is_text else "binary data"
        text = head[: error.start].decode("utf-8")
    odd = sum(character < " " and character not in "\t\n\r\f\v" for character in text)
    return "binary data" if odd > len(text) // 20 else None


def _as_text(text: bytes) -> str:
    begins = text[:1024].lower()
    if begins.startswith(b"<"):
        return "an HTML page" if b"<html" in begins or b"<!doctype html" in begins else "an XML document"
    if text[:1] in (b"{", b"["):
        return "text that looks like JSON and cannot be parsed"
    lines = [line for line in text.splitlines()[:20] if line.strip()][:5]
    for delimiter in _DELIMITERS:
        counts = {line.count(delimiter) for line in lines}
        if len(lines) > 1 and len(counts) == 1 and counts != {0}:
            return "a CSV file"
    return "text"


def parts(source: Iterator[bytes], max_bytes: int, fault: str) -> Iterator[tuple[int, bytes, str]]:
    """The bytes of a file in parts of at most ``max_bytes``, each with its number from 1 (0 for the only one).

    Args:
        source: its blocks.
        max_bytes: of a part.
        fault: what is said of each; where the source ends early, the last says so, too.
    """
    held, number, cut = b"", 0, ""
    try:
        for block in source:
            held += block
            while len(held) > max_bytes:
                number += 1
                yield number, held[:max_bytes], fault
                held = held[max_bytes:]
    except CutShort as found:
        cut = f"; {found}"
    yield number + 1 if number else 0, held, fault + cut
