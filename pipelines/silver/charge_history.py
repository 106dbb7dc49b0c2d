"""silver.charge_history: every version of a charge, with the time during which it held."""

from __future__ import annotations

from pipelines.silver import charges
from pipelines.silver.shared.history import history_table

TABLE = history_table("silver.charge_history", charges.TABLE)
