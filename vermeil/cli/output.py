"""Where commands print: a screen for people, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, ConsoleDimensions
from rich.markup import escape
from rich.table import Table

from pipelines.delta.engine_errors import AT

UNBROKEN = 100_000
"""Columns of a line where nobody looks at a screen: a log or a program wants words and commands whole."""


class Screen(Console):
    """A console that breaks lines for a terminal only."""

    @property
    def size(self) -> ConsoleDimensions:
        """As wide as the terminal, or as ``COLUMNS`` says; without either, wide enough for every line."""
        width, height = super().size
        if (named := os.environ.get("COLUMNS", "")).isdecimal():  # now, not when this was imported
            return ConsoleDimensions(int(named), height)
        return ConsoleDimensions(width if self.is_terminal else UNBROKEN, height)

    @size.setter
    def size(self, new: tuple[int, int]) -> None:
        self._width, self._height = new


OUT = Screen(emoji=False)  # :date: is a column
ERR = Screen(stderr=True, emoji=False)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show on the error stream which table is at work; give what is told of each."""
    with _noted() as noting:
        if quiet or not ERR.is_terminal:
            # Whoever waits for another process is told so, also in a log.
            yield lambda name: tell(name) if name.startswith("waiting") else noting(name)
            return
        with ERR.status("Starting…") as shown:

            def starting(name: str) -> None:
                noting(name)
                shown.update(f"{name} …")

            yield starting


@contextmanager
def _noted() -> Iterator[Callable[[str], None]]:
    """Have an error that passes say at which table it came: the last that was told."""
    told: list[str] = []
    try:
        yield told.append
    except Exception as error:
        if told:
            error.add_note(AT + told[-1])
        raise


def tell(sentence: str) -> None:
    """Something that a person should know, on the error stream."""
    ERR.print(f"vermeil: {escape(sentence)}", soft_wrap=True)


def table_of(*headers: str) -> Table:
    """A plain table; a header that begins with > is of numbers."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for header in headers:
        right = header.startswith(">")
        whole = right or header in ("metric", "table", "version")
        table.add_column(
            header.removeprefix(">"), justify="right" if right else "left", no_wrap=whole, overflow="fold"
        )
    return table


def or_dash(value: Any) -> str:
    """A value in a cell of a table."""
    return "–" if value is None else escape(str(value))


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    json.dump(value, sys.stdout, indent=2, default=str, ensure_ascii=False)
    sys.stdout.write("\n")
