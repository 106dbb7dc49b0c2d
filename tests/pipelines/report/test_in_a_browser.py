"""The pages as a browser draws them: on a phone, on a desk, and where the window gets its width late."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.report import report_files, write_report
from pipelines.report.models.page import render
from pipelines.settings import load_settings
from tests.pipelines.report.model_facts import facts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pyspark.sql import SparkSession

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]

PHONE, DESK = 400, 1440
NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)

OVERFLOWING = """() => [...document.querySelectorAll("figure")].flatMap((card) => {
  const edge = card.getBoundingClientRect();
  const drawn = [...card.querySelectorAll(".main-svg, .main-svg text")].map((part) => part.getBoundingClientRect());
  const over = drawn.filter((part) => part.width && (part.right > edge.right || part.left < edge.left));
  return over.length ? [`${card.querySelector(".plot").id}: ${over.length} parts`] : [];
})"""

SHOWN = "() => [...document.querySelectorAll('.plot:not([hidden]) .main-svg')].length"


@pytest.fixture(scope="module")
def pages(home: Path, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The payments of a small archive, and models that were made up: so short a one trains none."""
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        payments, models = report_files(write_report(lake, tmp_path_factory.mktemp("pages") / "p.html", NOW))
    models.write_text(render(facts(), NOW), encoding="utf-8")
    return [payments, models]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def opened(browser: Browser, page: Path, width: int, **how: Any) -> Page:
    """A page when it has just been drawn."""
    found = browser.new_page(viewport={"width": width, "height": 850}, **how)
    found.goto(page.as_uri(), wait_until="domcontentloaded")
    return found


@pytest.mark.parametrize(
    ("width", "how"),
    [(PHONE, {}), (PHONE, {"is_mobile": True, "has_touch": True}), (DESK, {})],
    ids=["narrow", "phone", "desk"],
)
def test_charts_fit_their_cards_from_the_first_drawing_on(
    browser: Browser, pages: list[Path], width: int, how: dict[str, Any]
) -> None:
    for page in pages:
        found = opened(browser, page, width, **how)
        assert found.evaluate(SHOWN) > 5
        assert found.evaluate(OVERFLOWING) == []
        assert found.evaluate("document.documentElement.scrollWidth") <= width
        found.close()


def until(page: Page, expression: str) -> None:
    """Wait until it holds. Not by the page's own means: its policy forbids to evaluate text."""
    end = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)


def test_charts_follow_their_cards_where_no_window_tells_of_it(browser: Browser, pages: list[Path]) -> None:
    """As where a window gets its width after the first drawing, which Chromium does when it is told one by itself."""
    found = opened(browser, pages[0], DESK)
    found.evaluate("document.querySelector('main').style.width = '800px'")
    until(found, "document.querySelector('#captured .main-svg').clientWidth < 800")
    until(found, f"({OVERFLOWING})().length === 0")
    found.evaluate("document.querySelector('main').style.width = ''")
    until(found, "document.querySelector('#captured .main-svg').clientWidth > 1000")
    found.close()


def test_the_line_of_the_cut_stays_when_its_chart_is_drawn_anew(browser: Browser, pages: list[Path]) -> None:
    found = opened(browser, pages[1], DESK)
    line = "document.querySelectorAll('#tradeoff-curve .shapelayer path').length === 1"
    until(found, line)
    found.set_viewport_size({"width": PHONE, "height": 850})
    until(found, "document.querySelector('#tradeoff-curve .main-svg').clientWidth < 400")
    until(found, line)
    found.close()


def test_on_paper_charts_have_the_width_of_paper_and_get_their_own_back(
    browser: Browser, pages: list[Path]
) -> None:
    found = opened(browser, pages[0], DESK)
    width = "document.querySelector('#captured .main-svg').clientWidth"
    found.evaluate("dispatchEvent(new Event('beforeprint'))")
    until(found, f"{width} === 660")
    found.evaluate("dispatchEvent(new Event('afterprint'))")
    until(found, f"{width} > 1000")
    found.close()
