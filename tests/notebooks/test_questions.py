"""The notebook runs from the top on a lakehouse that VERMEIL_HOME names, and its answers are right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "questions.ipynb"
ANSWERS = """
import json
print("answers " + json.dumps({
    "captured": dict(zip(taken["currency"], map(int, taken["captured_minor"]))),
    "declined": int(retries["declined"].sum()),
    "tried_again": int(retries["tried_again"].sum()),
    "recovered": int(retries["recovered"].sum()),
    "programmes": sorted(set(standing["programme"])),
    "days_apart": int(ties["days_apart"].sum()),
    "payouts": int(ties["payouts"].sum()),
    "balanced": audited.balanced,
    "records": audited.total.records,
    "cell": cell.captured_minor,
    "charges": int(charges["amount_captured_minor"].sum()),
    "found": found,
}))
"""


@pytest.fixture(scope="module")
def answers(home: Path) -> dict[str, Any]:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(ANSWERS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VERMEIL_HOME", str(home))
        patch.delenv("VERMEIL_LAKEHOUSE", raising=False)
        patch.delenv("VERMEIL_RAW", raising=False)
        where = {"metadata": {"path": str(NOTEBOOK.parents[1])}}
        NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
    printed = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    found: dict[str, Any] = json.loads(printed.removeprefix("answers "))
    return found


@pytest.fixture(scope="module")
def lake(home: Path, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": home}), all_tables(), spark)


def test_what_was_taken_is_what_silver_captured(answers: dict[str, Any], lake: Lakehouse) -> None:
    captured = lake.table("silver.charges").filter("coalesce(livemode, true) and status = 'succeeded'")
    rows = captured.groupBy("currency").agg({"amount_captured_minor": "sum"}).collect()
    assert answers["captured"] == {row[0]: row[1] for row in rows}


def test_declined_first_attempts_are_those_of_gold(answers: dict[str, Any], lake: Lakehouse) -> None:
    firsts = lake.table("gold.authorizations_daily").filter("attempt_number = 1")
    with_intents = lake.table("silver.charges").filter(
        "payment_intent_id is null and is_issuer_declined and coalesce(livemode, true)"
    )
    declined = firsts.agg({"issuer_declined_count": "sum"}).collect()[0][0] - with_intents.count()
    assert answers["declined"] == declined
    assert 0 < answers["recovered"] <= answers["tried_again"] <= answers["declined"]


def test_accounts_are_measured_against_both_programmes(answers: dict[str, Any]) -> None:
    assert answers["programmes"] == ["ECM", "VAMP"]


def test_payouts_reconcile_with_the_balance(answers: dict[str, Any]) -> None:
    assert answers["payouts"] > 0
    assert answers["days_apart"] == 0


def test_every_record_is_accounted_for(answers: dict[str, Any], lake: Lakehouse) -> None:
    assert answers["balanced"]
    assert answers["records"] == lake.table("bronze.records").count()


def test_a_number_is_traced_to_a_line_of_a_raw_file(answers: dict[str, Any]) -> None:
    assert answers["cell"] == answers["charges"] > 0
    assert answers["found"]


def test_the_notebook_is_committed_without_outputs() -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    assert not [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")]
