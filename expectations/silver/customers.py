"""silver.customers: who they are, where it is said, is said as it should be."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, country, id_like

CHECKS = (
    *CREATED,
    id_like("customer_id", "cus"),
    always(
        "email_well_formed",
        "email is null or email_domain is not null",
        "An email address has a name, one @ and a domain.",
        "warning",
    ),
    always(
        "deletion_marked",
        "is_deleted or not coalesce(is_marked_deleted, false)",
        "A customer who is marked as deleted is deleted.",
    ),
    country("address_country"),
    country("shipping_country"),
)
