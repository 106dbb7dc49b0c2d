"""A page as an HTML file: with the library of charts beside it, it needs no network, and nothing in the data runs."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipelines.report.figures import Chart, Drawn, Link, Section

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

Facts = TypeVar("Facts")

_PACKAGE = "pipelines.report"

LIBRARY = "plotly.min.js"
"""File of the library that draws charts, beside the pages: the how-to says why it is not in each of them."""


@dataclass(frozen=True)
class Page(Generic[Facts]):
    """A page of the report.

    Attributes:
        title: its heading.
        file: name of the file that it is in by default, without a folder.
        read: what it shows, read from the tables: small, however much went in.
        render: that as HTML, with a time to measure ages against and links to all pages.
        rank: its place among the pages, the first 0.
    """

    title: str
    file: str
    read: Callable[[Lakehouse], Facts]
    render: Callable[[Facts, datetime, Sequence[Link]], str]
    rank: int = 50


@dataclass(frozen=True)
class Head:
    """What stands around a page's content.

    Attributes:
        title: heading.
        lead: a sentence below it.
        empty: said where there is nothing to show.
        now: when it was written, with a timezone.
        pages: all pages, this one among them.
    """

    title: str
    lead: str
    empty: str
    now: datetime
    pages: Sequence[Link] = ()

    @property
    def written(self) -> str:
        """When it was written."""
        return f"{self.now:%Y-%m-%d %H:%M} UTC"


def document(
    template: str,
    head: Head,
    sections: Sequence[Section],
    scripts: Sequence[str] = (),
    data: Mapping[str, object] | None = None,
    **shown: Any,
) -> str:
    """A page as HTML. Without sections it has neither charts nor scripts.

    Args:
        template: name of the template.
        head: what stands around the content.
        sections: the content.
        scripts: names of scripts besides the one that draws the charts.
        data: what these scripts read, by the id of the element that it is in.
        shown: what the template shows besides.
    """
    charts = {chart.name: chart.data for chart in _charts(sections)}
    texts = [text(name, _PACKAGE) for name in ("page.js", *scripts)] if sections else []
    return (
        environment(_PACKAGE)
        .get_template(template)
        .render(
            head=head,
            sections=sections,
            data={name: Markup(_json(value)) for name, value in {"figures": charts, **(data or {})}.items()},
            css=Markup(text("page.css", _PACKAGE)),
            library=LIBRARY if charts else "",
            scripts=[Markup(text) for text in texts],
            script_hashes=[_hash(text) for text in texts],
            **shown,
        )
    )


def _charts(sections: Sequence[Section]) -> Iterator[Chart | Drawn]:
    for section in sections:
        yield from (part for part in section.parts if isinstance(part, Chart | Drawn))


def _json(value: object) -> str:
    """JSON that may stand in a script element: nothing in it can end the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return (
        text.replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
    )


def _hash(script: str) -> Markup:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Markup(f"'sha256-{digest}'")


@cache
def environment(package: str) -> Environment:
    """What draws pages from the templates of a package. What they show is escaped, and nothing may be missing."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def text(name: str, package: str) -> str:
    """A file beside the templates of a package."""
    return (files(package) / "templates" / name).read_text(encoding="utf-8")


def library() -> str:
    """The library that draws charts: one copy for all pages."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
