"""silver.dispute_history: every version of a dispute, with the time during which it held."""

from __future__ import annotations

from pipelines.silver import disputes
from pipelines.silver.shared.history import history_table

TABLE = history_table("silver.dispute_history", disputes.TABLE)
