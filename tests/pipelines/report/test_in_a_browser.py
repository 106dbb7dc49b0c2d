"""The pages as a browser draws them: on a phone, on a desk, and where the window gets its width late."""

from __future__ import annotations

import re
import shlex
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.lakehouse import Lakehouse
from pipelines.metrics.shared.catalog import declared
from pipelines.report import report_files, wording, write_report
from pipelines.report.models.page import render
from tests.pipelines.report.html import NOW
from tests.pipelines.report.model_facts import facts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]

PHONE, DESK = 400, 1440

OVERFLOWING = """() => [...document.querySelectorAll("figure")].flatMap((card) => {
  const edge = card.getBoundingClientRect();
  const drawn = [...card.querySelectorAll(".main-svg, .main-svg text")].map((part) => part.getBoundingClientRect());
  const over = drawn.filter((part) => part.width && (part.right > edge.right || part.left < edge.left));
  return over.length ? [`${card.querySelector(".plot").id}: ${over.length} parts`] : [];
})"""

SHOWN = "() => [...document.querySelectorAll('.plot:not([hidden]) .main-svg')].length"


@pytest.fixture(scope="module")
def pages(lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of a small archive, and models that were made up: so short a one trains none."""
    files = report_files(write_report(lake, tmp_path_factory.mktemp("pages") / "index.html", NOW))
    found = {file.stem: file for file in files}
    found["models"].write_text(render(facts(), NOW), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def opened(browser: Browser, page: Path, width: int, **how: Any) -> Page:
    """A page when it has just been drawn; what goes wrong in it goes wrong in the test."""
    found = browser.new_page(viewport={"width": width, "height": 850}, **how)
    faults: list[str] = []
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    found.goto(page.as_uri(), wait_until="load")
    found.wait_for_timeout(50)
    assert faults == []
    return found


def seen(page: Page) -> None:
    """Let all of a page come near, so that all of it is drawn."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for place in range(0, height, 800):
        page.evaluate(f"scrollTo(0, {place})")
        page.wait_for_timeout(10)


def tile(page: Page, metric: str) -> str:
    return page.locator(f"#tile-{metric} .value").inner_text()


@pytest.mark.parametrize(
    ("width", "how"),
    [(PHONE, {}), (PHONE, {"is_mobile": True, "has_touch": True}), (DESK, {})],
    ids=["narrow", "phone", "desk"],
)
def test_charts_fit_their_cards_from_the_first_drawing_on(
    browser: Browser, pages: dict[str, Path], width: int, how: dict[str, Any]
) -> None:
    for page in pages.values():
        found = opened(browser, page, width, **how)
        seen(found)
        if page.stem in ("finance", "payments", "risk", "models"):
            assert found.evaluate(SHOWN) > 5
        assert found.evaluate(OVERFLOWING) == []
        assert found.evaluate("document.documentElement.scrollWidth") <= width
        found.close()


def test_a_card_keeps_its_height_when_it_comes_near(browser: Browser, pages: dict[str, Path]) -> None:
    """Otherwise what is below moves away from under a pointer that is about to press it."""
    heights = "[...document.querySelectorAll('figure')].map((card) => card.getBoundingClientRect().height)"
    for page in pages.values():
        found = opened(browser, page, DESK)
        before = found.evaluate(heights)
        seen(found)
        assert found.evaluate(heights) == before, page.stem
        found.close()


def until(page: Page, expression: str) -> None:
    """Wait until it holds. Not by the page's own means: its policy forbids to evaluate text."""
    end = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)


def test_charts_follow_their_cards_where_no_window_tells_of_it(
    browser: Browser, pages: dict[str, Path]
) -> None:
    """As where a window gets its width after the first drawing, which Chromium does when it is told one by itself."""
    found = opened(browser, pages["payments"], DESK)
    found.evaluate("document.querySelector('main').style.width = '800px'")
    until(found, "document.querySelector('#shown-captured .main-svg').clientWidth < 800")
    until(found, f"({OVERFLOWING})().length === 0")
    found.evaluate("document.querySelector('main').style.width = ''")
    until(found, "document.querySelector('#shown-captured .main-svg').clientWidth > 1000")
    found.close()


def test_the_line_of_the_cut_stays_when_its_chart_is_drawn_anew(
    browser: Browser, pages: dict[str, Path]
) -> None:
    found = opened(browser, pages["models"], DESK)
    seen(found)
    line = "document.querySelectorAll('#tradeoff-curve .shapelayer path').length === 1"
    until(found, line)
    found.set_viewport_size({"width": PHONE, "height": 850})
    until(found, "document.querySelector('#tradeoff-curve .main-svg').clientWidth < 400")
    until(found, line)
    found.close()


