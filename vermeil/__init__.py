"""What people and programs use: ``from vermeil import Lakehouse, as_of``, and the command line."""

from pipelines.flow.as_of import as_of
from pipelines.lakehouse import Lakehouse

__all__ = ["Lakehouse", "as_of"]
