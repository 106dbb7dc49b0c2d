"""What has a history is parsed once a run for both tables, and both are as if each had parsed it by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import objects as flow_objects
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.silver.shared import build
from tests.frames import CREATED, Json, event

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

BRONZE, BASE, HISTORY = "bronze.records", "silver.subscriptions", "silver.subscription_history"


def subscription(status: str, currency: str = "usd") -> Json:
    return {
        "id": "sub_1", "object": "subscription", "created": CREATED, "status": status, "currency": currency,
        "customer": "cus_1", "items": {"object": "list", "data": []},
    }  # fmt: skip


EVENTS = [
    event(subscription("trialing"), "customer.subscription.created", CREATED, "evt_1"),
    event(subscription("active"), "customer.subscription.updated", CREATED + 9, "evt_2"),
    event(subscription("active", "no currency"), "customer.subscription.updated", CREATED + 20, "evt_3"),
]


def put(lake: Lakehouse, name: str, documents: Sequence[Json]) -> None:
    lake.settings.raw_dir.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    (lake.settings.raw_dir / name).write_text(lines, encoding="utf-8")


@pytest.fixture
def lake(tmp_path: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    with Lakehouse(load_settings({"home": tmp_path}), all_tables(), spark) as lake:
        yield lake


def run(lake: Lakehouse, *only: str, **more: Any) -> None:
    given = flow.Run(lake.settings.raw_dir, accept_all, sweep, only=only, **more)
    assert not [outcome for outcome in flow.refresh(lake, given) if outcome.failed]


def rows(lake: Lakehouse, name: str) -> list[str]:
    return sorted(map(str, lake.table(name).toArrow().to_pylist()))


@contextmanager
def parsings(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    done: list[str] = []
    for name in ("build", "parse"):
        real = getattr(build, name)

        def counted(*given: Any, real: Any = real, name: str = name, **how: Any) -> Any:
            done.append(name)
            return real(*given, **how)

        monkeypatch.setattr(flow_objects, name, counted)
    yield done


def test_both_tables_are_made_of_one_parsing(lake: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    put(lake, "events.ndjson", EVENTS)
    with parsings(monkeypatch) as done:
        run(lake, BRONZE, BASE, HISTORY, "silver.quarantine")
    assert done == ["parse"]
    together = {name: rows(lake, name) for name in (BASE, HISTORY, "silver.quarantine")}
    assert list(map(len, together.values())) == [1, 2, 1]
    assert not [path for path in (Path(lake.uri) / "_staging").rglob("*") if path.is_file()]
    with parsings(monkeypatch) as done:
        run(lake, BASE, full=[BASE])
        run(lake, HISTORY, full=[HISTORY])
    assert done == ["build", "parse"]
    assert {name: rows(lake, name) for name in together} == together


def test_what_was_parsed_before_a_refusal_is_not_taken_for_what_comes_later(lake: Lakehouse) -> None:
    put(lake, "a.ndjson", EVENTS[:1])
    run(lake, BRONZE, BASE)
    put(lake, "b.ndjson", EVENTS[1:2])
    run(lake, BRONZE, BASE, HISTORY)
    assert len(rows(lake, HISTORY)) == 2


@pytest.mark.parametrize(
    ("most_kept", "parsed"), [(2, ["parse", "parse"]), (1, ["build", "build", "parse", "parse"])]
)
def test_each_group_of_a_load_is_parsed_once_unless_there_are_too_many(
    tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch, most_kept: int, parsed: list[str]
) -> None:
    monkeypatch.setattr(flow_objects, "MOST_KEPT", most_kept)
    # Each file is a batch, and each batch a group.
    settings = load_settings({"home": tmp_path, "batch_bytes": 1})
    with Lakehouse(settings, all_tables(), spark) as lake:
        for number, one in enumerate(EVENTS[:2]):
            put(lake, f"{number}.ndjson", [one])
        given = flow.Run(lake.settings.raw_dir, accept_all, sweep, only=[BRONZE, BASE, HISTORY])
        staged: dict[str, list[set[str]]] = {BASE: [], HISTORY: []}
        with parsings(monkeypatch) as done:
            for outcome in flow.refresh(lake, given):
                if outcome.table in staged:
                    versions = (Path(lake.uri) / "_staging" / f"{HISTORY}.versions").glob("*")
                    staged[outcome.table].append({path.name for path in versions})
        assert done == parsed
        kept = most_kept == 2
        assert staged[BASE] == ([{"0-1"}, {"0-1", "1-2"}] if kept else [set(), set()])
        assert staged[HISTORY] == [{"1-2"} if kept else set(), set()], "what is done with is deleted"
        assert [len(rows(lake, name)) for name in (BASE, HISTORY)] == [1, 2]


def test_of_a_large_load_one_group_of_versions_is_staged_at_a_time(
    tmp_path: Path, spark: SparkSession
) -> None:
    settings = load_settings(
        {"home": tmp_path, "batch_bytes": 1}
    )  # each file is a batch, and each batch a group
    with Lakehouse(settings, all_tables(), spark) as lake:
        for number, one in enumerate(EVENTS[:2]):
            put(lake, f"{number}.ndjson", [one])
        run(lake, BRONZE, BASE)
        given = flow.Run(lake.settings.raw_dir, accept_all, sweep, only=[HISTORY])
        left = []
        for outcome in flow.refresh(lake, given):
            assert outcome.status == "published"
            left.append([path for path in (Path(lake.uri) / "_staging").rglob("*") if path.is_file()])
        assert left == [[], []]
        assert len(rows(lake, HISTORY)) == 2
