"""A model card as the page shows it: its Markdown as headings, paragraphs, lists and tables, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Block:
    """A part of a card.

    Attributes:
        kind: heading, text, list or table.
        text: of a heading or a paragraph.
        rows: items of a list, one cell each, or rows of a table, its heading first.
    """

    kind: str
    text: str = ""
    rows: Sequence[Sequence[str]] = ()


def blocks(markdown: str) -> list[Block]:
    """The parts of a card, without its title."""
    lines = [line for line in markdown.splitlines() if line.strip() and not line.startswith("# ")]
    return [block for kind, found in groupby(lines, _kind) for block in _blocks(kind, list(found))]


def _kind(line: str) -> str:
    starts = {"#": "heading", "|": "table", "- ": "list"}
    return next((kind for start, kind in starts.items() if line.startswith(start)), "text")


def _blocks(kind: str, lines: Sequence[str]) -> Iterator[Block]:
    if kind == "table":
        cells = [[_plain(cell) for cell in line.strip().strip("|").split("|")] for line in lines]
        yield Block(
            kind, rows=[row for row in cells if any(set(cell) - {"-"} for cell in row) or not any(row)]
        )
    elif kind == "list":
        yield Block(kind, rows=[[_plain(line.removeprefix("- "))] for line in lines])
    else:
        yield from (Block(kind, _plain(line.lstrip("#"))) for line in lines)


def _plain(text: str) -> str:
    return text.replace("`", "").replace("**", "").strip()
