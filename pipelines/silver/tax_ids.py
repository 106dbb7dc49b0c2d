"""silver.tax_ids: tax numbers of customers and accounts. The numbers themselves are left out."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import created_at, deletion
from pipelines.table import Column

TABLE = silver_table(
    name="silver.tax_ids",
    doc="One row per tax number, as last reported, without the number: for people it is one of the state's.",
    object_type="tax_id",
    columns=(
        Column("tax_id_id", "string", "Stripe's id of the tax number, txi_….", path="id", required=True),
        *created_at("tax number"),
        *deletion("tax number", "customer.tax_id.deleted"),
        Column("tax_id_type", "string", "Kind of number, such as eu_vat.", path="type"),
        Column("country", "string", "ISO 3166 code of the country.", path="country"),
        Column("verification_status", "string", "Whether the state knows it.", path="verification.status", known=("pending", "unavailable", "unverified", "verified")),
        Column("owner_type", "string", "Kind of whose it is.", path="owner.type", known=("account", "application", "customer", "self")),
        Column("customer_id", "string", "Customer whose it is, cus_….", path=("owner.customer", "customer"), reference="silver.customers.customer_id"),
        Column("owner_account_id", "string", "Account whose it is, acct_….", path="owner.account"),
    ),
)  # fmt: skip
