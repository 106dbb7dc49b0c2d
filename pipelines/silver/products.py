"""silver.products: what is sold."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import METADATA, created_at, deletion
from pipelines.table import Column

TABLE = silver_table(
    name="silver.products",
    doc="One row per product, as last reported.",
    object_type="product",
    columns=(
        Column("product_id", "string", "Stripe's id of the product, prod_….", path="id", required=True),
        *created_at("product"),
        *deletion("product", "product.deleted"),
        Column("updated_at", "timestamp", "When it was changed last.", path="updated"),
        Column("is_active", "boolean", "It can be bought.", path="active"),
        Column("product_name", "string", "Name that customers read.", path="name"),
        Column("product_type", "string", "Whether it is a good or a service; only old API versions say.", path="type", known=("good", "service")),
        Column("unit_label", "string", "What one unit of it is called.", path="unit_label"),
        Column("is_shippable", "boolean", "It is sent to the customer.", path="shippable"),
        Column("tax_code_id", "string", "How it is taxed, txcd_….", path="tax_code"),
        Column("default_price_id", "string", "Price that it has by default, price_….", path="default_price", reference="silver.prices.price_id"),
        Column("statement_descriptor", "string", "What the payer reads on the statement.", path="statement_descriptor", personal="text"),
        Column("url", "string", "Page about it.", path="url"),
        Column("description", "string", "The product in words.", path="description", personal="text"),
        METADATA,
    ),
)  # fmt: skip
