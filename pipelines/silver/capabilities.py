"""silver.capabilities: what accounts may do."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.table import Column

_NEEDS = "requirements"

TABLE = silver_table(
    name="silver.capabilities",
    doc="One row per capability of an account, as last reported. Its id is unique within the account alone.",
    object_type="capability",
    columns=(
        Column("capability_id", "string", "Name of the capability, such as card_payments.", path="id", required=True),
        Column("of_account_id", "string", "Account that has it, acct_….", path="account", reference="silver.accounts.account_id"),
        Column("status", "string", "Whether it can be used.", path="status", known=("active", "disabled", "inactive", "pending", "unrequested")),
        Column("is_requested", "boolean", "It was asked for.", path="requested"),
        Column("requested_at", "timestamp", "When it was asked for.", path="requested_at"),
        Column("disabled_reason", "string", "Why it cannot be used.", path=f"{_NEEDS}.disabled_reason"),
        Column("requirements_due_at", "timestamp", "Until when what is asked for must be given.", path=f"{_NEEDS}.current_deadline"),
        Column("requirements_currently_due", "string", "What is asked for now, a JSON list as text.", path=f"{_NEEDS}.currently_due"),
        Column("requirements_past_due", "string", "What is overdue, a JSON list as text.", path=f"{_NEEDS}.past_due"),
    ),
)  # fmt: skip