def test_on_paper_charts_have_the_width_of_paper_and_get_their_own_back(
    browser: Browser, pages: dict[str, Path]
) -> None:
    found = opened(browser, pages["payments"], DESK)
    width = "document.querySelector('#shown-captured .main-svg').clientWidth"
    found.evaluate("dispatchEvent(new Event('beforeprint'))")
    until(found, f"{width} === 660")
    found.evaluate("dispatchEvent(new Event('afterprint'))")
    until(found, f"{width} > 1000")
    found.close()


def test_figures_and_charts_follow_what_is_chosen_as_the_metrics_have_it(
    browser: Browser, pages: dict[str, Path], lake: Lakehouse
) -> None:
    found = opened(browser, pages["payments"], DESK)
    found.select_option("#range", "all")
    found.select_option("#account", "1")
    found.select_option("#currency", "JPY")
    found.fill("#from", found.locator("#from").get_attribute("min") or "")
    account = found.locator("#account option:checked").inner_text()
    for metric in ("captured_minor", "payments_count", "refund_rate", "first_attempt_authorization_rate"):
        one = declared()[metric]
        where = f"account = '{account}'" + (" and currency = 'JPY'" if one.has_money else "")
        [[value]] = lake.metric(metric, where=where, immature="mark").drop("is_mature").collect()
        assert tile(found, metric) == wording.figure(one, value, "JPY")
    found.close()


def test_the_command_below_a_chart_gives_its_figures(
    browser: Browser, pages: dict[str, Path], lake: Lakehouse
) -> None:
    found = opened(browser, pages["payments"], DESK)
    found.select_option("#currency", "EUR")
    for name, metric in (
        ("shown-captured", "captured_minor"),
        ("shown-by-card-network", "authorization_rate"),
    ):
        found.locator(f"#{name}-figures summary").click()
        rows = found.locator(f"#{name}-figures tbody tr")
        until(found, f"document.querySelectorAll('#{name}-figures tbody tr').length > 1")
        shown = {one.locator("th").inner_text(): one.locator("td").first.inner_text() for one in rows.all()}
        words = shlex.split(found.locator(f"#{name}-figures code").inner_text())
        assert words[:3] == ["vermeil", "metric", metric]
        asked = {"--where": None} | dict(zip(words[3::2], words[4::2], strict=True))
        answer = lake.metric(metric, by=asked["--by"], where=asked["--where"], time=asked["--time"]).collect()
        expected = {
            str(row[0]): wording.figure(declared()[metric], row[1], "EUR")
            for row in answer
            if row[1] is not None  # no square, bar or row for a network that decided nothing
        }
        assert {key: said.partition(" of ")[0] for key, said in shown.items()} == expected
    found.close()


def test_what_is_chosen_holds_on_the_next_page(browser: Browser, pages: dict[str, Path]) -> None:
    found = opened(browser, pages["payments"], DESK)
    found.select_option("#account", "2")
    found.fill("#to", found.locator("#from").input_value())
    account = found.locator("#account option:checked").inner_text()
    found.get_by_role("link", name="Finance", exact=True).click()
    until(
        found,
        "document.querySelector('h1').textContent === 'Finance' && document.querySelector('#range').value === 'own'",
    )
    assert found.locator("#account option:checked").inner_text() == account
    assert found.locator("#to").input_value() == found.locator("#from").input_value()
    found.close()


def test_a_keyboard_gets_to_the_content_and_to_what_can_be_chosen(
    browser: Browser, pages: dict[str, Path]
) -> None:
    found = opened(browser, pages["finance"], DESK)
    found.keyboard.press("Tab")
    assert found.evaluate("document.activeElement.textContent") == "To the content"
    found.keyboard.press("Enter")
    found.keyboard.press("Tab")
    assert found.evaluate("document.activeElement.id") == "range"
    found.keyboard.press("ArrowDown")
    until(found, "document.querySelector('#range').value === '365'")
    assert found.evaluate(
        "[...document.querySelectorAll('.plot')].every((plot) => plot.getAttribute('aria-label'))"
    )
    found.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(browser: Browser, pages: dict[str, Path], scheme: Any) -> None:
    found = opened(browser, pages["index"], DESK, color_scheme=scheme)
    lightness = """(name) => {
      const at = getComputedStyle(document.body)[name].match(/\\d+/g).map((part) => (part / 255) ** 2.2);
      return 0.2126 * at[0] + 0.7152 * at[1] + 0.0722 * at[2]; }"""
    low, high = sorted((found.evaluate(lightness, "color"), found.evaluate(lightness, "backgroundColor")))
    assert (high + 0.05) / (low + 0.05) > 7
    found.close()


def test_without_the_library_figures_stand_and_it_is_said(
    browser: Browser, pages: dict[str, Path], tmp_path: Path
) -> None:
    alone = tmp_path / "payments.html"
    alone.write_text(pages["payments"].read_text(encoding="utf-8"), encoding="utf-8")
    found = browser.new_page()
    found.goto(alone.as_uri(), wait_until="load")
    assert found.locator("#no-library").is_visible()
    assert re.search(r"\d", tile(found, "captured_minor"))
    found.close()
