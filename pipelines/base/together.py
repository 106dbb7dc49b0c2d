"""What several threads use together: made once by whoever needs it first, and held by one at a time."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any

_MAKING = threading.RLock()

if TYPE_CHECKING:
    made_once = cached_property
else:

    class made_once(cached_property):  # noqa: N801 - a decorator, as cached_property is
        """A cached property that is made once, also where two threads ask for it at the same moment."""

        def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
            with _MAKING:
                return super().__get__(instance, owner)


class Locks:
    """A lock for each of many things, which a thread that has it may take again."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._of: dict[Hashable, AbstractContextManager[bool]] = {}

    def of(self, thing: Hashable) -> AbstractContextManager[bool]:
        """The lock of one thing."""
        with self._making:
            return self._of.setdefault(thing, threading.RLock())
