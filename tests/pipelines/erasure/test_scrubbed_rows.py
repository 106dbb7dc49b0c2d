"""What is left of a good record is a good record still: forgetting a person sends nothing to quarantine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.privacy.records import scrubbed
from pipelines.silver.shared.build import parse
from pipelines.sources.mapping import stripe
from pipelines.table import Table
from tests.frames import KEY, of_type, read_lines, rows
from tests.stripe_tables import STRIPE_TABLES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("table", STRIPE_TABLES, ids=lambda table: table.short_name)
def test_a_scrubbed_object_keeps_the_contract(
    spark: SparkSession, stripe_fixtures: dict[str, Any], tmp_path: Path, table: Table
) -> None:
    fixture = json.dumps(stripe_fixtures[str(table.object_type)])
    records = read_lines(tmp_path, {"left.ndjson": [scrubbed(fixture, "object", table.object_type)]})
    (found,) = rows(parse(of_type(spark, records, table.object_type), table, stripe(), KEY))
    assert found["fault"] is None
    own = stripe_fixtures[str(table.object_type)]
    assert found[table.key[-1]] == own.get("id", found["version_id"])  # a balance has none
