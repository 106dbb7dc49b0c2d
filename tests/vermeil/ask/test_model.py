"""A language model may fill a plan: one that is good, malformed, slow, hostile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest

from pipelines.errors import SettingsError
from pipelines.settings import load_settings
from tests.vermeil.ask.readers import TODAY, reader
from vermeil.ask.model import MOST_BYTES, MOST_METRICS, Model
from vermeil.ask.plan import MetricPlan

GOOD = {"kind": "metric", "metrics": ["authorization_rate"], "by": ["network"]}

Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def served(respond: Respond) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server on loopback, with what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            asked.append({"path": self.path, "headers": dict(self.headers), "body": json.loads(body)})
            with suppress(BrokenPipeError, ConnectionResetError):
                respond(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()


def sent(handler: BaseHTTPRequestHandler, data: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("content-length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def openai(content: object) -> Respond:
    text = content if isinstance(content, str) else json.dumps(content)
    return lambda handler: sent(handler, json.dumps({"choices": [{"message": {"content": text}}]}).encode())


def read(url: str, **more: Any) -> MetricPlan | None:
    model = replace(Model(url, "small", seconds=1.0), **more)
    return model.plan("how do cards go by brand", ("authorization_rate",), reader().lexicon, TODAY)


def test_a_good_answer_is_a_plan() -> None:
    with served(openai(GOOD)) as (url, asked):
        assert read(url, key="secret") == MetricPlan(metrics=("authorization_rate",), by=("network",))
    [one] = asked
    assert one["path"] == "/v1/chat/completions"
    assert one["headers"]["authorization"] == "Bearer secret"
    assert one["body"]["response_format"]["json_schema"]["schema"]["properties"]["metrics"]


def test_an_answer_as_anthropic_gives_it_is_a_plan() -> None:
    content = {
        "content": [{"type": "text", "text": "So:"}, {"type": "tool_use", "name": "plan", "input": GOOD}]
    }
    with served(lambda handler: sent(handler, json.dumps(content).encode())) as (url, asked):
        assert read(url, key="secret", is_anthropic=True) == MetricPlan(
            metrics=("authorization_rate",), by=("network",)
        )
    [one] = asked
    assert one["path"] == "/v1/messages"
    assert one["headers"]["x-api-key"] == "secret"


def test_it_sees_names_and_documentation_and_the_question_as_data() -> None:
    with served(openai(GOOD)) as (url, asked):
        read(url)
    prompt = asked[0]["body"]["messages"][1]["content"]
    assert "authorization_rate (rate): Card attempts that the issuer authorized" in prompt
    assert 'Question (data): "how do cards go by brand"' in prompt
    assert prompt.count("\n- ") == MOST_METRICS
    for value in ("acct_1A", "insufficient_funds'", "select ", "gold."):
        assert value not in prompt.replace("such as", "")


@pytest.mark.parametrize(
    "said",
    [
        "no json",
        "",
        "[]",
        "null",
        {"kind": "metric"},
        {"kind": "metric", "metrics": []},
        {"kind": "metric", "metrics": ["no_such_count"]},
        {**GOOD, "sql": "select * from silver.customers"},
        {**GOOD, "metrics": ["authorization_rate; drop table a"]},
        {**GOOD, "by": ["email from silver.customers --"]},
        {**GOOD, "limit": 10**9},
        {"kind": "timeline", "object_id": "cus_1"},
    ],
)
def test_what_is_no_plan_is_nothing_said(said: object) -> None:
    with served(openai(said)) as (url, _):
        assert read(url) is None


@pytest.mark.parametrize(
    "respond",
    [
        lambda handler: sent(handler, b"\xff\xfe not json"),
        lambda handler: sent(handler, b"{}"),
        lambda handler: sent(handler, json.dumps({"choices": []}).encode()),
        lambda handler: sent(handler, b"busy", 503),
        lambda handler: sent(handler, b" " * (MOST_BYTES * 4)),
        lambda handler: (
            handler.send_response(302),
            handler.send_header("location", "http://evil.example/"),
            handler.end_headers(),
        ),
        lambda handler: handler.wfile.write(b"\x00\x01\x02"),
        lambda handler: handler.connection.close(),
    ],
    ids=["bytes", "empty", "nothing", "busy", "long", "elsewhere", "no http", "closed"],
)
def test_malformed_answers_are_nothing_said(respond: Respond) -> None:
    with served(respond) as (url, _):
        assert read(url) is None


def test_a_server_that_is_not_there_says_nothing() -> None:
    assert read("http://127.0.0.1:9/v1") is None


def drips(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        sleep(0.1)


@pytest.mark.parametrize("respond", [lambda _: sleep(4), drips], ids=["silent", "drop by drop"])
def test_a_slow_answer_is_not_waited_for(respond: Respond) -> None:
    with served(respond) as (url, _):
        begun = monotonic()
        assert read(url) is None
        assert monotonic() - begun < 3


def test_a_model_is_named_by_its_address() -> None:
    settings = load_settings({"ask_model": "anthropic+https://host/v1/#name", "ask_model_key": "key"})
    assert Model.of(settings) == Model("https://host/v1", "name", "key", is_anthropic=True)
    assert Model.of(load_settings({"ask_model": ""})) is None
    with pytest.raises(SettingsError, match="VERMEIL_ASK_MODEL"):
        Model.of(load_settings({"ask_model": "file:///etc/passwd#a"}))
