"""The report shows what gold holds, needs no network, and lets nothing in the data run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.base.money import exponent, to_major
from pipelines.catalog import all_tables
from pipelines.flow.conservation import Audit, Counts, FileCounts
from pipelines.flow.places import PLACES
from pipelines.flow.status import TableStatus
from pipelines.lakehouse import Lakehouse
from pipelines.report import write_report
from pipelines.report.facts import OTHERS, Facts, read_facts
from pipelines.report.figures import label, percent
from pipelines.report.headline import DAYS
from pipelines.report.payments import Shown, render
from pipelines.report.quality import WORDS, Drift, Refused
from pipelines.settings import load_settings
from tests.pipelines.report.html import HOSTILE, Page

if TYPE_CHECKING:
    from pyspark.sql import Row, SparkSession

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
MEGABYTE = 1_000_000
ALWAYS = (
    "captured",
    "payments",
    "given-back",
    "authorization-rate",
    "by-network",
    "declines",
    "dispute-rate",
    "audit",
)
"""Charts that any archive with card payments fills."""


@pytest.fixture(scope="module")
def lake(home: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lakehouse:
        yield lakehouse


@pytest.fixture(scope="module")
def written(lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(lake, tmp_path_factory.mktemp("report") / "new" / "payments.html", NOW)


@pytest.fixture(scope="module")
def html(written: Path) -> str:
    return written.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


@pytest.fixture(scope="module")
def facts(lake: Lakehouse) -> Facts:
    found = read_facts(lake)
    assert found
    return found


def rows(lake: Lakehouse, query: str) -> list[Row]:
    return list(lake.sql(query).collect())


def first_day(lake: Lakehouse) -> date:
    last: date = rows(lake, "select max(date) from gold.payments_daily")[0][0]
    return last - timedelta(days=DAYS - 1)


def test_money_is_shown_per_currency_as_gold_holds_it(page: Page, lake: Lakehouse) -> None:
    recent = f"case when date >= date '{first_day(lake)}' then captured_minor else 0 end"
    gold = rows(
        lake,
        f"select currency, sum({recent}) as recent, sum(captured_minor) as ever from gold.payments_daily group by 1",
    )
    shown = {code: (cells[0], cells[-1]) for code, cells in page.table("money").items()}
    assert shown == {
        row.currency: (
            f"{to_major(row.recent, row.currency):,.{exponent(row.currency)}f}",
            f"{to_major(row.ever, row.currency):,.{exponent(row.currency)}f}",
        )
        for row in gold
    }


def test_tiles_are_sums_over_gold(page: Page, lake: Lakehouse) -> None:
    since = f"where date >= date '{first_day(lake)}'"
    payments = rows(lake, f"select sum(payments_count) from gold.payments_daily {since}")[0][0]
    good, bad = rows(
        lake,
        f"select sum(authorized_count), sum(issuer_declined_count) from gold.authorizations_daily {since} "
        "and attempt_number = 1",
    )[0]
    raised, captured = rows(
        lake,
        f"select sum(chargebacks_count), sum(cohort_captured_count) from gold.disputes_daily {since} "
        "and network <> 'none'",
    )[0]
    assert f"{payments:,}" in page.texts["tile-payments"]
    assert percent(good, good + bad) in page.texts["tile-first-attempts"]
    assert percent(raised, captured, 2) in page.texts["tile-dispute-rate-recent"]


def test_every_section_is_there_with_its_figures(page: Page) -> None:
    headings = {found.get("id") for tag, found in page.tags if tag == "h2"}
    assert headings == {"key-figures", "volume", "authorization", "disputes", "balance", "quality"}
    places = {found["id"] for tag, found in page.tags if "plot" in (found.get("class") or "").split()}
    assert places == set(page.figures)
    assert [name for name in ALWAYS if not page.figures[name]["views"]] == []


def test_volume_of_each_currency_is_that_of_gold(page: Page, lake: Lakehouse) -> None:
    views = page.figures["captured"]["views"]
    for row in rows(
        lake, "select currency, sum(captured_minor) as minor from gold.payments_daily group by 1"
    ):
        drawn = sum(views[f"0/{row.currency}"]["data"][0]["y"]) if row.minor else 0
        assert drawn == pytest.approx(float(to_major(row.minor, row.currency)))


def test_accounts_add_up_to_all_accounts(page: Page) -> None:
    def total(key: str) -> int:
        return sum(sum(trace["y"]) for trace in page.figures["payments"]["views"][key]["data"])

    keys = list(page.figures["payments"]["views"])
    assert total("0") == sum(total(key) for key in keys if key != "0")


def test_authorization_rate_by_network_is_that_of_gold(page: Page, lake: Lakehouse) -> None:
    trace = page.figures["by-network"]["views"]["0"]["data"][0]
    counted = rows(
        lake,
        "select network, sum(authorized_count) as good, sum(authorized_count + issuer_declined_count) as every "
        "from gold.authorizations_daily group by 1",
    )
    expected = {row.network: row.good / row.every for row in counted if row.every}
    assert dict(zip(trace["y"], trace["x"], strict=True)) == pytest.approx(expected, abs=1e-6)


def test_issuer_declines_add_up_to_those_of_gold(page: Page, lake: Lakehouse) -> None:
    drawn = sum(page.figures["declines"]["views"]["0"]["data"][0]["x"])
    assert drawn == rows(lake, "select sum(issuer_declined_count) from gold.authorizations_daily")[0][0]


def test_payouts_tie_to_the_balance(page: Page, lake: Lakehouse) -> None:
    counted = rows(lake, "select currency, sum(payouts_count) as n from gold.balances_daily group by 1")
    assert {code: cells[1] for code, cells in page.table("ties").items()} == {
        r.currency: f"{r.n:,}" for r in counted
    }


def test_tables_are_listed_with_rows_and_versions(page: Page, lake: Lakehouse) -> None:
    shown = page.table("tables")
    assert set(shown) == set(lake.tables)
    assert shown["gold.payments_daily"][0] == f"{lake.table('gold.payments_daily').count():,}"
    assert shown["gold.payments_daily"][1] == str(lake.history("gold.payments_daily", 1)[0].version)


def test_every_place_of_a_record_has_its_words() -> None:
    assert tuple(WORDS) == PLACES


def test_the_audit_adds_up_to_the_records(page: Page, lake: Lakehouse) -> None:
    assert sum(page.figures["audit"]["views"][""]["data"][0]["x"]) == lake.table("bronze.records").count()


def test_the_page_needs_no_network_and_stays_small(html: str, page: Page) -> None:
    linked = [found for _, found in page.tags if "src" in found or str(found.get("href", "#"))[0] != "#"]
    assert linked == [{"href": "models.html"}]
    assert len(html.encode()) < 6 * MEGABYTE
    assert "default-src 'none'" in html


def test_same_data_and_clock_make_the_same_bytes(html: str, lake: Lakehouse, tmp_path: Path) -> None:
    assert write_report(lake, tmp_path / "again.html", NOW).read_text(encoding="utf-8") == html


def test_text_from_data_never_becomes_markup(facts: Facts) -> None:
    renamed = hostile(facts)
    states = [TableStatus(HOSTILE, 1, 0, NOW)]
    drifted = [Drift(HOSTILE, HOSTILE, "–", 3, HOSTILE)]
    plain = [Drift("charge.foo", "new field", "–", 3, "string of 3")]
    html = render(Shown(renamed, states, [Refused(HOSTILE, HOSTILE, 3)], empty_audit(), drifted), NOW)
    clean = render(
        Shown(facts, [TableStatus("t", 1, 0, NOW)], [Refused("t", "r", 3)], empty_audit(), plain), NOW
    )
    assert HOSTILE not in html
    assert [tag for tag, _ in Page(html).tags] == [tag for tag, _ in Page(clean).tags]
    assert HOSTILE in {row[0] for row in Page(html).tables["quarantine"]}
    assert HOSTILE in {row[0] for row in Page(html).tables["drift"]}
    assert HOSTILE in Page(html).texts["account"]


def test_labels_in_charts_are_free_of_markup(facts: Facts) -> None:
    figures = Page(render(Shown(hostile(facts), [], [], empty_audit()), NOW)).figures
    drawn = figures["declines"]["views"]["0"]["data"][0]["y"]
    assert drawn
    assert not [text for text in drawn if re.search("[<>]", text)]
    assert label("a<b>&c") == "a&lt;b&gt;&amp;c"


def test_what_is_wrong_is_said(facts: Facts) -> None:
    states = [
        TableStatus("silver.charges", 5, 3, NOW - timedelta(hours=5), passed=7, failed=2),
        TableStatus("silver.reviews"),
    ]
    unbalanced = Audit(Counts(records=5, current=4), (FileCounts(records=5, current=4),), 4)
    page = Page(render(Shown(facts, states, [], unbalanced), NOW))
    assert page.table("tables")["silver.charges"][-2:] == ["5 h", "2 of 9 failed"]
    assert page.table("tables")["silver.reviews"] == ["0", "–", "never", "–", "–"]
    assert "the audit does not balance" in page.texts["tile-records"]


def test_only_scripts_of_the_page_may_run(html: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    scripts = policy.group(1).split("script-src ")[1]
    assert re.fullmatch(r"'sha256-\S+' 'sha256-\S+'", scripts)


def test_an_empty_lakehouse_gives_a_page_that_says_so(spark: SparkSession, tmp_path: Path) -> None:
    with Lakehouse(load_settings({"home": tmp_path}), all_tables(), spark) as lakehouse:
        html = write_report(lakehouse, tmp_path / "payments.html", NOW).read_text(encoding="utf-8")
    assert "Nothing to show yet" in html
    assert len(html) < MEGABYTE


def test_accounts_beyond_those_that_can_be_chosen_count_in_all(
    lake: Lakehouse, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.report.facts.SHOWN_ACCOUNTS", 1)
    fewer = read_facts(lake)
    assert fewer
    assert fewer.accounts == facts.accounts[:1]
    assert OTHERS in set(fewer.payments["account"])
    assert fewer.payments["captured_minor"].sum() == facts.payments["captured_minor"].sum()


def hostile(facts: Facts) -> Facts:
    """The same facts with an account and decline reasons that try to break out of the page."""
    first = facts.accounts[0]

    def renamed(frame: Any) -> Any:
        return frame.replace({"account": {first: HOSTILE}})

    declines = renamed(facts.declines)
    return replace(
        facts,
        accounts=(HOSTILE, *facts.accounts[1:]),
        payments=renamed(facts.payments),
        attempts=renamed(facts.attempts),
        dimensions={name: renamed(frame) for name, frame in facts.dimensions.items()},
        declines=declines.assign(value=HOSTILE + declines["value"]),
        blocks=renamed(facts.blocks),
        disputes=renamed(facts.disputes),
        balances=renamed(facts.balances),
        programmes=renamed(facts.programmes),
        differences=renamed(facts.differences),
    )


def empty_audit() -> Audit:
    return Audit(Counts(), (), 0)
