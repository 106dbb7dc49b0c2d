"""silver.products: a product has a name."""

from __future__ import annotations

from expectations.check import always

CHECKS = (
    always(
        "product_named",
        "is_deleted or product_name is not null",
        "A product has a name.",
        "warning",
    ),
)
