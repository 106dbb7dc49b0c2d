"""silver.balance_snapshots: what an account had at some moment."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.table import Column

TABLE = silver_table(
    name="silver.balance_snapshots",
    doc="One row per balance that was told, each at its moment. A balance has no id: it is named after the event, or by its content.",
    object_type="balance",
    columns=(
        Column("balance_snapshot_id", "string", "The event that told it, evt_…, or a digest of what came without one.", sql="version_id", required=True),
        Column("currency", "string", "ISO 4217 code of the first balance; an account has one for each currency.", path=("available[0].currency", "pending[0].currency"), currency=True),
        Column("available_minor", "bigint", "Money of that currency that can be paid out, in minor units.", path="available[0].amount"),
        Column("pending_minor", "bigint", "Money of the first pending balance, in minor units.", path="pending[0].amount"),
        Column("connect_reserved_minor", "bigint", "Money of the first reserve for connected accounts, in minor units.", path="connect_reserved[0].amount"),
        Column("instant_available_minor", "bigint", "Money of the first balance that can be paid out at once, in minor units.", path="instant_available[0].amount"),
        Column("issuing_available_minor", "bigint", "Money of the first balance that issued cards can spend, in minor units.", path="issuing.available[0].amount"),
    ),
)  # fmt: skip
