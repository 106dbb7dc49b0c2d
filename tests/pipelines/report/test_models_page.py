"""The page about models says what there is, adds nothing to it, and lets nothing in the data run."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from pipelines.base.money import to_major
from pipelines.report.figures import Link
from pipelines.report.models import uncertainty
from pipelines.report.models.cards import blocks
from pipelines.report.models.facts import ModelFacts
from pipelines.report.models.page import render
from pipelines.tasks.fraud import TASK
from tests.pipelines.report.html import HOSTILE, Page
from tests.pipelines.report.model_facts import CARD, FIRST, LATELY, REFERENCES, facts

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PAGES = (Link("Payments report", "payments.html"), Link("Fraud models", "models.html"))


@pytest.fixture(scope="module")
def html() -> str:
    return render(facts(), NOW, PAGES)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_every_section_is_there_with_its_figures(page: Page) -> None:
    headings = {found.get("id") for tag, found in page.tags if tag == "h2"}
    assert headings == {
        "key-figures", "tradeoffs", "performance", "calibration", "drift", "reasons", "decisions", "history",
    }  # fmt: skip
    places = {found["id"] for tag, found in page.tags if "plot" in (found.get("class") or "").split()}
    assert places == set(page.figures)
    ids = [found["id"] for _, found in page.tags if "id" in found]
    assert len(ids) == len(set(ids))


def test_versions_are_listed_with_counts_and_what_was_decided(page: Page) -> None:
    serving, shadow = (page.table("versions")[version.name] for version in facts().versions)
    assert serving[0] == "serving"
    assert shadow[0] == "shadow"
    assert serving[4] == "46 of 4,210"
    assert page.table("promotions")[facts().versions[1].name][:2] == [
        "not promoted",
        "not better by the margin",
    ]


def test_the_table_of_the_slider_is_that_of_the_cut_which_costs_least(page: Page) -> None:
    rows = facts().tradeoffs
    first = rows[(rows["model_version"] == facts().versions[0].name) & (rows["currency"] == "JPY")]
    cheapest = first.loc[first["cost_minor"].idxmin()]
    shown = page.table("cuts")["JPY"]
    assert shown[0] == f"{cheapest['caught_fraud_count']:,}"
    assert shown[-1] == f"{to_major(int(cheapest['cost_minor']), 'JPY'):,}"
    [slider] = [found for tag, found in page.tags if tag == "input"]
    assert slider["value"] == str(cheapest["cut_score"])


def test_the_slider_has_whole_numbers_for_every_cut_of_every_version_and_currency(page: Page) -> None:
    found = json.loads(page.texts["cuts-data"].split("\n")[0])
    assert found["exponents"] == {"JPY": 0, "USD": 2}
    assert {len(of["caught_fraud_minor"]) for one in found["versions"].values() for of in one.values()} == {
        101
    }
    assert set(found["versions"]) == {"0", "1"}


def test_what_has_moved_most_comes_first_with_its_reading_and_its_unknown_values(page: Page) -> None:
    listed = page.table("drift-columns-listed")
    assert list(listed) == ["card_declines_1h", "amount", "probability"]
    index = REFERENCES["card_declines_1h"].stability_index(LATELY["card_declines_1h"])
    assert listed["card_declines_1h"] == [f"{index:.2f}", "shifted", "", "", "1.0 %", "10.0 %"]
    assert listed["amount"][1] == "stable"
    shares = [found["aria-label"] for tag, found in page.tags if tag == "svg"]
    assert shares[:2] == ["90 %, 8 %, 1 %", "30 %, 50 %, 10 %"]


def test_drift_is_drawn_for_the_versions_that_have_it(page: Page) -> None:
    views = {name: page.figures[name]["views"] for name in ("drift-columns", "drift-over-time")}
    assert {name: list(found) for name, found in views.items()} == {name: ["0"] for name in views}
    [points] = views["drift-columns"]["0"]["data"]
    assert points["marker"]["color"] == ["bad", "c1", "c1"]
    assert {line["x0"] for line in views["drift-columns"]["0"]["layout"]["shapes"]} == {0.1, 0.25}
    assert [line["name"] for line in views["drift-over-time"]["0"]["data"]][-1] == "probability"
    then, now = page.figures["drift-probability"]["views"]["0"]["data"]
    assert (then["y"], now["y"]) == ([0.4, 0.3, 0.3], [0.41, 0.3, 0.29])


def test_matured_figures_end_where_a_window_has_a_label_that_has_not(page: Page) -> None:
    given = facts()
    young = given.performance["label_maturity"].eq("matured") & (
        given.performance["date"] > FIRST + timedelta(30)
    )
    fewer = given.performance.assign(
        payments_count=given.performance["payments_count"].where(
            ~young, given.performance["payments_count"] - 1
        )
    )
    lines = Page(render(replace(given, performance=fewer), NOW)).figures["auc"]["views"][""]["data"]
    solid = [line for line in lines if line["line"].get("dash") == "solid"]
    assert {line["x"][-1] for line in solid} == {str(FIRST + timedelta(30))}


def test_the_page_needs_no_network_and_links_to_the_other(html: str, page: Page) -> None:
    linked = [found for _, found in page.tags if "src" in found or str(found.get("href", "#"))[0] != "#"]
    others = [found for found in linked if not str(found.get("href")).startswith("definitions.html#")]
    assert others == [{"href": "payments.html"}, {"src": "plotly.min.js"}]
    assert "default-src 'none'" in html


def test_without_a_model_the_page_says_so_and_how_to_get_one() -> None:
    html = render(ModelFacts(TASK), NOW, PAGES)
    assert "No model yet" in html
    assert "vermeil train" in html
    assert len(html) < 20_000


def test_without_a_model_rules_are_shown_all_the_same() -> None:
    page = Page(render(ModelFacts(TASK, decisions=facts().decisions, decided=facts().decided), NOW))
    assert page.table("decided")["stolen_cards"][0] == "review"


def test_a_version_that_has_scored_nothing_yet_is_shown() -> None:
    page = Page(render(ModelFacts(TASK, versions=facts().versions), NOW))
    assert set(page.table("versions")) == {version.name for version in facts().versions}
    assert page.figures["auc"]["views"] == {}


def test_text_from_data_never_becomes_markup(page: Page) -> None:
    given = facts()
    serving = replace(given.versions[0], family=HOSTILE, reason=HOSTILE, card=CARD + HOSTILE)
    hostile = replace(
        given,
        versions=(serving, *given.versions[1:]),
        reasons=given.reasons.assign(top_reason=HOSTILE),
        decisions=given.decisions.assign(decided_by=HOSTILE),
        merchants=given.merchants.assign(account=HOSTILE),
        drift=given.drift.assign(column_name=HOSTILE),
        moves=given.moves.assign(column_name=HOSTILE),
    )
    html = render(hostile, NOW, PAGES)
    assert HOSTILE not in html
    tags = [tag for tag, _ in Page(html).tags]
    assert [tag for tag in tags if tag in ("script", "img")] == [
        tag for tag, _ in page.tags if tag in ("script", "img")
    ]
    charts = ("top-reasons", "drift-columns")
    labels = [text for name in charts for text in Page(html).figures[name]["views"]["0"]["data"][0]["y"]]
    assert not [text for text in labels if "<" in text]


def test_a_card_is_read_as_headings_tables_and_lists() -> None:
    assert [(block.kind, block.text, list(map(list, block.rows))) for block in blocks(CARD)] == [
        ("text", "How likely a payment is fraud.", []),
        ("table", "", [["family", "xgboost"], ["features", "48"]]),
        ("heading", "Limits", []),
        ("list", "", [["It knows the past only."]]),
    ]


def test_intervals_are_wider_the_fewer_frauds_there_are() -> None:
    assert uncertainty.of_rate(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    few, many = uncertainty.of_auc(0.9, 5, 1000), uncertainty.of_auc(0.9, 500, 1000)
    assert few
    assert many
    assert few[0] < many[0] < 0.9 < many[1] < few[1]
    assert uncertainty.of_auc(0.9, 0, 10) is None
    assert uncertainty.of_rate(0.0, 0) is None
    assert uncertainty.of_auc(1.0, 1, 1000) == pytest.approx((0.2065, 1.0), abs=1e-4)


def test_empty_frames_are_what_a_version_without_scores_has() -> None:
    assert ModelFacts(TASK).of(pd.DataFrame(), facts().versions[0]).empty
