"""The site: what it answers, what it refuses, and how a browser shows it."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from tests.vermeil.mcp.served import INJECTION, served
from tests.vermeil.support.paid import CANARY
from vermeil.ask.plan import Answer
from vermeil.serve.app import site
from vermeil.serve.chart import chart

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pyspark.sql import SparkSession

    from pipelines.lakehouse import Lakehouse

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LOCAL = "http://127.0.0.1"
CAPTURED = "captured volume by account in March 2026 in USD"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Lakehouse]:
    for found in served(tmp_path_factory.mktemp("served"), spark):
        reports = found.settings.reports_dir
        reports.mkdir()
        (reports / "index.html").write_text("<html><body>\n<h1>Overview</h1></body></html>", encoding="utf-8")
        (reports / "risk.html").write_text("<html><body>\n<h1>Risk</h1></body></html>", encoding="utf-8")
        (reports / "secret.txt").write_text(CANARY, encoding="utf-8")
        yield found


@pytest.fixture(scope="module")
def client(lake: Lakehouse) -> TestClient:
    return TestClient(site(lake), base_url=LOCAL)


def page(client: TestClient, question: str, **more: str) -> str:
    found = client.get("/", params={"q": question, **more})
    assert found.status_code == 200
    return found.text


def test_the_page_to_ask_on_has_a_box_examples_and_the_report(client: TestClient) -> None:
    found = client.get("/")
    assert '<input id="q" name="q"' in found.text
    assert "/report/index.html" in found.text
    assert "approval rate by card network" in found.text
    assert "<script" not in found.text
    policy = found.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_an_answer_has_its_figures_definition_period_release_chart_and_query(client: TestClient) -> None:
    found = page(client, CAPTURED)
    books = sum(50_000 + 100 * n for n in range(59, 90)) / 100
    assert f"{books:,.2f} USD" in found
    assert "Amount captured: what was taken" in found
    assert "gold.payments_daily" in found
    assert "days of UTC" in found
    assert "<dt>Release</dt>" in found
    assert '<div class="chart"' in found
    assert "<summary>The query</summary>" in found
    assert "trace=yes" in found


def test_a_figure_is_followed_to_its_records(client: TestClient) -> None:
    found = page(client, "captured payments in March 2026", trace="yes")
    assert "which add up to it" in found
    assert "trace=yes" not in found


def test_what_is_not_clear_is_asked_back_with_links(client: TestClient) -> None:
    found = page(client, "how are we doing")
    assert 'class="asked"' in found or 'class="refused"' in found
    timeline = page(client, "why was ch_blocked declined?")
    assert "It was blocked before the bank was asked" in timeline


@pytest.mark.parametrize(
    "question",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "select * from bronze.records",
        "list all customers' emails",
        "x" * 10_000,
        "\x00\x1b[31m",
        "Wie hoch war der Umsatz?",
    ],
)
def test_bad_input_runs_nothing_and_leaks_nothing(client: TestClient, question: str) -> None:
    found = page(client, question)
    assert "<script" not in found
    assert "<img" not in found
    assert CANARY not in found
    assert 'id="answer"' in found


def test_text_of_the_data_is_text(client: TestClient) -> None:
    found = page(client, CAPTURED)
    assert INJECTION in found
    assert "http-equiv" not in found


def test_the_report_has_a_way_back_and_nothing_else_is_served(client: TestClient) -> None:
    found = client.get("/report/risk.html")
    assert "<h1>Risk</h1>" in found.text
    assert '<a href="/">Ask a question</a>' in found.text
    for path in ("secret.txt", "..%2f..%2fkeys%2ftoken.key", "nothing.html", ".html", "../index.html"):
        answer = client.get(f"/report/{path}")
        assert answer.status_code in (404, 405)
        assert CANARY not in answer.text
    assert client.post("/", data={"q": "x"}).status_code == 405


def test_only_this_machine_and_this_site_may_ask(client: TestClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    from_elsewhere = client.get("/", params={"q": CAPTURED}, headers={"Sec-Fetch-Site": "cross-site"})
    assert from_elsewhere.status_code == 403


def test_a_failure_says_nothing_of_itself(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError(f"{CANARY} /etc/secret")

    monkeypatch.setattr("vermeil.ask.asking.Asker.ask", broken)
    found = page(client, CAPTURED)
    assert CANARY not in found
    assert "This failed" in found


def answer(*rows: tuple[Any, ...], columns: tuple[str, ...], **units: str) -> Answer:
    return Answer(question="", outcome="answered", said="", columns=columns, rows=rows, units=units)


def test_a_chart_compares_only_what_may_be_compared() -> None:
    rates = answer(
        ("visa", 0.9), ("amex", 0.8), columns=("network", "authorization_rate"), authorization_rate="rate"
    )
    drawn = str(chart(rates))
    assert drawn.count("<i ") == 2
    assert "90 %" in drawn
    days = answer((date(2026, 1, 1), 5), (date(2026, 2, 1), 7), columns=("month", "count"), count="count")
    assert "2026-02-01" in str(chart(days))
    money = {"columns": ("currency", "captured_minor"), "captured_minor": "money"}
    assert chart(answer(("USD", 100), ("JPY", 100), **money)) is None  # type: ignore[arg-type]
    assert chart(answer(("USD", 100), **money)) is None  # type: ignore[arg-type]
    assert chart(answer(("a", -1), ("b", 2), columns=("x", "n"), n="count")) is None
    assert chart(answer(("a", "b"), ("b", "c"), columns=("x", "y"))) is None
    hostile = answer(("<script>", 1), ("b", 2), columns=("x", "n"), n="count")
    assert "<script>" not in str(chart(hostile))


@pytest.fixture(scope="module")
def address(lake: Lakehouse) -> Iterator[str]:
    """The site, served as the command serves it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(site(lake), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"{LOCAL}:{port}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
@pytest.mark.parametrize("width", [400, 1440])
def test_a_browser_asks_and_shows_the_answer(browser: Browser, address: str, width: int) -> None:
    found: Page = browser.new_page(viewport={"width": width, "height": 850})
    faults: list[str] = []
    asked: list[str] = []
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    found.on("request", lambda request: asked.append(request.url))
    found.goto(address)
    found.get_by_label("A question about payments").fill(CAPTURED)
    found.get_by_role("button", name="Ask").click()
    found.locator("#answer").wait_for()
    assert "books" in found.locator("#answer table").inner_text()
    assert found.locator(".chart i").count() == 4
    assert not found.locator(".waiting").is_visible()
    assert found.evaluate("document.documentElement.scrollWidth") <= width
    found.get_by_role("link", name="Follow the first figure").click()
    found.locator("details[open]").first.wait_for()
    found.get_by_role("link", name="Overview").click()
    found.get_by_role("link", name="Ask a question").click()
    assert found.get_by_label("A question about payments").is_visible()
    # The icon that browsers ask for is not there.
    assert [one for one in faults if "404" not in one] == []
    assert all(url.startswith(address) for url in asked)
    found.close()
