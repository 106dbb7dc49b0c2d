"""The notebooks run from the top on a lakehouse that VERMEIL_HOME names, and their answers are right."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

from pipelines.base.money import to_major
from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
ANSWERS = {
    "data": """{
        "balanced": audited.balanced,
        "records": audited.total.records,
        "cell": cell.captured_minor,
        "charges": int(charges["amount_captured_minor"].sum()),
        "found": found,
    }""",
    "finance": """{
        "gross_sales": {name: str(sum(group)) for name, group in earned.groupby("currency")["gross_sales"]},
        "payouts": dict(zip(payouts["currency"] + " " + payouts["status"], map(int, payouts["payouts"]))),
        "objects": int(matched["objects"].sum()),
    }""",
    "growth": """{
        "customers": int(segments["known_customers_count"].sum()),
        "value": int(segments["lifetime_value_minor"].sum()),
        "cohorts": len(grid),
        "closing": int(recurring["closing_minor"].sum()),
        "failed": int(dunning["failed_invoices_count"].sum()),
    }""",
    "payments": """{
        "attempts": int(countries["card_attempts_count"].sum()),
        "declined": int(reasons["declined_attempts_count"].sum()),
        "retries": int(retries["retries_after_decline_count"].sum()),
        "false": int(false_declines["false_declines_count"].sum()),
    }""",
    "risk": """{
        "lines": sorted(set(lines["programme"])),
        "scores": [int(one) for one in scores["risk_score"]],
        "points": int(scores[points].sum().sum()),
        "disputes": int(disputes["disputes_by_reason_count"].sum()),
        "due": len(due),
    }""",
}
"""What a notebook is asked when it has run, in its own words."""


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def answered(request: pytest.FixtureRequest, home: Path) -> tuple[str, dict[str, Any]]:
    """The name of a notebook, and its answers."""
    name = request.param.stem
    notebook = nbformat.read(request.param, as_version=4)
    asked = f'import json\nprint("answers " + json.dumps({ANSWERS[name]}))'
    last = next(n for n, cell in enumerate(notebook.cells) if cell.source == "home.close()")
    notebook.cells.insert(last, nbformat.v4.new_code_cell(asked))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VERMEIL_HOME", str(home))
        patch.delenv("VERMEIL_LAKEHOUSE", raising=False)
        patch.delenv("VERMEIL_RAW", raising=False)
        where = {"metadata": {"path": str(request.param.parents[1])}}
        NotebookClient(notebook, timeout=240, kernel_name="python3", resources=where).execute()
    printed = "".join(output.get("text", "") for output in notebook.cells[last].outputs)
    found: dict[str, Any] = json.loads(printed.removeprefix("answers "))
    return name, found


def test_its_answers_are_right(answered: tuple[str, dict[str, Any]], home: Path, spark: SparkSession) -> None:
    name, answers = answered
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        RIGHT[name](answers, lake)


def test_every_notebook_is_asked_something() -> None:
    assert {path.stem for path in NOTEBOOKS} == set(ANSWERS) == set(RIGHT)


def _data(answers: dict[str, Any], lake: Lakehouse) -> None:
    assert answers["balanced"]
    assert answers["records"] == lake.table("bronze.records").count()
    assert answers["cell"] == answers["charges"] > 0
    assert answers["found"]


def _finance(answers: dict[str, Any], lake: Lakehouse) -> None:
    sales = lake.table("silver.balance_transactions").filter("reporting_category = 'charge'")
    rows = sales.groupBy("currency").agg({"amount_minor": "sum"}).collect()
    assert answers["gross_sales"] == {row[0]: str(to_major(row[1], row[0])) for row in rows}
    payouts = lake.table("silver.payouts").groupBy("currency").count().collect()
    counted: dict[str, int] = {}
    for what, count in answers["payouts"].items():
        counted[what.split()[0]] = counted.get(what.split()[0], 0) + count
    assert counted == {row[0]: row[1] for row in payouts}
    assert answers["objects"] == lake.table("gold.three_way_reconciliation").count() > 0


def _payments(answers: dict[str, Any], lake: Lakehouse) -> None:
    attempts = lake.table("silver.charges").filter(
        "coalesce(livemode, true) and payment_method_type in ('card', 'card_present', 'interac_present')"
    )
    assert answers["attempts"] == attempts.count()
    assert (
        answers["declined"]
        == lake.sql("select sum(declines_count) from gold.decline_reasons").collect()[0][0]
    )
    assert 0 < answers["retries"] < answers["declined"] < answers["attempts"]
    assert 0 < answers["false"] < answers["declined"]


def _growth(answers: dict[str, Any], lake: Lakehouse) -> None:
    customers = lake.table("gold.customers_overview").filter("customer_id <> 'unknown'")
    assert answers["customers"] == customers.count() > 0
    kept = lake.sql("""
        select sum(captured_minor) - sum(refunded_minor) - sum(disputed_minor)
        from gold.customers_overview where customer_id <> 'unknown'
    """).collect()[0][0]
    assert answers["value"] == kept
    assert answers["cohorts"] > 0
    worth = lake.sql("select sum(closing_minor) from gold.subscription_items_mrr_monthly").collect()[0][0]
    assert answers["closing"] == worth
    assert answers["failed"] == lake.table("gold.dunning").filter("failed_attempts_count > 0").count()


def _risk(answers: dict[str, Any], lake: Lakehouse) -> None:
    assert {"ECM", "VAMP"} <= set(answers["lines"])
    assert sum(answers["scores"]) == answers["points"]
    assert all(0 <= score <= 100 for score in answers["scores"])
    assert answers["disputes"] == lake.table("silver.disputes").filter("coalesce(livemode, true)").count()
    assert answers["due"] <= answers["disputes"]


RIGHT: dict[str, Callable[[dict[str, Any], Lakehouse], None]] = {
    "data": _data,
    "finance": _finance,
    "growth": _growth,
    "payments": _payments,
    "risk": _risk,
}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert not [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")]
