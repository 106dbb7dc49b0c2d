"""silver.tax_rates: taxes by rate and place."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import METADATA, created_at
from pipelines.table import Column

TABLE = silver_table(
    name="silver.tax_rates",
    doc="One row per tax rate, as last reported.",
    object_type="tax_rate",
    columns=(
        Column("tax_rate_id", "string", "Stripe's id of the rate, txr_….", path="id", required=True),
        *created_at("rate"),
        Column("is_active", "boolean", "It can be used.", path="active"),
        Column("display_name", "string", "Name that customers read.", path="display_name"),
        Column("percentage", "double", "The rate, in percent.", path="percentage", minimum=0),
        Column("effective_percentage", "double", "The rate that is in force, in percent.", path="effective_percentage", minimum=0),
        Column("rate_type", "string", "Whether it is a share or an amount.", path="rate_type", known=("flat_amount", "percentage")),
        Column("is_inclusive", "boolean", "Prices have it in them.", path="inclusive"),
        Column("tax_type", "string", "Kind of tax, such as vat.", path="tax_type"),
        Column("country", "string", "ISO 3166 code of the country.", path="country"),
        Column("tax_state", "string", "ISO 3166-2 code of the state, without the country.", path="state"),
        Column("jurisdiction", "string", "Who levies it.", path="jurisdiction"),
        Column("jurisdiction_level", "string", "Level at which it is levied.", path="jurisdiction_level"),
        Column("description", "string", "The merchant's own words for it.", path="description", personal="text"),
        METADATA,
    ),
)  # fmt: skip
