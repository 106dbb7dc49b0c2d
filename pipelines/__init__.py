"""The data work: raw payment files to checked Delta tables.

>>> from pipelines import Lakehouse
>>> lake = Lakehouse.open()
>>> lake.sql("select * from gold.payments_daily").toPandas()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

__all__ = ["Lakehouse"]


def __getattr__(name: str) -> Any:
    # Spark's client takes a second to import; the command line's --help should not wait for it.
    if name == "Lakehouse":
        from pipelines.lakehouse import Lakehouse

        return Lakehouse
    raise AttributeError(f"module 'pipelines' has no attribute {name!r}")
