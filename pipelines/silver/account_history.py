"""silver.account_history: every version of an account, with the time during which it held."""

from __future__ import annotations

from pipelines.silver import accounts
from pipelines.silver.shared.history import history_table

TABLE = history_table("silver.account_history", accounts.TABLE)
