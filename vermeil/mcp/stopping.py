"""A call that can be given up: what it asks of the engine is stopped there, so that nothing goes on for nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from vermeil.mcp.limits import LimitError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

AGAIN_SECONDS = 0.5
"""Between two times that a call is stopped: it may have been between two queries."""


class Stoppable:
    """One call, which a thread runs and another one may give up.

    Args:
        spark: gives the session that the call asks; it is asked for within the call.
    """

    def __init__(self, spark: Callable[[], SparkSession]) -> None:
        self._spark = spark
        self._tag = f"vermeil-{uuid4().hex}"
        self._given_up = False
        self._running = False
        self._ended = threading.Event()
        self._lock = threading.Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Mark what this thread asks of the engine as the call's.

        Raises:
            LimitError: it was given up before its turn came.
        """
        spark = self._spark()
        with self._lock:
            if self._given_up:
                raise LimitError("given up before its turn came")
            self._running = True
        spark.addTag(self._tag)
        try:
            yield
        finally:
            spark.removeTag(self._tag)  # threads are used again
            self._ended.set()

    def give_up(self) -> None:
        """Stop what the call does on the engine, until it has ended; nothing where it has."""
        with self._lock:
            self._given_up = True
            if not self._running or self._ended.is_set():
                return
        threading.Thread(target=self._stop, name="vermeil-stop", daemon=True).start()

    def _stop(self) -> None:
        spark = self._spark()
        while not self._ended.is_set():
            try:
                spark.interruptTag(self._tag)
            except Exception:  # the session has ended, and with it all that it was asked
                return
            self._ended.wait(AGAIN_SECONDS)
