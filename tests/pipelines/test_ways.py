"""That each kind of table says how it moves, and each engine what it does differently."""

from __future__ import annotations

from typing import get_args

import pytest

from pipelines.catalog import all_tables
from pipelines.delta.engine import engine_of
from pipelines.flow.ways import WAYS
from pipelines.settings import load_settings
from pipelines.table import Kind


def test_every_kind_of_table_has_a_way_and_every_way_a_table() -> None:
    assert set(WAYS) == set(get_args(Kind)) == {table.kind for table in all_tables().values()}


@pytest.mark.parametrize(
    ("engine", "kind", "here"),
    [("embedded", "sail", True), ("spark", "spark", False), ("sc://somewhere:15002", "spark", False)],
)
def test_an_engine_is_found_by_what_the_setting_says(engine: str, kind: str, here: bool) -> None:
    found = engine_of(load_settings({"engine": engine}))
    assert (found.kind, found.reads_here, found.plans_in_parts) == (kind, here, here)
