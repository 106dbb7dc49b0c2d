"""What people and programs use: the lakehouse, what was known of it at some time, and the command line.

>>> from vermeil import Lakehouse
>>> lake = Lakehouse.open()
>>> lake.sql("select * from gold.payments_daily").toPandas()
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.flow.as_of import as_of
    from pipelines.lakehouse import Lakehouse

__all__ = ["Lakehouse", "as_of"]

_HOME = {"Lakehouse": "pipelines.lakehouse", "as_of": "pipelines.flow.as_of"}


def __getattr__(name: str) -> Any:
    # Spark's client takes a second to import; the command line's --help should not wait for it.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
