"""The report shows what gold holds, needs no network, and lets nothing in the data run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.flow.conservation import Audit, Counts, FileCounts
from pipelines.flow.places import PLACES
from pipelines.flow.status import TableStatus
from pipelines.lakehouse import Lakehouse
from pipelines.metrics.shared.catalog import declared
from pipelines.report import cubes, quality, report_files, subject, wording, write_report
from pipelines.report.document import LIBRARY
from pipelines.report.figures import label
from pipelines.report.pages import finance, payments
from pipelines.report.pages import quality as quality_page
from pipelines.report.plots import Plot, called
from pipelines.report.quality import WORDS, Drift, Refused, Trust
from pipelines.settings import load_settings
from tests.pipelines.report.html import HOSTILE, NOW, Page, data

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MEGABYTE = 1_000_000
SUBJECTS = ("index", "finance", "payments", "risk", "identity", "customers", "billing", "quality")
MADE = {*SUBJECTS, "models", "definitions"}


@pytest.fixture(scope="module")
def read(lake: Lakehouse) -> subject.Read:
    found: subject.Read = payments.PAGE.read(lake)
    return found


def shown_days(page: Page) -> tuple[date, date]:
    first, last = (
        date.fromisoformat(str(found["value"])) for tag, found in page.tags if found.get("type") == "date"
    )
    return first, last


def test_there_is_a_page_for_each_subject(written: Path, pages: Mapping[str, Page]) -> None:
    assert pages.keys() == MADE
    assert {file.name for file in written.parent.iterdir()} == {*(f"{name}.html" for name in MADE), LIBRARY}


def test_a_name_of_its_own_is_that_of_the_first_page(written: Path) -> None:
    assert [file.name for file in report_files(written.with_name("mine.html"))][:2] == [
        "mine.html",
        "finance.html",
    ]


def test_the_path_of_the_page_about_payments_is_still_that_page(written: Path) -> None:
    assert next(file.name for file in report_files(written.with_name("payments.html"))) == "index.html"


@pytest.mark.parametrize("name", SUBJECTS)
def test_figures_at_the_top_are_metrics_of_the_days_shown(
    pages: Mapping[str, Page], lake: Lakehouse, name: str
) -> None:
    page = pages[name]
    tiles = [str(found["data-metric"]) for _, found in page.tags if "data-metric" in found]
    assert tiles
    days = "..".join(day.isoformat() for day in shown_days(page)) if "from" in page.texts else None
    [currency, *_] = [*data(page, "currencies"), None]
    for metric in tiles:
        money = declared()[metric].has_money
        where = f"currency = '{currency}'" if money else None
        time = days if "date" in all_tables()[declared()[metric].table].column_names else None
        found = lake.metric(metric, where=where, time=time, immature="mark").collect()
        value = found[0][metric]
        assert wording.figure(declared()[metric], value, currency) in page.texts[f"tile-{metric}"], metric


@pytest.mark.parametrize("name", SUBJECTS)
def test_what_charts_add_up_is_all_that_gold_holds(
    pages: Mapping[str, Page], lake: Lakehouse, name: str
) -> None:
    for key, cube in data(pages[name], "cubes").items():
        metrics = {side.rpartition("_")[0] for side in cube["sums"]}
        plain = [one for one in metrics if not declared()[one].denominator and not declared()[one].has_money]
        for one in plain:
            [[expected]] = lake.metric(one, immature="mark").drop("is_mature").collect()
            assert sum(filter(None, cube["sums"][f"{one}_up"])) == expected, (key, one)


def test_amounts_of_a_currency_are_those_of_gold(pages: Mapping[str, Page], lake: Lakehouse) -> None:
    cube, currencies = (
        data(pages["payments"], "cubes")["gold.payments_daily"],
        data(pages["payments"], "currencies"),
    )
    drawn = dict.fromkeys(currencies, 0)
    for place, minor in zip(cube["currency"], cube["sums"]["captured_minor_up"], strict=True):
        drawn[[*currencies][place]] += minor
    rows = lake.sql(
        "select currency, sum(captured_minor) as minor from gold.payments_daily group by 1"
    ).collect()
    assert drawn == {row["currency"]: row["minor"] for row in rows}


def test_a_table_of_metrics_shows_them(pages: Mapping[str, Page], lake: Lakehouse) -> None:
    shown = pages["index"].table("shown-all-time-by-currency")
    for row in lake.metric("captured_minor", "refund_rate", by="currency", immature="mark").collect():
        code = row["currency"]
        assert wording.amount(row["captured_minor"], code) in shown[code]
        assert wording.figure(declared()["refund_rate"], row["refund_rate"]) in shown[code]


def test_payouts_tie_to_the_balance(pages: Mapping[str, Page], lake: Lakehouse) -> None:
    counted = lake.sql(
        "select currency, sum(payouts_count) as n from gold.balances_daily group by 1"
    ).collect()
    shown = pages["finance"].table("shown-do-payouts-agree-with-the-balance")
    assert {code: cells[1] for code, cells in shown.items()} == {
        row.currency: f"{row.n:,}" for row in counted
    }


def test_every_chart_tells_what_it_shows_and_which_query_gives_it(written: Path) -> None:
    for file in report_files(written):
        html = file.read_text(encoding="utf-8")
        for figure in re.findall(r"<figure.*?</figure>", html, flags=re.DOTALL):
            assert re.search(r'Shows <a href="definitions.html#\w', figure), (file.name, figure[:200])
            assert re.search(r"<code>vermeil (metric|sql) ", figure), (file.name, figure[:200])
        for tile in re.findall(r'<div class="tile" .*?</details>', html, flags=re.DOTALL):
            assert "<code>vermeil metric " in tile


def test_every_link_leads_somewhere(pages: Mapping[str, Page]) -> None:
    anchors = {name: {found["id"] for _, found in page.tags if "id" in found} for name, page in pages.items()}
    for name, page in pages.items():
        for tag, found in page.tags:
            if tag == "a":
                file, _, anchor = str(found["href"]).partition("#")
                to = file.removesuffix(".html") or name
                assert to in pages
                assert not anchor or anchor in anchors[to], (name, found)


def test_an_id_is_of_one_element(pages: Mapping[str, Page]) -> None:
    for name, page in pages.items():
        ids = [found["id"] for _, found in page.tags if "id" in found]
        assert sorted(ids) == sorted(set(ids)), name


def test_pages_need_no_network_and_stay_small(written: Path, pages: Mapping[str, Page]) -> None:
    for file in report_files(written):
        page, html = pages[file.stem], file.read_text(encoding="utf-8")
        assert {found["src"] for _, found in page.tags if "src" in found} <= {LIBRARY}
        assert "default-src 'none'" in html
        assert len(html) < 2 * MEGABYTE


def test_only_scripts_of_the_page_and_the_library_may_run(written: Path) -> None:
    for file in report_files(written):
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', file.read_text(encoding="utf-8"))
        assert policy
        scripts = policy.group(1).split("script-src ")[1].split()
        assert [one for one in scripts if not one.startswith("'sha256-")] in ([], ["'self'", "file:"])


def test_same_data_and_clock_make_the_same_bytes(written: Path, lake: Lakehouse, tmp_path: Path) -> None:
    again = write_report(lake, tmp_path / written.name, NOW)
    for one, other in zip(report_files(written), report_files(again), strict=True):
        assert one.read_text(encoding="utf-8") == other.read_text(encoding="utf-8")


def test_an_empty_lakehouse_gives_pages_that_say_so(spark: SparkSession, tmp_path: Path) -> None:
    with Lakehouse(load_settings({"home": tmp_path}), all_tables(), spark) as lakehouse:
        files = report_files(write_report(lakehouse, tmp_path / "index.html", NOW))
    for file in files:
        if file.stem in SUBJECTS:
            assert "Nothing to show yet" in file.read_text(encoding="utf-8")


def test_many_rows_become_longer_periods_and_add_up_to_the_same(
    lake: Lakehouse, read: subject.Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    captured = declared()["captured_minor"]
    [by_day] = cubes.read_cubes(lake, (), (captured,), read.accounts).values()
    days = (by_day.rows["period"].min(), by_day.rows["period"].max())
    for limit, grain in ((len(by_day.rows) - 1, "week"), (0, "year")):
        monkeypatch.setattr(cubes, "ROWS", limit)
        [cube] = cubes.read_cubes(lake, (), (captured,), read.accounts).values()
        assert cube.grain == grain
        assert cube.total(captured, *days, "USD") == by_day.total(captured, *days, "USD")
    monkeypatch.setattr(cubes, "READ_ROWS", 1)
    [cube] = cubes.read_cubes(lake, (), (captured,), read.accounts).values()
    assert cube.total(captured, date.min, date.max, "USD") == by_day.total(captured, *days, "USD")


def test_values_beyond_those_shown_are_one(lake: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.report.plots.SERIES", 2)
    plot = Plot("Payments", ("payments_count",), by="currency", form="bars")
    [cube] = cubes.read_cubes(lake, (plot,), (), ()).values()
    assert cube.values[-1] == "other"
    assert len(cube.values) == 2
    [[expected]] = lake.metric("payments_count").collect()
    assert cube.rows["payments_count_up"].sum() == expected


def test_accounts_beyond_those_that_can_be_chosen_count_in_all(
    lake: Lakehouse, read: subject.Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "SHOWN_ACCOUNTS", 1)
    fewer = payments.PAGE.read(lake)
    assert fewer.accounts == read.accounts[:1]
    html = payments.PAGE.render(fewer, NOW, [])
    assert f"The 1 largest of {len(read.accounts)} accounts can be chosen; all are counted." in html
    name = "gold.payments_daily"
    sums = [found.cubes[name].rows["captured_minor_up"].sum() for found in (fewer, read)]
    assert sums[0] == sums[1]


@pytest.mark.parametrize(
    ("metrics", "more", "said"),
    [
        (("payments_count", "dispute_rate"), {}, "one table and one unit"),
        (("customers_count",), {}, "may not be added up"),
        (("payments_count",), {"by": "network"}, "is asked by account, currency"),
        (("payments_count", "attempts_count"), {"by": "currency"}, "one metric by currency"),
        (("payments_count",), {"form": "values"}, "of which dimension"),
    ],
)
def test_a_chart_that_would_be_wrong_is_refused(
    metrics: tuple[str, ...], more: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Plot("Payments", metrics, **more)


def test_names_are_written_as_people_do() -> None:
    assert called(declared()["visa_vamp_rate"]) == "Visa VAMP rate"
    assert called(declared()["three_d_secure_attempts_count"]) == "3D Secure attempts"
    assert called(declared()["chargebacks_minor"]) == "Chargebacks amount"
    assert called(declared()["net_sales_minor"]) == "Net sales"


@pytest.mark.parametrize(
    ("metric", "value", "said"),
    [
        ("refund_rate", 0.0123, "1.23 %"),
        ("refund_rate", 0.5, "50.0 %"),
        ("net_revenue_rate", -0.5, "−50.0 %"),
        ("payments_count", 12345, "12,345"),
        ("captured_minor", 1234567, "12,345.67 USD"),
        ("average_wait_seconds", 90, "90 s"),
        ("average_wait_seconds", 7200, "2.0 h"),
        ("average_wait_seconds", 259_200, "3.0 days"),
        ("refund_rate", None, "–"),
    ],
)
def test_figures_are_read_by_their_unit(metric: str, value: float | None, said: str) -> None:
    assert wording.figure(declared()[metric], value, "USD") == said


def test_text_from_data_never_becomes_markup(read: subject.Read, lake: Lakehouse) -> None:
    def page(account: str, text: str, reason: str) -> str:
        shown = {
            key: replace(cube, values=tuple(text for _ in cube.values)) for key, cube in read.cubes.items()
        }
        of_payments = payments.PAGE.render(
            replace(read, accounts=(account, *read.accounts[1:]), cubes=shown), NOW, []
        )
        trust = Trust(
            [TableStatus(reason, 1, 0, NOW)],
            [Refused(reason, reason, 3)],
            [Drift(reason, reason, "–", 3, reason)],
            counted(),
        )
        of_quality = replace(quality_page.PAGE.read(lake), special=[trust])
        books: subject.Read = finance.PAGE.read(lake)
        listed = {name: [{"object_id": text}] for name in books.listed}
        return "".join(
            (
                of_payments,
                quality_page.PAGE.render(of_quality, NOW, []),
                finance.PAGE.render(replace(books, listed=listed), NOW, []),
            )
        )

    hostile, clean = page(HOSTILE, HOSTILE, HOSTILE), page("acct_1", "none", "r")
    assert HOSTILE not in hostile
    assert [tag for tag, _ in Page(hostile).tags] == [tag for tag, _ in Page(clean).tags]
    assert HOSTILE in {row[0] for row in Page(hostile).tables["quarantine"]}
    assert label("a<b>&c") == "a&lt;b&gt;&amp;c"


def test_tables_are_listed_with_rows_and_versions(pages: Mapping[str, Page], lake: Lakehouse) -> None:
    shown = pages["quality"].table("tables")
    assert set(shown) == set(lake.tables)
    assert shown["gold.payments_daily"][0] == f"{lake.table('gold.payments_daily').count():,}"
    assert shown["gold.payments_daily"][1] == str(lake.history("gold.payments_daily", 1)[0].version)


def test_every_place_of_a_record_has_its_words() -> None:
    assert tuple(WORDS) == PLACES


def test_the_audit_adds_up_to_the_records(pages: Mapping[str, Page], lake: Lakehouse) -> None:
    drawn = pages["quality"].figures["audit"]["views"][""]["data"][0]["x"]
    assert sum(drawn) == lake.table("bronze.records").count()


def test_what_is_wrong_is_said() -> None:
    states = [
        TableStatus("silver.charges", 5, 3, NOW - timedelta(hours=5), passed=7, failed=2),
        TableStatus("silver.reviews"),
    ]
    unbalanced = Audit(Counts(records=5, current=4), (FileCounts(records=5, current=4),), 4)
    found = {part.name: part for part in quality.show(Trust(states, [], [], unbalanced), NOW)}
    assert [row[0] for row in found["tables"].rows] == ["silver.charges", "silver.reviews"]
    assert found["tables"].rows[0][-1].text == "2 of 9 failed"
    assert found["tables"].rows[1][1:] == ("0", "–", "never", "–", "–")
    assert "They do not add up to the 5 records" in found["audit"].text
    [failing] = quality.failing(states[:1], NOW)
    assert [row[0] for row in failing.rows] == ["silver.charges"]


def test_how_old_the_data_is_is_said() -> None:
    [fresh] = quality.fresh({"Last day": date(2026, 7, 31), "Published": NOW - timedelta(minutes=5)}, NOW)
    assert fresh.rows == [("Last day", "2026-07-31", "1 day"), ("Published", "2026-08-01 11:55", "5 min")]


def counted() -> Audit:
    return Audit(Counts(records=1, current=1), (FileCounts(records=1, current=1),), 1)
