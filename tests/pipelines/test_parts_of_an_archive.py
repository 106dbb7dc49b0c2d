"""Archives that hold objects of a few kinds alone, as other people's do, go through every table."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from expectations import validate
from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow.refresh import refresh
from pipelines.flow.steps import Run
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.slow, pytest.mark.engine]

PARTS = {
    "payments": {"charge"},
    "claims": {"charge", "refund", "dispute", "radar.early_fraud_warning"},
    "ledger": {"balance_transaction", "payout"},
    "billing": {"customer", "subscription", "invoice", "invoiceitem", "price", "product"},
    "accounts": {
        "account", "capability", "person", "transfer", "application_fee", "identity.verification_session",
        "identity.verification_report",
    },
    "orders": {"checkout.session", "payment_intent", "setup_intent", "payment_method"},
}  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("parts")
    simulate(
        Simulation(seed=3, days=8, payments_per_day=15, accounts=2, dirt=False), home / "raw", home / "truth"
    )
    return home / "raw"


def documents(archive: Path) -> Iterator[dict[str, Any]]:
    for file in sorted((archive / "events").rglob("*.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def kind(document: dict[str, Any]) -> str:
    found = document["data"]["object"] if document.get("object") == "event" else document
    return str(found.get("object"))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_an_archive_goes_through_every_table(
    archive: Path, tmp_path: Path, spark: SparkSession, part: str
) -> None:
    found = [document for document in documents(archive) if kind(document) in PARTS[part]]
    assert len(found) > 3
    file = tmp_path / "raw" / "export.ndjson"
    file.parent.mkdir()
    file.write_text("".join(json.dumps(document) + "\n" for document in found), encoding="utf-8")
    with Lakehouse(load_settings({"home": tmp_path}), all_tables(), spark) as lake:
        outcomes = list(refresh(lake, Run(file.parent, validate, sweep)))
        assert [one for one in outcomes if one.status in ("refused", "skipped")] == []
        assert lake.count("bronze.records") == len(found)
        assert list(refresh(lake, Run(file.parent, validate, sweep)))
