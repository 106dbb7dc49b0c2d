"""What PySpark asked a JVM for once is not asked for again; no JVM is needed to say so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from py4j import protocol
from py4j.java_gateway import JavaClass, JavaPackage, JVMView

from pipelines.delta import jvm_view

FUNCTIONS = "org.apache.spark.sql.functions"


class Client:
    """Answers as a JVM would that has one class, with a method and a field that grows."""

    gateway_property = SimpleNamespace(pool=None)
    converters = ()

    def __init__(self) -> None:
        self.asked: list[str] = []

    def send_command(self, command: str) -> str:
        asks, kind, *names = command.split("\n")
        assert asks + "\n" == protocol.REFLECTION_COMMAND_NAME
        self.asked.append(names[1] if kind + "\n" == protocol.REFL_GET_MEMBER_SUB_COMMAND_NAME else names[0])
        if kind + "\n" == protocol.REFL_GET_UNKNOWN_SUB_COMMAND_NAME:
            return protocol.SUCCESS_CLASS + FUNCTIONS if names[0] == "functions" else protocol.SUCCESS_PACKAGE
        if names[1] == "col":
            return protocol.SUCCESS + protocol.METHOD_TYPE
        return f"{protocol.SUCCESS}{protocol.INTEGER_TYPE}{len(self.asked)}"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def jvm(client: Client) -> Any:
    gateway = SimpleNamespace(jvm=JVMView(client, "default", id="rj"))
    jvm_view.remember(gateway)
    return gateway.jvm


def test_a_class_and_its_methods_are_asked_for_once(jvm: Any, client: Client) -> None:
    first, second = jvm.functions, jvm.functions
    assert first is second
    assert isinstance(first, JavaClass)
    assert first.col is second.col
    assert first.col.name == "col"
    assert first.col.target_id == f"{protocol.STATIC_PREFIX}{FUNCTIONS}"
    assert client.asked == ["functions", "col"]


def test_the_view_is_the_same_one_to_the_jvm(jvm: Any) -> None:
    assert (jvm._jvm_name, jvm._id) == ("default", "rj"), "what was imported into it is found through it"


def test_the_value_of_a_field_and_a_package_are_asked_for_each_time(jvm: Any, client: Client) -> None:
    assert [jvm.functions.count, jvm.functions.count] == [2, 3]
    assert isinstance(jvm.org, JavaPackage)
    assert isinstance(jvm.org, JavaPackage)
    assert client.asked == ["functions", "count", "count", "org", "org"]
