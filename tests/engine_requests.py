"""What a program asks of the embedded engine and of Delta's logs, counted in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import deltalake
import pytest
from pyspark.sql.connect.client.core import SparkConnectClient


@dataclass
class Requests:
    """Counts.

    Attributes:
        queries: statements and queries that were planned and run.
        analyses: questions about a plan that was not run, such as its columns.
        logs: Delta logs that were read from their beginning.
        plan: bytes of the largest plan that was sent.
    """

    queries: int = 0
    analyses: int = 0
    logs: int = 0
    plan: int = 0


@contextmanager
def counted() -> Iterator[Requests]:
    """Counts what is asked inside."""
    found = Requests()

    def count(owner: Any, method: str, name: str) -> None:
        asked = getattr(owner, method)

        @wraps(asked)
        def counting(*args: Any, **options: Any) -> Any:
            setattr(found, name, getattr(found, name) + 1)
            if name == "queries":
                found.plan = max(found.plan, args[1].ByteSize())
            return asked(*args, **options)

        patch.setattr(owner, method, counting)

    with pytest.MonkeyPatch.context() as patch:
        count(SparkConnectClient, "_execute_and_fetch", "queries")
        count(SparkConnectClient, "_execute", "queries")
        count(SparkConnectClient, "_analyze", "analyses")
        count(deltalake.DeltaTable, "__init__", "logs")
        yield found
