"""The site's web application: the page to ask on, and the report's files."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from pipelines.errors import VermeilError
from pipelines.report.figures import Link
from pipelines.report.page import pages as pages_of_report
from vermeil.serve import pages
from vermeil.support.asking import Askers

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

HOST = "127.0.0.1"

_LOG = logging.getLogger(__name__)

_FILE = re.compile(r"[a-z_]+\.html|plotly\.min\.js")

_BODY = re.compile(r"<body>", re.IGNORECASE)
_BACK = '<body>\n<p class="top"><a href="/">Ask a question</a></p>'

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
"""No script at all, and nothing from elsewhere."""


@dataclass(frozen=True)
class Site:
    """Answers requests, one question after the other."""

    lake: Lakehouse
    askers: Askers
    _turn: threading.Lock = field(default_factory=threading.Lock)

    async def ask(self, request: Request) -> Response:
        """The page to ask on, with the answer where something was asked."""
        question = request.query_params.get("q", "").strip()
        if not question:
            return HTMLResponse(pages.head("", self._report()) + pages.foot(), headers=_headers(POLICY))
        if request.headers.get("sec-fetch-site") == "cross-site":
            return PlainTextResponse("questions are asked on this site", 403)
        trace = request.query_params.get("trace") == "yes"
        return StreamingResponse(
            self._streamed(question, trace=trace), media_type="text/html", headers=_headers(POLICY)
        )

    async def _streamed(self, question: str, *, trace: bool) -> AsyncIterator[str]:
        yield pages.head(question[:1_000], self._report())
        yield await run_in_threadpool(self._answered, question, trace=trace)
        yield pages.foot()

    def _answered(self, question: str, *, trace: bool) -> str:
        try:
            with self._turn:
                found = self.askers.latest().ask(question, trace=trace)
            return pages.answer(found, question[:1_000], trace=trace)
        except VermeilError as error:
            return pages.fault(str(error))
        except Exception:
            _LOG.exception("a question failed")
            return pages.fault("This failed; where the site runs, the reason is told.")

    async def report(self, request: Request) -> Response:
        """A file of the report; a page with a way back."""
        name = request.path_params["name"]
        path = self._folder / name
        if not _FILE.fullmatch(name) or not path.is_file():
            return PlainTextResponse("there is no such page: vermeil report writes them", 404)
        if path.suffix == ".js":
            return FileResponse(path, headers=_headers())
        text = await run_in_threadpool(path.read_text, encoding="utf-8")
        return HTMLResponse(_BODY.sub(_BACK, text, count=1), headers=_headers("frame-ancestors 'none'"))

    @property
    def _folder(self) -> Path:
        return self.lake.settings.reports_dir

    def _report(self) -> list[Link]:
        """The report's pages that there are, in its order."""
        links = (Link(page.title, page.file) for page in pages_of_report())
        return [link for link in links if (self._folder / link.file).is_file()]


def site(lake: Lakehouse) -> Starlette:
    """The application; it answers to the names of this machine alone."""
    answers = Site(lake, Askers(lake))
    return Starlette(
        routes=[
            Route("/", answers.ask, methods=["GET"]),
            Route("/report/{name}", answers.report, methods=["GET"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])],
    )


def _headers(policy: str | None = None) -> dict[str, str]:
    return SAFE | ({"Content-Security-Policy": policy} if policy else {})
