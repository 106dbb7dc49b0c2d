"""The silver tables that are filled from Stripe's objects; others come from mapped files alone."""

from pipelines.catalog import tables_of

STRIPE_TABLES = [
    table
    for table in tables_of("silver")
    if table.object_type and any(column.paths for column in table.columns)
]
