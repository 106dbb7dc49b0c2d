"""silver.subscription_history: every version of a subscription, with the time during which it held."""

from __future__ import annotations

from pipelines.silver import subscriptions
from pipelines.silver.shared.history import history_table

TABLE = history_table("silver.subscription_history", subscriptions.TABLE)
