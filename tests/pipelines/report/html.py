"""What a browser makes of a page of the report."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
HOSTILE = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'
"""Text that would do harm if a page took it for markup."""


class Page(HTMLParser):
    """What a browser makes of the page: elements by tag, tables' cells, the text of tiles and scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.texts: dict[str, str] = {}
        self._table = self._cell = self._id = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "wbr":  # only where a name may break
            return
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self._id = str(found["id"])
        if tag == "table":
            self._table = str(found["data-name"])
            self.tables[self._table] = []
        if tag == "tr":
            self.tables[self._table].append([])
        if tag in ("td", "th"):
            self.tables[self._table][-1].append("")
            self._cell = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._cell:
            self._cell = ""

    def handle_data(self, data: str) -> None:
        self.texts[self._id] = self.texts.get(self._id, "") + data
        if self._cell:
            self.tables[self._table][-1][-1] += data

    @property
    def figures(self) -> dict[str, Any]:
        found: dict[str, Any] = json.JSONDecoder().raw_decode(self.texts["figures"])[0]
        return found

    def table(self, name: str) -> dict[str, list[str]]:
        """The rows of a table by their first cell, without the heading."""
        return {row[0]: row[1:] for row in self.tables[name][1:]}


def data(page: Page, name: str) -> Any:
    return json.JSONDecoder().raw_decode(page.texts[name])[0]
