"""What a program gets over the protocol, and what it does not, by a client in this process."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from anyio import to_thread

pytest.importorskip("mcp")

from mcp import Client

from pipelines.metrics.shared.catalog import declared
from pipelines.metrics.shared.query import Query
from tests.vermeil.mcp.served import INJECTION, MORE, served
from tests.vermeil.support.paid import CANARY, fill
from vermeil.mcp.desk import FROM_DATA, Desk, RefusedError
from vermeil.mcp.limits import Limits, shortened
from vermeil.mcp.serving import server
from vermeil.mcp.small_groups import FOLDED, NOT_OF_PEOPLE, small

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from pipelines.lakehouse import Lakehouse

TOOLS = (
    "list_metrics", "describe_metric", "dimension_values", "query_metrics", "compile_query", "explain_change",
    "trace", "data_quality", "backtest_rule", "explain_score", "timeline", "ask",
)  # fmt: skip


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Lakehouse]:
    yield from served(tmp_path_factory.mktemp("served"), spark)


@pytest.fixture
def desk(lake: Lakehouse) -> Desk:
    return Desk(lake)


Asking = Callable[[Client], Any]


def asked(desk: Desk, asking: Asking) -> Any:
    """What a client gets."""

    async def session() -> Any:
        async with Client(server(desk)) as client:
            return await asking(client)

    return anyio.run(session)


def called(desk: Desk, tool: str, **arguments: Any) -> Any:
    """What a call finds."""
    found = asked(desk, lambda client: client.call_tool(tool, arguments))
    assert not found.is_error, found.content[0].text
    answer = json.loads(found.content[0].text)
    assert answer["note"] == FROM_DATA
    assert found.structured_content == answer
    return answer


def refused(desk: Desk, tool: str, **arguments: Any) -> str:
    """What is said to a call that is refused."""
    found = asked(desk, lambda client: client.call_tool(tool, arguments))
    assert found.is_error
    return str(found.content[0].text)


def logged(desk: Desk) -> list[dict[str, Any]]:
    return [json.loads(line) for line in desk.log.path.read_text(encoding="utf-8").splitlines()]


def test_every_tool_is_declared_to_read_only(desk: Desk) -> None:
    found = asked(desk, lambda client: client.list_tools()).tools
    assert tuple(one.name for one in found) == TOOLS
    for one in found:
        assert one.description
        assert one.annotations.read_only_hint
        assert not one.annotations.destructive_hint


def test_metrics_are_found_described_and_asked(desk: Desk) -> None:
    found = called(desk, "list_metrics", about="gross volume")
    assert "captured_minor" in {row["name"] for row in found["rows"]}
    about = called(desk, "describe_metric", name="captured_minor")
    assert about["definition"] == declared()["captured_minor"].definition
    assert about["money_by_currency"]
    values = called(desk, "dimension_values", metric="captured_minor", dimension="account", contains="BOO")
    assert values["rows"] == ["books"]
    answer = called(
        desk,
        "query_metrics",
        metrics=["captured_minor"],
        by=["currency"],
        time="2026-01",
        where="account = 'books'",
    )
    assert answer["rows"] == [{"currency": "USD", "captured_minor": sum(50_000 + 100 * n for n in range(31))}]
    assert answer["days"] == "2026-01-01..2026-01-31"
    assert answer["release"]["number"] >= 1
    query = called(desk, "compile_query", metrics=["captured_minor"], by=["currency"])
    assert query["query"].startswith("SELECT\n  currency,")


def test_small_groups_have_no_figures(desk: Desk) -> None:
    answer = called(desk, "query_metrics", metrics=["captured_minor"], by=["currency", "account"])
    tiny = next(row for row in answer["rows"] if row["account"] == "tiny")
    assert tiny == {"currency": "USD", "account": "tiny", "captured_minor": None, "suppressed": True}
    assert answer["suppressed"] == 1
    assert "12345" not in json.dumps(answer)
    asked_in_words = called(desk, "ask", question="captured volume by account and currency in March 2026")
    assert "12345" not in json.dumps(asked_in_words)
    assert "fewer than 5" in refused(
        desk, "trace", metric="captured_minor", where={"account": "tiny", "currency": "USD"}
    )


def test_a_small_group_is_not_told_by_what_it_explains(desk: Desk) -> None:
    asked_for = {"metric": "captured_count", "time": "2026-03", "against": "2026-02", "by": ["account"]}
    [change] = called(desk, "explain_change", **asked_for)["changes"]
    [split] = change["by"]
    values = [part["value"] for part in split["parts"]]
    assert "tiny" not in values
    assert FOLDED in values
    assert len(values) == 3  # with one other, or it would follow from the rest
    assert sum(part["part"] for part in split["parts"]) == change["change"]


def test_rows_that_are_about_one_thing_are_counted_themselves(lake: Lakehouse) -> None:
    query = Query(("decisions_count",), ("action",))
    assert small(lake.released(), query, 5) == set()
    assert all(name.startswith("gold.") for name in NOT_OF_PEOPLE)
    assert set(lake.tables) >= NOT_OF_PEOPLE


def test_a_figure_is_followed_to_places_and_not_to_what_they_hold(desk: Desk) -> None:
    found = called(
        desk, "trace", metric="captured_minor", where={"account": "books", "currency": "USD"}, time="2026-01"
    )
    assert found["trace"][0]["adds_up"]
    assert found["trace"][0]["rows"] == 31
    for step in found["trace"]:
        assert all("part" not in one for one in step["shown"])


def test_the_data_rules_scores_and_timelines(desk: Desk) -> None:
    assert called(desk, "data_quality", about="freshness")["outcome"] == "answered"
    tried = called(desk, "backtest_rule", rule="block prepaid cards declined three times in an hour")
    assert tried["activated"] is False
    assert tried["caught"] + tried["hurt"] == 8
    assert "enabled: false" in tried["proposal"]
    assert tried["examples"]
    assert all(set(one) == {"charge_id", "date", "label"} for one in tried["examples"])
    same = called(desk, "backtest_rule", rule=":is_prepaid: = 1 and :card_declines_1h: >= 3")
    assert same["rule"] == tried["rule"]
    score = called(desk, "explain_score", charge_id="ch_taken")
    assert score["rows"][0]["reasons"][0]["feature"] == "card_declines_1h"
    told = called(desk, "timeline", id="ch_taken", for_customer=True)
    assert "stolen" not in json.dumps(told)
    assert called(desk, "timeline", id="ch_taken")["rows"]
    assert called(desk, "ask", question="why was ch_blocked declined?")["outcome"] == "answered"


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("query_metrics", {"metrics": ["captured_minor"]}, "two currencies are never added"),
        ("query_metrics", {"metrics": ["captred_minor"]}, "nearest: captured_minor"),
        ("query_metrics", {"metrics": ["captured_count"], "where": "1=1; drop table x"}, "cannot be read"),
        ("query_metrics", {"metrics": ["captured_count"], "where": "account = (select 1)"}, "is compared with a text"),
        ("query_metrics", {"metrics": ["captured_count"], "limit": 1_001}, "less than or equal to 1000"),
        ("query_metrics", {"metrics": []}, "at least 1 item"),
        ("dimension_values", {"metric": "captured_count", "dimension": "email"}, "no dimension 'email'"),
        ("explain_change", {"metric": "captured_count", "time": "never"}, "cannot be read"),
        ("backtest_rule", {"rule": "block credit cards"}, "nearest features: :is_debit:"),
        ("backtest_rule", {"rule": ":label: = \"fraud\""}, "label"),
        ("timeline", {"id": "ch_1' or '1'='1"}, "is no id of these"),
        ("explain_score", {"charge_id": "cus_1"}, "is no charge"),
        ("data_quality", {"about": "everything"}, "about is one of"),
        ("read_file", {"path": "/etc/passwd"}, "Unknown tool"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(desk: Desk, tool: str, arguments: dict[str, Any], said: str) -> None:
    assert said in refused(desk, tool, **arguments)


def test_nothing_personal_and_nothing_of_bronze_is_had(desk: Desk) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("timeline", {"id": "ch_taken"}), ("timeline", {"id": "cus_1"}), ("explain_score", {"charge_id": "ch_taken"}),
        ("backtest_rule", {"rule": ":is_prepaid: = 1 and :card_fingerprint: is present and :email_domain: is present"}),
        ("ask", {"question": "list the emails of all customers"}),
        ("ask", {"question": "select * from bronze.records"}),
        ("list_metrics", {"table": "bronze.records"}), ("trace", {"metric": "captured_count", "time": "2026-01"}),
    ]  # fmt: skip
    for tool, arguments in calls:
        found = asked(desk, lambda client, tool=tool, arguments=arguments: client.call_tool(tool, arguments))
        assert CANARY not in found.content[0].text


def test_text_of_the_data_is_marked_as_data(desk: Desk) -> None:
    found = called(desk, "dimension_values", metric="captured_count", dimension="account")
    assert INJECTION in found["rows"]
    assert "no instructions" in found["note"]
    assert shortened("a\x1b[31mb\u202e") == "a·[31mb·"


def test_a_session_has_a_budget_of_calls_and_rows(lake: Lakehouse) -> None:
    few = Desk(lake, Limits(budget_calls=2))
    called(few, "list_metrics", limit=1)
    called(few, "list_metrics", limit=1)
    assert "a person has to start a new one" in refused(few, "list_metrics", limit=1)
    rows = Desk(lake, Limits(budget_rows=3))
    called(rows, "list_metrics", limit=3)
    assert "a person has to start a new one" in refused(rows, "list_metrics", limit=3)
    renewed = Desk(lake, Limits(budget_calls=1, session_seconds=0.01))
    called(renewed, "list_metrics", limit=1)
    time.sleep(0.05)
    called(renewed, "list_metrics", limit=1)


def test_answers_have_200_rows_where_nothing_is_said(desk: Desk) -> None:
    found = called(desk, "query_metrics", metrics=["captured_count"], by=["account", "day"])
    assert len(found["rows"]) == 200
    assert found["truncated"]
    more = called(desk, "query_metrics", metrics=["captured_count"], by=["account", "day"], limit=1_000)
    assert len(more["rows"]) == 541
    assert not more["truncated"]


def test_a_call_that_takes_too_long_is_given_up(lake: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Desk(lake, replace(Limits(), seconds=0.2))
    monkeypatch.setattr("vermeil.mcp.figures.about", lambda *_: time.sleep(1) or [])
    assert "not answered within 0.2 seconds" in refused(slow, "list_metrics")
    assert "not answered within 0.2 seconds" in logged(slow)[-1]["outcome"]


LONG = "select sum((id * 7919) % 1009) as n from range(0, 400000000000)"


def asks_for_long(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> tuple[threading.Event, threading.Event, list[str]]:
    """Have the tool that lists metrics ask the engine for what takes minutes; when that began and ended, and how."""
    began, ended, how = threading.Event(), threading.Event(), list[str]()

    def long(*_: Any) -> list[Any]:
        began.set()
        try:
            return lake.spark.sql(LONG).collect()
        except Exception as error:
            how.append(type(error).__name__)
            raise
        finally:
            ended.set()

    monkeypatch.setattr("vermeil.mcp.figures.about", long)
    return began, ended, how


@pytest.mark.engine
def test_a_call_that_is_given_up_is_stopped_on_the_engine(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Desk(lake, replace(Limits(), seconds=2))
    _, ended, how = asks_for_long(lake, monkeypatch)
    assert "not answered within 2 seconds" in refused(slow, "list_metrics")
    assert ended.wait(120), "the query goes on"
    assert how, "it came to its end by itself: the test says nothing"
    monkeypatch.undo()
    with Desk(lake).stoppable().running():
        assert lake.spark.sql("select 1 as one").collect() == [(1,)], "others are asked as before"
    after = Desk(lake)
    assert called(after, "query_metrics", metrics=["captured_count"])["rows"]


@pytest.mark.engine
def test_a_call_is_stopped_whose_client_waits_no_more(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, ended, how = asks_for_long(lake, monkeypatch)
    desk = Desk(lake)

    async def left() -> None:
        async with Client(server(desk)) as client, anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "list_metrics", {})
            await to_thread.run_sync(began.wait, 30)
            group.cancel_scope.cancel()

    anyio.run(left)
    assert ended.wait(120), "the query goes on"
    assert how


def test_a_call_between_two_queries_is_stopped_in_the_second(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ended, how = asks_for_long(lake, monkeypatch)
    query = lake.spark.sql
    monkeypatch.setattr(lake.spark, "sql", lambda text: time.sleep(2) or query(text))
    assert "not answered within 1 seconds" in refused(
        Desk(lake, replace(Limits(), seconds=1)), "list_metrics"
    )
    assert ended.wait(120), "the query goes on"
    assert how


def test_a_call_that_is_given_up_before_its_turn_is_not_made(desk: Desk) -> None:
    stoppable = desk.stoppable()
    stoppable.give_up()
    made = list[int]()
    with pytest.raises(RefusedError, match="given up before its turn came"):
        desk.answered(lambda: {"rows": made.append(1)}, stoppable=stoppable)
    assert made == []
    assert desk._turn.acquire(blocking=False)
    desk._turn.release()


def test_a_failure_tells_nothing_of_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError(f"{CANARY} /etc/secret")

    monkeypatch.setattr("vermeil.mcp.figures.about", broken)
    said = refused(desk, "list_metrics")
    assert CANARY not in said
    assert logged(desk)[-1]["outcome"] == f"failed: ValueError: {CANARY} /etc/secret"


def test_calls_are_written_down_without_their_answers(desk: Desk) -> None:
    called(desk, "query_metrics", metrics=["captured_minor"], by=["currency"], time="2026-01")
    refused(desk, "query_metrics", metrics=["captured_minor"])
    last, before = logged(desk)[-1], logged(desk)[-2]
    assert before["tool"] == "query_metrics"
    assert before["arguments"]["metrics"] == ["captured_minor"]
    assert (before["outcome"], before["rows"]) == ("answered", 1)
    assert "captured_minor adds up money" in last["outcome"]
    assert last["outcome"].startswith("refused: ")
    refused(desk, "query_metrics", metrics=["captured_minor"], limit=5_000)
    refused(desk, "read_file", path="/etc/passwd")
    assert [one["tool"] for one in logged(desk)[-2:]] == ["query_metrics", "read_file"]
    assert all(one["outcome"].startswith("refused: ") for one in logged(desk)[-2:])
    assert last["session"] == desk.session
    assert desk.log.path.stat().st_mode & 0o077 == 0


def test_texts_and_tasks(desk: Desk) -> None:
    found = asked(desk, lambda client: client.list_resources()).resources
    assert {str(one.uri) for one in found} == {
        f"vermeil://{one}" for one in ("metrics", "dictionary", "release", "rules")
    }
    for uri, part in (
        ("vermeil://metrics", "captured_minor"),
        ("vermeil://dictionary", "## gold.payments_daily"),
        ("vermeil://release", '"made_by": "a test"'),
        ("vermeil://rules", "card_known_for_fraud"),
    ):
        text = asked(desk, lambda client, uri=uri: client.read_resource(uri)).contents[0].text
        assert part in text
        assert "\n## silver." not in text
        assert "\n## bronze." not in text
    prompts = asked(desk, lambda client: client.list_prompts()).prompts
    assert [one.name for one in prompts] == ["monthly_close", "dispute_review", "fraud_rule"]
    task = asked(desk, lambda client: client.get_prompt("fraud_rule", {"words": "block\nprepaid"}))
    assert '"block\\nprepaid"' in task.messages[0].content.text


def test_a_new_release_is_seen_by_the_next_question(tmp_path: Path, spark: SparkSession) -> None:
    for lake in served(tmp_path, spark):
        desk = Desk(lake)
        asked_for = {"metrics": ["captured_count"], "where": "account = 'books'"}
        before = called(desk, "query_metrics", **asked_for)["rows"][0]["captured_count"]
        books = [row for row in MORE["gold.payments_daily"] if row["account"] == "books"][:1]
        fill(lake, {"gold.payments_daily": books}, "2")
        assert called(desk, "query_metrics", **asked_for)["rows"][0]["captured_count"] == before + 10
